/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>

#include "cli/box.h"
#include "cli/verbs.h"

typedef struct
{
  char *latest; /* the id of the latest Run */
  const char *wanted;
} BoxQuery;

static gboolean
box_matches (const BhBoxInfo *box, const BoxQuery *query)
{
  if (query->latest != NULL)
    return g_strcmp0 (box->run, query->latest) == 0;
  return g_str_has_prefix (box->id, query->wanted) ||
         (box->run != NULL && g_str_has_prefix (box->run, query->wanted)) ||
         (g_str_has_prefix (box->id, "b_") && g_str_has_prefix (box->id + 2, query->wanted));
}

char *
box_find (Cli *cli, const char *text, GError **error)
{
  g_autoptr (JsonArray) boxes = cli_get_list (cli, "/v1/devboxes", "devboxes", error);
  g_autofree char *latest =
      boxes != NULL && strcmp (text, "latest") == 0 ? cli_find_run (cli, text, error) : NULL;
  BoxQuery query = { latest, text };
  g_autofree char *found = NULL;
  guint n = 0;

  if (boxes == NULL || (latest == NULL && strcmp (text, "latest") == 0))
    return NULL;
  for (guint i = 0; i < json_array_get_length (boxes); i++)
    {
      g_autoptr (BhBoxInfo) box = bh_box_info_from_json (json_array_get_element (boxes, i), NULL);
      if (box == NULL || !box_matches (box, &query))
        continue;
      g_free (found);
      found = g_strdup (box->id);
      n++;
    }
  if (n == 1)
    return g_steal_pointer (&found);
  if (n == 0)
    bh_set_error (error, BH_ERROR_DEVBOX_NOT_FOUND, NULL,
                  "There is no DevBox “%s”. “bellhopctl boxes” lists them", text);
  else
    g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                 "More than one DevBox begins with “%s”. Give more of its id", text);
  return NULL;
}

/* One request for each DevBox that is named. */
static int
for_each_box (Cli *cli, char **args, const char *method, const char *suffix, const char *done)
{
  g_auto (GStrv) rest = NULL;
  int status, result = CLI_COMPLETED;

  if (!cli_parse (cli, NULL, 1, G_MAXUINT - 1, args, &rest, &status))
    return status;
  for (guint i = 0; rest[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = box_find (cli, rest[i], &error);
      g_autofree char *path = id != NULL ? g_strdup_printf ("/v1/devboxes/%s%s", id, suffix) : NULL;

      if (path == NULL || !cli_request (cli, method, path, NULL, NULL, &error))
        result = cli_fail (cli, g_steal_pointer (&error));
      else
        output_printf (cli->out, STYLE_PLAIN, "%s %s\n", id, done);
    }
  return result;
}

static int
box_stop (Cli *cli, char **args)
{
  return for_each_box (cli, args, "POST", "/stop", "stopped");
}

static int
box_rm (Cli *cli, char **args)
{
  return for_each_box (cli, args, "DELETE", "", "removed");
}

static const CliVerbInfo box_verbs[] = {
  { "stop", box_stop, "BOX…", "Stop a DevBox; its files stay" },
  { "rm", box_rm, "BOX…", "Remove a DevBox and its files" },
  { "shell", verb_box_shell, "BOX [-- COMMAND…]", "Open a shell in a DevBox" },
  { NULL },
};

int
verb_box (Cli *cli, char **args)
{
  cli->group = g_strdup ("box");
  return cli_dispatch (cli, box_verbs, args);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/table.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"
#include "protocol/bh-engine-file.h"

#include <string.h>

/* Says what is wrong with a description, or what it describes. Needs no coordinator. */
static gboolean
check_file (Cli *cli, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhEngineFile) file = bh_engine_file_load (path, &error);
  g_autofree char *shown = NULL;

  if (file == NULL)
    {
      shown = text_line (error->message);
      output_printf (cli->err, STYLE_BAD, "%s\n", shown);
      return FALSE;
    }
  shown = text_line (path);
  output_printf (cli->out, STYLE_PLAIN, "%s: good: %s speaks %s and has the rank %d\n", shown, file->name,
                 file->protocol, file->rank);
  return TRUE;
}

static int
engines_check (Cli *cli, char **args)
{
  const GOptionEntry entries[] = { { NULL } };
  g_auto (GStrv) files = NULL;
  int status;

  if (!cli_parse (cli, entries, 1, G_MAXUINT, args, &files, &status))
    return status;
  status = CLI_COMPLETED;
  for (guint i = 0; files[i] != NULL; i++)
    if (!check_file (cli, files[i]))
      status = CLI_REFUSED;
  return status;
}

static const char *
describe_found (const BhEngineInfo *engine)
{
  if (g_strcmp0 (engine->protocol, BH_PROTOCOL_RUNBOOK) == 0)
    return "built in";
  if (engine->why_not != NULL)
    return engine->why_not;
  return engine->version != NULL ? engine->version : "looked for when a Run starts";
}

static void
add_engine (Table *table, JsonNode *node)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_from_json (node, NULL);

  if (engine != NULL)
    table_add (table, G_MAXUINT, STYLE_PLAIN,
               (const char *const[]) { engine->id, engine->name, engine->protocol, describe_found (engine),
                                       NULL });
}

/* "desk" or "desk/image"; an image alone cannot be given. */
static char *
path_for (const char *target, gboolean fresh)
{
  const char *slash = strchr (target, '/');
  g_autofree char *worker = g_strndup (target, slash != NULL ? (gsize) (slash - target) : strlen (target));
  g_autofree char *name = g_uri_escape_string (worker, NULL, FALSE);
  g_autofree char *image = g_uri_escape_string (slash != NULL ? slash + 1 : "host", NULL, FALSE);

  return g_strdup_printf ("/v1/engines?worker=%s&image=%s%s", name, image, fresh ? "&fresh=true" : "");
}

static int
engines_list (Cli *cli, char **args)
{
  gboolean json = FALSE, fresh = FALSE;
  g_autofree char *target = NULL, *path = NULL;
  const GOptionEntry entries[] = {
    { "target", 't', 0, G_OPTION_ARG_STRING, &target, "Look for them in a DevBox of this worker and image",
      "WORKER[/IMAGE]" },
    { "fresh", 0, 0, G_OPTION_ARG_NONE, &fresh, "Do not take what was found less than a minute ago", NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (JsonArray) list = NULL;
  g_autoptr (Table) table = table_new ((const char *const[]) { "ENGINE", "NAME", "PROTOCOL", "FOUND", NULL });
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 0, args, &rest, &status))
    return status;
  path = target != NULL ? path_for (target, fresh) : g_strdup ("/v1/engines");
  list = cli_get_list (cli, path, "engines", &error);
  if (list == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (json)
      output_json (cli->out, json_array_get_element (list, i));
    else
      add_engine (table, json_array_get_element (list, i));
  if (!json)
    table_print (table, cli->out);
  return CLI_COMPLETED;
}

static const CliVerbInfo engines_verbs[] = {
  { "check", engines_check, "FILE…", "Check descriptions of engines" },
  { NULL },
};

int
verb_engines (Cli *cli, char **args)
{
  if (args[1] == NULL || strcmp (args[1], engines_verbs[0].name) != 0)
    return engines_list (cli, args);
  cli->group = g_strdup ("engines");
  return cli_dispatch (cli, engines_verbs, args);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/verbs.h"

int
verb_stop (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the Run as JSON", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL, *path = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 1, 1, args, &rest, &status))
    return status;
  id = cli_find_run (cli, rest[0], &error);
  if (id == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  path = g_strdup_printf ("/v1/runs/%s/stop", id);
  if (!cli_request (cli, "POST", path, NULL, &answer, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  run = answer != NULL ? bh_run_from_json (answer, NULL) : NULL;
  if (json && answer != NULL)
    output_json (cli->out, answer);
  else if (run != NULL)
    output_printf (cli->out, STYLE_PLAIN, "%s  %s\n", run->id, bh_run_state_word (run->state));
  return CLI_COMPLETED;
}

int
verb_rm (Cli *cli, char **args)
{
  g_auto (GStrv) rest = NULL;
  int status, result = CLI_COMPLETED;

  if (!cli_parse (cli, NULL, 1, G_MAXUINT - 1, args, &rest, &status))
    return status;
  for (guint i = 0; rest[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = cli_find_run (cli, rest[i], &error);
      g_autofree char *path = id != NULL ? g_strdup_printf ("/v1/runs/%s", id) : NULL;

      if (path == NULL || !cli_request (cli, "DELETE", path, NULL, NULL, &error))
        result = cli_fail (cli, g_steal_pointer (&error));
      else
        output_printf (cli->out, STYLE_PLAIN, "%s deleted\n", id);
    }
  return result;
}

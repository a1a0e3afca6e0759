/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/follow.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"

int
verb_follow (Cli *cli, char **args)
{
  FollowOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "after", 0, 0, G_OPTION_ARG_INT64, &options.after, "Begin behind the event of that number", "SEQ" },
    FOLLOW_ENTRIES (options),
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 1, 1, args, &rest, &status))
    return status;
  if (options.after < 0)
    return cli_usage_error (cli, "--after: the number of an event is not negative");
  id = cli_find_run (cli, rest[0], &error);
  if (id != NULL)
    run = cli_get_run (cli, id, &error);
  if (run == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  if (!options.json)
    {
      g_autofree char *name = text_line (run->name);
      output_put (cli->out, STYLE_BOLD, name);
      output_printf (cli->out, STYLE_DIM, "%s%s\n", *name != '\0' ? "  " : "", run->id);
    }
  return follow_run (cli, run, &options);
}

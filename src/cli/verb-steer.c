/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/follow.h"
#include "cli/verbs.h"

static JsonNode *
message_body (const char *text, gboolean interrupt)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "text");
  json_builder_add_string_value (builder, text);
  if (interrupt)
    {
      json_builder_set_member_name (builder, "interrupt");
      json_builder_add_boolean_value (builder, TRUE);
    }
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static const char *
receipt_text (const BhMessage *message)
{
  switch (message->state)
    {
    case BH_MESSAGE_QUEUED:
      return "queued: delivered when the turn under way ends";
    case BH_MESSAGE_DELIVERED:
      return "delivered";
    case BH_MESSAGE_TAKEN_UP:
      return "taken up";
    case BH_MESSAGE_WITHDRAWN:
    default:
      return "withdrawn";
    }
}

static void
print_receipt (Cli *cli, JsonNode *node, gboolean json)
{
  g_autoptr (BhMessage) message = node != NULL ? bh_message_from_json (node, NULL) : NULL;

  if (json && node != NULL)
    output_json (cli->out, node);
  else if (message != NULL)
    {
      output_printf (cli->out, STYLE_PLAIN, "%s", message->id);
      output_printf (cli->out, STYLE_DIM, "  %s\n", receipt_text (message));
    }
  output_flush (cli->out);
}

int
verb_steer (Cli *cli, char **args)
{
  gboolean interrupt = FALSE, follow = FALSE;
  FollowOptions options = { 0 };
  const GOptionEntry entries[] = {
    { "interrupt", 'i', 0, G_OPTION_ARG_NONE, &interrupt, "Cut the turn under way short", NULL },
    { "follow", 'f', 0, G_OPTION_ARG_NONE, &follow, "Then follow the Run", NULL },
    FOLLOW_ENTRIES (options),
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL, *path = NULL, *text = NULL;
  g_autoptr (JsonNode) body = NULL, answer = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 2, G_MAXUINT - 1, args, &rest, &status))
    return status;
  id = cli_find_run (cli, rest[0], &error);
  /* what was told before this message need not be told again */
  if (id != NULL)
    run = cli_get_run (cli, id, &error);
  if (run == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  path = g_strdup_printf ("/v1/runs/%s/messages", id);
  text = g_strjoinv (" ", rest + 1);
  body = message_body (text, interrupt);
  if (!cli_request (cli, "POST", path, body, &answer, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  print_receipt (cli, answer, options.json);
  if (!follow)
    return CLI_COMPLETED;
  options.after = (gint64) run->last_seq;
  g_clear_pointer (&run, bh_run_unref);
  run = cli_get_run (cli, id, &error);
  return run != NULL ? follow_run (cli, run, &options) : cli_fail (cli, g_steal_pointer (&error));
}

int
verb_withdraw (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print the message as JSON", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL, *path = NULL;
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 2, 2, args, &rest, &status))
    return status;
  if (!bh_id_is_valid (rest[1], 'm'))
    return cli_usage_error (cli, "“%s” is no message: “bellhopctl steer” prints its id, like m_…", rest[1]);
  id = cli_find_run (cli, rest[0], &error);
  if (id == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  path = g_strdup_printf ("/v1/runs/%s/messages/%s", id, rest[1]);
  if (!cli_request (cli, "DELETE", path, NULL, &answer, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  print_receipt (cli, answer, json);
  return CLI_COMPLETED;
}

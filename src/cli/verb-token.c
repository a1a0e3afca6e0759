/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/table.h"
#include "cli/verbs.h"

static int
token_add (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print it as JSON", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (JsonNode) body = json_node_new (JSON_NODE_OBJECT), answer = NULL;
  JsonObject *object = json_object_new ();
  g_autoptr (GError) error = NULL;
  const char *token;
  int status;

  json_node_take_object (body, object);
  if (!cli_parse (cli, entries, 1, 1, args, &rest, &status))
    return status;
  json_object_set_string_member (object, "name", rest[0]);
  if (!cli_request (cli, "POST", "/v1/tokens", body, &answer, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  token = json_object_get_string_member_with_default (json_node_get_object (answer), "token", "");
  if (json)
    output_json (cli->out, answer);
  else
    output_printf (cli->out, STYLE_PLAIN, "%s\n", token);
  if (!json)
    output_put (cli->err, STYLE_DIM, "This is shown only once. Use it as BELLHOP_TOKEN with --url.\n");
  return CLI_COMPLETED;
}

static int
token_list (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (JsonArray) tokens = NULL;
  g_autoptr (Table) table = table_new ((const char *const[]) { "NAME", "CREATED", NULL });
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 0, args, &rest, &status))
    return status;
  tokens = cli_get_list (cli, "/v1/tokens", "tokens", &error);
  if (tokens == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  for (guint i = 0; i < json_array_get_length (tokens); i++)
    {
      JsonObject *token = json_array_get_object_element (tokens, i);
      if (json)
        output_json (cli->out, json_array_get_element (tokens, i));
      else
        table_add (table, G_MAXUINT, STYLE_PLAIN,
                   (const char *const[]) {
                       json_object_get_string_member_with_default (token, "name", ""),
                       json_object_get_string_member_with_default (token, "created_at", ""), NULL });
    }
  if (!json)
    table_print (table, cli->out);
  return CLI_COMPLETED;
}

static int
token_rm (Cli *cli, char **args)
{
  g_auto (GStrv) rest = NULL;
  g_autofree char *escaped = NULL, *path = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, NULL, 1, 1, args, &rest, &status))
    return status;
  escaped = g_uri_escape_string (rest[0], NULL, FALSE);
  path = g_strdup_printf ("/v1/tokens/%s", escaped);
  if (!cli_request (cli, "DELETE", path, NULL, NULL, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  return CLI_COMPLETED;
}

static const CliVerbInfo token_verbs[] = {
  { "add", token_add, "NAME", "Make a token, and print it once" },
  { "list", token_list, "", "List tokens" },
  { "rm", token_rm, "NAME", "Remove a token; who uses it is refused from then on" },
  { NULL },
};

int
verb_token (Cli *cli, char **args)
{
  cli->group = g_strdup ("token");
  return cli_dispatch (cli, token_verbs, args);
}

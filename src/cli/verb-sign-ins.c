/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/table.h"
#include "cli/verbs.h"

static const char *
member (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

static char *
join_paths (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "paths");
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_strv_builder_add (paths, json_array_get_string_element (array, i));
  list = g_strv_builder_end (paths);
  return g_strjoinv (" ", list);
}

static int
list_all (Cli *cli, gboolean json)
{
  g_autoptr (JsonArray) list = NULL;
  g_autoptr (Table) table = table_new ((const char *const[]) { "ENGINE", "NAME", "CONSENT", "FILES", NULL });
  g_autoptr (GError) error = NULL;

  list = cli_get_list (cli, "/v1/sign-ins", "sign_ins", &error);
  if (list == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  for (guint i = 0; i < json_array_get_length (list); i++)
    {
      JsonObject *record = json_array_get_object_element (list, i);
      g_autofree char *paths = join_paths (record);

      if (json)
        output_json (cli->out, json_array_get_element (list, i));
      else
        table_add (table, G_MAXUINT, STYLE_PLAIN,
                   (const char *const[]) { member (record, "engine"), member (record, "name"),
                                           member (record, "consent"), paths, NULL });
    }
  if (!json)
    table_print (table, cli->out);
  return CLI_COMPLETED;
}

static int
set_one (Cli *cli, gboolean json, const char *engine, const char *consent)
{
  g_autofree char *escaped = g_uri_escape_string (engine, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/v1/sign-ins/%s", escaped);
  g_autoptr (JsonNode) body = json_node_new (JSON_NODE_OBJECT), answer = NULL;
  JsonObject *object = json_object_new ();
  g_autoptr (GError) error = NULL;

  json_node_take_object (body, object);
  json_object_set_string_member (object, "consent", consent);
  if (!cli_request (cli, "PUT", path, body, &answer, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  if (json)
    output_json (cli->out, answer);
  return CLI_COMPLETED;
}

int
verb_sign_ins (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 2, args, &rest, &status))
    return status;
  if (rest[0] == NULL)
    return list_all (cli, json);
  if (rest[1] == NULL)
    return cli_usage_error (cli, "Say what is to be done with the sign-in to %s: ask, always or no", rest[0]);
  return set_one (cli, json, rest[0], rest[1]);
}

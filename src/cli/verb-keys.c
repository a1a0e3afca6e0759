/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/table.h"
#include "cli/verbs.h"

/* more than any key has */
#define VALUE_MAX (64 * 1024)

static volatile sig_atomic_t interrupted;

static void
on_interrupt (int signum)
{
  interrupted = 1;
}

/* Up to the first line break of a terminal, else to the end. FALSE: there was an error, or it was
 * interrupted. */
static gboolean
read_value (GString *value, gboolean line)
{
  while (value->len < VALUE_MAX && (!line || strchr (value->str, '\n') == NULL))
    {
      char bytes[4096];
      gssize n = read (STDIN_FILENO, bytes, sizeof bytes);

      if (n < 0 && errno == EINTR && !interrupted)
        continue;
      if (n < 0)
        return FALSE;
      if (n == 0)
        break;
      g_string_append_len (value, bytes, n);
      memset (bytes, 0, sizeof bytes);
    }
  return TRUE;
}

/* What is typed is not shown, and the terminal is left as it was, also after Ctrl+C. */
static gboolean
read_hidden (Cli *cli, const char *name, GString *value)
{
  struct sigaction before, action = { .sa_handler = on_interrupt };
  struct termios saved, hidden;
  gboolean good;

  if (tcgetattr (STDIN_FILENO, &saved) != 0)
    return FALSE;
  hidden = saved;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  hidden.c_lflag |= ECHONL;
  sigaction (SIGINT, &action, &before);
  /* what was typed before is dropped, so the prompt comes after */
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &hidden);
  output_printf (cli->err, STYLE_PLAIN, "%s (is not shown): ", name);
  output_flush (cli->err);
  good = read_value (value, TRUE);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &saved);
  sigaction (SIGINT, &before, NULL);
  return good;
}

static void
wipe (GString *text)
{
  explicit_bzero (text->str, text->allocated_len);
  g_string_free (text, TRUE);
}

/* Not from the arguments: those can be seen by every program of the machine, and shells remember them. */
static JsonNode *
value_body (Cli *cli, const char *name)
{
  GString *value = g_string_new (NULL);
  gboolean good = isatty (STDIN_FILENO) ? read_hidden (cli, name, value) : read_value (value, FALSE);
  JsonNode *body = NULL;

  if (value->len > 0 && value->str[value->len - 1] == '\n')
    g_string_truncate (value, value->len - 1);
  if (value->len > 0 && value->str[value->len - 1] == '\r')
    g_string_truncate (value, value->len - 1);
  if (good && memchr (value->str, '\0', value->len) == NULL && g_utf8_validate (value->str, -1, NULL))
    {
      body = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (body, json_object_new ());
      json_object_set_string_member (json_node_get_object (body), "value", value->str);
    }
  wipe (value);
  return body;
}

static char *
path_of (const char *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);

  return g_strdup_printf ("/v1/keys/%s", escaped);
}

static int
keys_set (Cli *cli, char **args)
{
  const GOptionEntry entries[] = { { NULL } };
  g_auto (GStrv) rest = NULL;
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 1, 1, args, &rest, &status))
    return status;
  body = value_body (cli, rest[0]);
  if (interrupted)
    return CLI_DETACHED;
  if (body == NULL)
    return cli_fail (cli, g_error_new_literal (CLI_ERROR, CLI_ERROR_REFUSED,
                                               "The API key could not be read from standard input"));
  path = path_of (rest[0]);
  if (!cli_request (cli, "PUT", path, body, NULL, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  return CLI_COMPLETED;
}

static int
keys_remove (Cli *cli, char **args)
{
  const GOptionEntry entries[] = { { NULL } };
  g_auto (GStrv) rest = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 1, 1, args, &rest, &status))
    return status;
  path = path_of (rest[0]);
  if (!cli_request (cli, "DELETE", path, NULL, NULL, &error))
    return cli_fail (cli, g_steal_pointer (&error));
  return CLI_COMPLETED;
}

static void
add_key (Table *table, JsonObject *key)
{
  JsonArray *engines = json_object_get_array_member (key, "engines");
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; engines != NULL && i < json_array_get_length (engines); i++)
    {
      g_autofree char *name = cli_engine_label (json_array_get_string_element (engines, i));

      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", name);
    }
  table_add (table, G_MAXUINT, STYLE_PLAIN,
             (const char *const[]) {
                 json_object_get_string_member_with_default (key, "name", ""),
                 json_object_get_boolean_member_with_default (key, "set", FALSE) ? "stored" : "–", names->str,
                 NULL });
}

static int
keys_list (Cli *cli, char **args)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, "Print one JSON object a line", NULL },
    { NULL },
  };
  g_auto (GStrv) rest = NULL;
  g_autoptr (JsonArray) list = NULL;
  g_autoptr (Table) table = table_new ((const char *const[]) { "KEY", "STORED", "ENGINES", NULL });
  g_autoptr (GError) error = NULL;
  int status;

  if (!cli_parse (cli, entries, 0, 0, args, &rest, &status))
    return status;
  list = cli_get_list (cli, "/v1/keys", "keys", &error);
  if (list == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  if (!json)
    cli_learn_engines (cli);
  for (guint i = 0; i < json_array_get_length (list); i++)
    if (json)
      output_json (cli->out, json_array_get_element (list, i));
    else
      add_key (table, json_array_get_object_element (list, i));
  if (!json)
    table_print (table, cli->out);
  return CLI_COMPLETED;
}

static const CliVerbInfo keys_verbs[] = {
  { "set", keys_set, "NAME", "Store an API key, which is read from standard input" },
  { "remove", keys_remove, "NAME", "Remove a stored API key" },
  { NULL },
};

int
verb_keys (Cli *cli, char **args)
{
  if (args[1] == NULL || *args[1] == '-')
    return keys_list (cli, args);
  cli->group = g_strdup ("keys");
  return cli_dispatch (cli, keys_verbs, args);
}

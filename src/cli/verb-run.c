/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/follow.h"
#include "cli/text-fit.h"
#include "cli/verbs.h"

typedef struct
{
  char *file;
  char *name;
  char *ticket;
  char *target;
  char *engine;
  gboolean autonomous;
  char *keep;
  char *network;
  char *permissions;
  char **env;
  char *key;
  gboolean detach;
  FollowOptions follow;
} RunOptions;

static void
run_options_clear (RunOptions *self)
{
  g_free (self->file);
  g_free (self->name);
  g_free (self->ticket);
  g_free (self->target);
  g_free (self->engine);
  g_free (self->keep);
  g_free (self->network);
  g_free (self->permissions);
  g_strfreev (self->env);
  g_free (self->key);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RunOptions, run_options_clear)

static gboolean
parse_options (Cli *cli, RunOptions *options, char **args, char ***rest, int *status)
{
  const GOptionEntry entries[] = {
    { "file", 'f', 0, G_OPTION_ARG_FILENAME, &options->file,
      "Read the instructions from FILE, - is the input", "FILE" },
    { "name", 'n', 0, G_OPTION_ARG_FILENAME, &options->name, "What to call the Run", "NAME" },
    { "target", 't', 0, G_OPTION_ARG_FILENAME, &options->target, "Where to work", "WORKER[:IMAGE]" },
    { "engine", 'e', 0, G_OPTION_ARG_FILENAME, &options->engine, "Which engine works (default: auto)",
      "ENGINE" },
    { "autonomous", 'a', 0, G_OPTION_ARG_NONE, &options->autonomous, "Never pause and never ask", NULL },
    { "keep", 0, 0, G_OPTION_ARG_FILENAME, &options->keep, "The DevBox at the end: keep, stop or remove",
      "POLICY" },
    { "network", 0, 0, G_OPTION_ARG_FILENAME, &options->network, "Of the DevBox: open or offline",
      "PROFILE" },
    { "permissions", 0, 0, G_OPTION_ARG_FILENAME, &options->permissions,
      "When the engine asks for a permission: allow or ask", "POLICY" },
    { "env", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->env, "Set a variable in the DevBox", "NAME=VALUE" },
    { "ticket", 0, 0, G_OPTION_ARG_FILENAME, &options->ticket, "The ticket that the Run is about", "URL" },
    { "idempotency-key", 0, 0, G_OPTION_ARG_FILENAME, &options->key,
      "The same key with the same Run starts it only once", "KEY" },
    { "detach", 'd', 0, G_OPTION_ARG_NONE, &options->detach, "Print the Run's id and do not follow it",
      NULL },
    FOLLOW_ENTRIES (options->follow),
    { NULL },
  };

  return cli_parse (cli, entries, 0, G_MAXUINT - 1, args, rest, status);
}

/* --- instructions -------------------------------------------------------------------------------------- */

static GString *
read_stream (int fd, const char *name, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char bytes[8192];
  ssize_t n;

  /* one byte more than is allowed is enough to have it refused */
  while (text->len <= BH_INSTRUCTIONS_MAX && (n = TEMP_FAILURE_RETRY (read (fd, bytes, sizeof bytes))) != 0)
    {
      if (n < 0)
        {
          g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "%s cannot be read: %s", name,
                       g_strerror (errno));
          return NULL;
        }
      g_string_append_len (text, bytes, n);
    }
  return g_steal_pointer (&text);
}

static GString *
read_file (const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  FILE *file = fopen (path, "re");
  GString *text;

  if (file == NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "%s cannot be read: %s", name, g_strerror (errno));
      return NULL;
    }
  text = read_stream (fileno (file), name, error);
  fclose (file);
  return text;
}

static char *
read_instructions (const RunOptions *options, char **words, GError **error)
{
  g_autoptr (GString) text = NULL;

  if (options->file != NULL && *words != NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "Give the instructions as text or with -f, not both");
      return NULL;
    }
  if (*words != NULL && strcmp (*words, "-") != 0)
    return g_strjoinv (" ", words);
  if (options->file != NULL && strcmp (options->file, "-") != 0)
    text = read_file (options->file, error);
  else if (options->file != NULL || *words != NULL || !isatty (STDIN_FILENO))
    text = read_stream (STDIN_FILENO, "The input", error);
  else
    g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                 "The instructions are missing. Give them as text, with -f FILE, or on the input");
  if (text == NULL)
    return NULL;
  if (!g_utf8_validate_len (text->str, text->len, NULL))
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                   "The instructions are no text: they must be UTF-8 without NUL bytes");
      return NULL;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- the request --------------------------------------------------------------------------------------- */

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  if (value == NULL)
    return;
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_target (JsonBuilder *builder, const char *target)
{
  g_auto (GStrv) parts = target != NULL ? g_strsplit (target, ":", 2) : NULL;

  if (parts == NULL)
    return;
  json_builder_set_member_name (builder, "target");
  json_builder_begin_object (builder);
  add_string (builder, "worker", *parts[0] != '\0' ? parts[0] : NULL);
  add_string (builder, "image", parts[0] != NULL && parts[1] != NULL && *parts[1] != '\0' ? parts[1] : NULL);
  json_builder_end_object (builder);
}

static gboolean
add_env (JsonBuilder *builder, char **env, GError **error)
{
  if (env == NULL)
    return TRUE;
  json_builder_set_member_name (builder, "env");
  json_builder_begin_object (builder);
  for (guint i = 0; env[i] != NULL; i++)
    {
      const char *sign = strchr (env[i], '=');
      g_autofree char *name = sign != NULL ? g_strndup (env[i], (gsize) (sign - env[i])) : g_strdup (env[i]);
      const char *value = sign != NULL ? sign + 1 : g_getenv (name);

      if (value == NULL || *name == '\0')
        {
          g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                       "--env %s: give NAME=VALUE, or the NAME of a variable that is set here", env[i]);
          return FALSE;
        }
      add_string (builder, name, value);
    }
  json_builder_end_object (builder);
  return TRUE;
}

static JsonNode *
make_request (const RunOptions *options, const char *instructions, GError **error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "instructions", instructions);
  add_string (builder, "name", options->name);
  add_string (builder, "ticket_url", options->ticket);
  add_target (builder, options->target);
  add_string (builder, "engine", options->engine);
  add_string (builder, "mode", options->autonomous ? "autonomous" : NULL);
  add_string (builder, "keep", options->keep);
  add_string (builder, "network", options->network);
  add_string (builder, "permissions", options->permissions);
  if (!add_env (builder, options->env, error))
    return NULL;
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

static BhRun *
create_run (Cli *cli, const RunOptions *options, JsonNode *request, GError **error)
{
  g_autofree char *fresh = g_uuid_string_random ();
  g_autoptr (JsonNode) answer = NULL;

  if (!cli_connect (cli, error))
    return NULL;
  answer = dex_await_boxed (bh_client_request_with_key (cli->client, "POST", "/v1/runs", request,
                                                        options->key != NULL ? options->key : fresh),
                            error);
  return answer != NULL ? bh_run_from_json (answer, error) : NULL;
}

static void
print_created (Cli *cli, const RunOptions *options, const BhRun *run)
{
  g_autofree char *name = text_line (run->name);

  if (options->follow.json)
    {
      g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();
      json_object_set_string_member (object, "event", "created");
      json_object_set_member (object, "run", bh_run_to_json (run));
      json_node_take_object (node, object);
      output_json (cli->out, node);
    }
  else if (options->detach)
    output_printf (cli->out, STYLE_PLAIN, "%s\n", run->id);
  else
    {
      output_put (cli->out, STYLE_BOLD, name);
      output_printf (cli->out, STYLE_DIM, "%s%s\n", *name != '\0' ? "  " : "", run->id);
    }
  output_flush (cli->out);
}

int
verb_run (Cli *cli, char **args)
{
  g_auto (RunOptions) options = { 0 };
  g_auto (GStrv) words = NULL;
  g_autofree char *instructions = NULL;
  g_autoptr (JsonNode) request = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!parse_options (cli, &options, args, &words, &status))
    return status;
  instructions = read_instructions (&options, words, &error);
  if (instructions != NULL)
    request = make_request (&options, instructions, &error);
  if (request != NULL)
    run = create_run (cli, &options, request, &error);
  if (run == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  print_created (cli, &options, run);
  return options.detach ? CLI_COMPLETED : follow_run (cli, run, &options.follow);
}

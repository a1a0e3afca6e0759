/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/cli.h"

#include <string.h>
#include <unistd.h>

#include "cli/text-fit.h"
#include "cli/verbs.h"
#include "client/bh-engine-names.h"
#include "config.h"

#define PAGE 200

G_DEFINE_QUARK (bellhop - cli - error - quark, cli_error)

Cli *
cli_new (void)
{
  Cli *self = g_new0 (Cli, 1);

  self->out = output_new (STDOUT_FILENO);
  self->err = output_new (STDERR_FILENO);
  return self;
}

void
cli_free (Cli *self)
{
  g_free (self->socket_path);
  g_free (self->url);
  g_free (self->token);
  g_free (self->fingerprint);
  g_free (self->group);
  g_clear_pointer (&self->info, json_node_unref);
  g_clear_object (&self->client);
  output_free (self->out);
  output_free (self->err);
  g_free (self);
}

/* --- errors -------------------------------------------------------------------------------------------- */

static void
print_error (Cli *self, const char *message)
{
  g_autofree char *shown = text_shown (message);

  output_flush (self->out);
  output_put (self->err, STYLE_BAD, "bellhopctl: ");
  output_printf (self->err, STYLE_PLAIN, "%s\n", shown);
}

static char *
verb_name (Cli *self)
{
  if (self->verb == NULL)
    return g_strdup (self->group != NULL ? self->group : "");
  return self->group != NULL ? g_strdup_printf ("%s %s", self->group, self->verb->name)
                             : g_strdup (self->verb->name);
}

int
cli_usage_error (Cli *self, const char *format, ...)
{
  g_autofree char *message = NULL, *name = verb_name (self);
  va_list args;

  va_start (args, format);
  message = g_strdup_vprintf (format, args);
  va_end (args);
  print_error (self, message);
  output_printf (self->err, STYLE_PLAIN, "Try “bellhopctl %s%s--help”.\n", name, *name != '\0' ? " " : "");
  output_flush (self->err);
  return CLI_REFUSED;
}

int
cli_fail (Cli *self, GError *error)
{
  g_autoptr (GError) owned = error;
  const char *field = bh_error_field (error);

  print_error (self, error->message);
  if (field != NULL && strstr (error->message, field) == NULL)
    {
      g_autofree char *line = text_line (field);
      output_printf (self->err, STYLE_DIM, "  (it is about “%s”)\n", line);
    }
  output_flush (self->err);
  return CLI_REFUSED;
}

/* --- options ------------------------------------------------------------------------------------------- */

typedef struct
{
  gboolean help;
  gboolean version;
} CommonOptions;

static gboolean
take_string (char **into, const char *value)
{
  g_free (*into);
  *into = g_strdup (value);
  return TRUE;
}

static gboolean
global_cb (const char *option, const char *value, gpointer data, GError **error)
{
  Cli *self = data;

  if (strcmp (option, "--socket") == 0)
    return take_string (&self->socket_path, value);
  if (strcmp (option, "--url") == 0)
    return take_string (&self->url, value);
  if (strcmp (option, "--token") == 0)
    return take_string (&self->token, value);
  if (strcmp (option, "--fingerprint") == 0)
    return take_string (&self->fingerprint, value);
  self->no_start = TRUE;
  return TRUE;
}

static GOptionGroup *
global_group (Cli *self)
{
  /* callbacks with the file name type get the bytes as they are, whatever the locale is */
  const GOptionEntry entries[] = {
    { "socket", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, global_cb,
      "The Unix socket of the coordinator ($BELLHOP_SOCKET)", "PATH" },
    { "url", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, global_cb, "A coordinator on another machine",
      "URL" },
    { "token", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, global_cb,
      "The token for it ($BELLHOP_TOKEN)", "T" },
    { "fingerprint", 0, G_OPTION_FLAG_FILENAME, G_OPTION_ARG_CALLBACK, global_cb,
      "SHA-256 of the certificate it must have", "HEX" },
    { "no-start", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK, global_cb,
      "Do not start a coordinator when none runs", NULL },
    { NULL },
  };
  GOptionGroup *group =
      g_option_group_new ("global", "Connection:", "Show the options of the connection", self, NULL);

  g_option_group_add_entries (group, entries);
  return group;
}

static GOptionContext *
new_context (Cli *self, const char *usage, CommonOptions *common)
{
  const GOptionEntry entries[] = {
    { "help", 'h', 0, G_OPTION_ARG_NONE, &common->help, "Show this help", NULL },
    { "version", 0, self->verb == NULL ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &common->version,
      "Show the version", NULL },
    { NULL },
  };
  GOptionContext *context = g_option_context_new (usage);

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, global_group (self));
  return context;
}

/* The usage line carries the name given here, whatever the program was called as. */
static void
print_help (Cli *self, GOptionContext *context)
{
  g_autofree char *help = NULL, *program = g_strdup (g_get_prgname ());
  g_autofree char *name = verb_name (self);
  g_autofree char *full = *name != '\0' ? g_strdup_printf ("bellhopctl %s", name) : g_strdup ("bellhopctl");

  g_set_prgname (full);
  help = g_option_context_get_help (context, FALSE, NULL);
  g_set_prgname (program);
  output_put (self->out, STYLE_PLAIN, help);
}

/* Takes out "--" where the options ended with it: GOption leaves it in when what follows looks like an
 * option. */
static void
drop_separator (char **args)
{
  for (guint i = 1; args[i] != NULL; i++)
    if (strcmp (args[i], "--") == 0)
      {
        g_free (args[i]);
        memmove (&args[i], &args[i + 1], sizeof *args * (g_strv_length (&args[i + 1]) + 1));
        return;
      }
}

gboolean
cli_parse (
    Cli *self, const GOptionEntry *entries, guint min, guint max, char **args, char ***rest, int *status)
{
  CommonOptions common = { 0 };
  g_autoptr (GOptionContext) context = new_context (self, self->verb->arguments, &common);
  g_auto (GStrv) left = g_strdupv (args);
  g_autoptr (GError) error = NULL;
  guint n;

  g_option_context_set_summary (context, self->verb->summary);
  if (entries != NULL)
    g_option_context_add_main_entries (context, entries, NULL);
  *status = CLI_REFUSED;
  if (!g_option_context_parse_strv (context, &left, &error))
    {
      cli_usage_error (self, "%s", error->message);
      return FALSE;
    }
  if (common.help || common.version)
    {
      if (common.help)
        print_help (self, context);
      else
        output_put (self->out, STYLE_PLAIN, "bellhopctl " BH_VERSION "\n");
      *status = CLI_COMPLETED;
      return FALSE;
    }
  drop_separator (left);
  n = g_strv_length (left) - 1;
  if (n < min || n > max)
    {
      cli_usage_error (self,
                       n < min ? "An argument is missing: bellhopctl %s%s%s %s"
                               : "Too many arguments: bellhopctl %s%s%s %s",
                       self->group != NULL ? self->group : "", self->group != NULL ? " " : "",
                       self->verb->name, self->verb->arguments);
      return FALSE;
    }
  *rest = g_strdupv (left + 1);
  return TRUE;
}

/* --- verbs --------------------------------------------------------------------------------------------- */

static char *
verb_list_text (const CliVerbInfo *verbs)
{
  GString *text = g_string_new (NULL);

  for (const CliVerbInfo *verb = verbs; verb->name != NULL; verb++)
    g_string_append_printf (text, "  %-10s %s\n", verb->name, verb->summary);
  return g_string_free (text, FALSE);
}

int
cli_dispatch (Cli *self, const CliVerbInfo *verbs, char **args)
{
  g_autofree char *wanted = args[1] != NULL ? text_line (args[1]) : NULL;
  g_autofree char *list = verb_list_text (verbs);

  for (const CliVerbInfo *verb = verbs; wanted != NULL && verb->name != NULL; verb++)
    if (strcmp (verb->name, args[1]) == 0)
      {
        self->verb = verb;
        return verb->run (self, args + 1);
      }
  self->verb = NULL;
  if (wanted != NULL &&
      (strcmp (wanted, "--help") == 0 || strcmp (wanted, "-h") == 0 || strcmp (wanted, "help") == 0))
    {
      output_printf (self->out, STYLE_PLAIN, "Usage: bellhopctl %s%sCOMMAND …\n\n%s",
                     self->group != NULL ? self->group : "", self->group != NULL ? " " : "", list);
      return CLI_COMPLETED;
    }
  if (wanted == NULL)
    return cli_usage_error (self, "A command is missing. There are:\n%s", list);
  return cli_usage_error (self, "There is no command “%s”. There are:\n%s", wanted, list);
}

/* Global options may stand before the verb: parses those. Returns FALSE when that was all. */
static gboolean
parse_leading (Cli *self, char ***args, int *status)
{
  CommonOptions common = { 0 };
  g_autoptr (GOptionContext) context = new_context (self, "COMMAND …", &common);
  g_autofree char *list = verb_list_text (cli_verbs);
  g_autofree char *description = g_strdup_printf ("Commands:\n%s\n“bellhopctl COMMAND --help” tells more, "
                                                  "bellhopctl(1) all.",
                                                  list);
  g_autoptr (GError) error = NULL;

  g_option_context_set_summary (context, "Starts, watches, answers and steers Runs of coding agents.");
  g_option_context_set_description (context, description);
  g_option_context_set_strict_posix (context, TRUE);
  if (!g_option_context_parse_strv (context, args, &error))
    *status = cli_usage_error (self, "%s", error->message);
  else if (common.help)
    {
      print_help (self, context);
      *status = CLI_COMPLETED;
    }
  else if (common.version)
    {
      output_put (self->out, STYLE_PLAIN, "bellhopctl " BH_VERSION "\n");
      *status = CLI_COMPLETED;
    }
  else
    return TRUE;
  return FALSE;
}

int
cli_main (Cli *self, char **args)
{
  g_auto (GStrv) left = g_strdupv (args);
  int status = CLI_REFUSED;

  for (guint i = 0; left[i] != NULL; i++)
    if (!g_utf8_validate (left[i], -1, NULL))
      return cli_usage_error (self, "Argument %u is not valid UTF-8", i);
  if (parse_leading (self, &left, &status))
    status = cli_dispatch (self, cli_verbs, left);
  output_flush (self->out);
  output_flush (self->err);
  return status;
}

/* --- connection ---------------------------------------------------------------------------------------- */

static BhClient *
new_client (Cli *self, GError **error)
{
  const char *token = self->token != NULL ? self->token : g_getenv ("BELLHOP_TOKEN");
  BhClient *client;

  if (self->url != NULL && self->socket_path != NULL)
    {
      g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "--url and --socket exclude each other");
      return NULL;
    }
  if (self->url != NULL)
    return bh_client_new_remote (self->url, token, self->fingerprint);
  client = bh_client_new_local (self->socket_path);
  if (self->no_start)
    bh_client_set_may_start (client, FALSE);
  return client;
}

gboolean
cli_connect (Cli *self, GError **error)
{
  if (self->info != NULL)
    return TRUE;
  if (self->client == NULL)
    self->client = new_client (self, error);
  if (self->client == NULL)
    return FALSE;
  self->info = dex_await_boxed (bh_client_connect (self->client), error);
  return self->info != NULL;
}

gboolean
cli_request (
    Cli *self, const char *method, const char *path, JsonNode *body, JsonNode **answer, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!cli_connect (self, error))
    return FALSE;
  node = dex_await_boxed (bh_client_request (self->client, method, path, body), &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (answer != NULL)
    *answer = g_steal_pointer (&node);
  return TRUE;
}

JsonArray *
cli_get_list (Cli *self, const char *path, const char *name, GError **error)
{
  g_autoptr (JsonNode) answer = NULL;
  JsonNode *list = NULL;

  if (!cli_request (self, "GET", path, NULL, &answer, error))
    return NULL;
  if (answer != NULL && JSON_NODE_HOLDS_OBJECT (answer))
    list = json_object_get_member (json_node_get_object (answer), name);
  if (list == NULL || !JSON_NODE_HOLDS_ARRAY (list))
    {
      bh_set_error (error, BH_ERROR_INTERNAL, NULL, "The coordinator's answer to %s has no “%s”", path, name);
      return NULL;
    }
  return json_array_ref (json_node_get_array (list));
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

BhRun *
cli_get_run (Cli *self, const char *id, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs/%s", id);
  g_autoptr (JsonNode) answer = NULL;

  if (!cli_request (self, "GET", path, NULL, &answer, error))
    return NULL;
  return bh_run_from_json (answer, error);
}

void
cli_learn_engines (Cli *self)
{
  g_autoptr (JsonArray) list = cli_get_list (self, "/v1/engines", "engines", NULL);
  g_autoptr (GPtrArray) infos = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_info_unref);

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      BhEngineInfo *info = bh_engine_info_from_json (json_array_get_element (list, i), NULL);

      if (info != NULL)
        g_ptr_array_add (infos, info);
    }
  bh_engine_names_learn (infos);
}

char *
cli_engine_label (const char *id)
{
  char *name = bh_engine_names_lookup (id);

  return name != NULL ? name : g_strdup (id);
}

/* One page of the list: adds what begins with `prefix`. *next is the last id of the page, NULL at the end. */
static gboolean
match_page (Cli *self, const char *prefix, GPtrArray *found, char **next, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/v1/runs?limit=%d%s%s", PAGE, *next != NULL ? "&before=" : "",
                                           *next != NULL ? *next : "");
  g_autoptr (JsonNode) answer = NULL;
  JsonArray *runs;

  g_clear_pointer (next, g_free);
  if (!cli_request (self, "GET", path, NULL, &answer, error))
    return FALSE;
  runs = json_object_get_array_member (json_node_get_object (answer), "runs");
  for (guint i = 0; runs != NULL && i < json_array_get_length (runs); i++)
    {
      JsonObject *run = json_array_get_object_element (runs, i);
      const char *id = json_object_get_string_member_with_default (run, "id", "");
      if (g_str_has_prefix (id, prefix) || (g_str_has_prefix (id, "r_") && g_str_has_prefix (id + 2, prefix)))
        g_ptr_array_add (found, g_strdup (id));
    }
  *next = g_strdup (json_object_get_string_member_with_default (json_node_get_object (answer), "next", NULL));
  return TRUE;
}

static char *
find_latest (Cli *self, GError **error)
{
  g_autoptr (JsonArray) runs = cli_get_list (self, "/v1/runs?limit=1", "runs", error);

  if (runs == NULL)
    return NULL;
  if (json_array_get_length (runs) > 0)
    return g_strdup (json_object_get_string_member (json_array_get_object_element (runs, 0), "id"));
  g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED, "There are no Runs yet. Start one: bellhopctl run TEXT");
  return NULL;
}

char *
cli_find_run (Cli *self, const char *text, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *next = NULL;

  if (bh_id_is_valid (text, 'r'))
    return g_strdup (text);
  if (strcmp (text, "latest") == 0)
    return find_latest (self, error);
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && *p != '_')
      {
        g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
                     "“%s” is no Run: give an id, its beginning or “latest”", text);
        return NULL;
      }
  do
    if (!match_page (self, text, found, &next, error))
      return NULL;
  while (next != NULL && found->len < 2);
  if (found->len == 1)
    return g_ptr_array_steal_index (found, 0);
  g_set_error (error, CLI_ERROR, CLI_ERROR_REFUSED,
               found->len == 0 ? "No Run's id begins with “%s”. “bellhopctl list” shows them"
                               : "More than one Run's id begins with “%s”. Give more of it",
               text);
  return NULL;
}

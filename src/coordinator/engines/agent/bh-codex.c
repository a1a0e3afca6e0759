/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-codex.h"

#include <string.h>

#include "config.h"
#include "coordinator/engines/agent/bh-codex-private.h"

#define THREAD_ID_MAX 1000 /* bytes */

struct _BhCodex
{
  GObject parent_instance;
};

static void bh_codex_dialect_init (BhDialectInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhCodex,
                               bh_codex,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_DIALECT, bh_codex_dialect_init))

static void
bh_codex_class_init (BhCodexClass *klass)
{
}

static void
bh_codex_init (BhCodex *self)
{
}

BhDialect *
bh_codex_new (void)
{
  return g_object_new (BH_TYPE_CODEX, NULL);
}

/* --- the wire --- */

static void
send_line (BhDialectSink *sink, JsonObject *line)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, line);
  bh_dialect_sink_send (sink, node);
}

void
bh_codex_request (BhDialectSink *sink, const char *method, JsonObject *params)
{
  g_autoptr (JsonObject) pending = bh_dialect_load (sink, CODEX_PENDING);
  gint64 number = bh_dialect_get_number (sink, CODEX_NUMBER, 0);
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  JsonObject *line = json_object_new (), *entry = json_object_new ();

  bh_dialect_set_number (sink, CODEX_NUMBER, number + 1);
  json_object_set_string_member (entry, "method", method);
  json_object_set_object_member (pending, name, entry);
  bh_dialect_store (sink, CODEX_PENDING, pending);
  json_object_set_int_member (line, "id", number);
  json_object_set_string_member (line, "method", method);
  json_object_set_object_member (line, "params", params);
  send_line (sink, line);
}

void
bh_codex_reply (BhDialectSink *sink, JsonNode *id, JsonObject *result)
{
  JsonObject *line = json_object_new ();

  json_object_set_member (line, "id", json_node_ref (id));
  json_object_set_object_member (line, "result", result);
  send_line (sink, line);
}

void
bh_codex_reply_error (BhDialectSink *sink, JsonNode *id, int code, const char *message)
{
  JsonObject *line = json_object_new (), *error = json_object_new ();

  json_object_set_int_member (error, "code", code);
  json_object_set_string_member (error, "message", message);
  json_object_set_member (line, "id", json_node_ref (id));
  json_object_set_object_member (line, "error", error);
  send_line (sink, line);
}

/* --- the beginning --- */

static void
forget (BhDialectSink *sink, const char *const *keys, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (bh_dialect_sink_get_state (sink, keys[i]) != NULL)
      bh_dialect_sink_set_state (sink, keys[i], NULL);
}

void
bh_codex_forget_turn (BhDialectSink *sink)
{
  static const char *const keys[] = {
    CODEX_TURN,     CODEX_PENDING,  CODEX_CANCEL,       CODEX_ERROR,         CODEX_RETRIES,
    CODEX_STREAMED, CODEX_REQUESTS, CODEX_INPUT_BEFORE, CODEX_OUTPUT_BEFORE,
  };

  forget (sink, keys, G_N_ELEMENTS (keys));
}

static void
forget_process (BhDialectSink *sink)
{
  static const char *const keys[] = {
    CODEX_PROCESS, CODEX_SPEC, CODEX_THREAD, CODEX_OVER, CODEX_KNOWN, CODEX_INPUT, CODEX_OUTPUT,
  };

  bh_codex_forget_turn (sink);
  forget (sink, keys, G_N_ELEMENTS (keys));
}

void
bh_codex_fail (BhDialectSink *sink, BhDialectFailure failure, const char *detail)
{
  bh_codex_withdraw_all (sink);
  forget_process (sink);
  bh_dialect_sink_set_state (sink, CODEX_OVER, "1");
  bh_dialect_sink_failed (sink, failure, detail);
}

static void
keep_spec (BhDialectSink *sink, const BhSessionSpec *spec)
{
  g_autoptr (JsonObject) table = json_object_new ();
  JsonArray *argv;

  if (spec->resume != NULL && *spec->resume != '\0')
    json_object_set_string_member (table, "resume", spec->resume);
  if (spec->model != NULL)
    json_object_set_string_member (table, "model", spec->model);
  json_object_set_string_member (table, "cwd", spec->cwd);
  json_object_set_string_member (table, "sandbox", spec->mode != NULL ? spec->mode : "workspace-write");
  if (spec->mcp_argv != NULL)
    {
      argv = json_array_new ();
      for (guint i = 0; spec->mcp_argv[i] != NULL; i++)
        json_array_add_string_element (argv, spec->mcp_argv[i]);
      json_object_set_array_member (table, "mcp", argv);
    }
  bh_dialect_store (sink, CODEX_SPEC, table);
}

static void
bh_codex_start (BhDialect *dialect, BhDialectSink *sink, const BhSessionSpec *spec)
{
  JsonObject *params = json_object_new (), *info = json_object_new (), *capabilities = json_object_new ();

  forget_process (sink);
  keep_spec (sink, spec);
  bh_dialect_set_number (sink, CODEX_PROCESS, bh_dialect_get_number (sink, CODEX_NUMBER, 0));
  json_object_set_string_member (info, "name", "bellhop");
  json_object_set_string_member (info, "title", "Bellhop");
  json_object_set_string_member (info, "version", BH_VERSION);
  json_object_set_boolean_member (capabilities, "experimentalApi", TRUE);
  json_object_set_object_member (params, "clientInfo", info);
  json_object_set_object_member (params, "capabilities", capabilities);
  bh_codex_request (sink, "initialize", params);
}

/* What Codex is told of our MCP server; it does not remember it when a thread is resumed. */
static JsonObject *
mcp_server (JsonArray *argv)
{
  JsonObject *server = json_object_new ();
  JsonArray *args = json_array_new ();

  json_object_set_string_member (server, "command", bh_dialect_element_string (argv, 0));
  for (guint i = 1; i < bh_dialect_length (argv); i++)
    json_array_add_string_element (args, bh_dialect_element_string (argv, i));
  json_object_set_array_member (server, "args", args);
  json_object_set_int_member (server, "startup_timeout_sec", 30);
  return server;
}

static JsonObject *
thread_config (JsonObject *spec)
{
  JsonObject *config = json_object_new (), *features = json_object_new ();
  JsonArray *argv = bh_dialect_array (spec, "mcp");

  json_object_set_boolean_member (features, "default_mode_request_user_input", TRUE);
  json_object_set_object_member (config, "features", features);
  if (bh_dialect_length (argv) > 0)
    {
      JsonObject *servers = json_object_new ();

      json_object_set_object_member (servers, BH_MCP_SERVER_NAME, mcp_server (argv));
      json_object_set_object_member (config, "mcp_servers", servers);
    }
  return config;
}

static void
open_thread (BhDialectSink *sink, gboolean resume)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, CODEX_SPEC);
  JsonObject *params = json_object_new ();

  if (resume)
    {
      json_object_set_string_member (params, "threadId", bh_dialect_string (spec, "resume"));
      json_object_set_boolean_member (params, "excludeTurns", TRUE);
    }
  json_object_set_string_member (params, "cwd", bh_dialect_string (spec, "cwd"));
  json_object_set_string_member (params, "approvalPolicy", "on-request");
  json_object_set_string_member (params, "approvalsReviewer", "user");
  json_object_set_string_member (params, "sandbox", bh_dialect_string (spec, "sandbox"));
  if (bh_dialect_string (spec, "model") != NULL)
    json_object_set_string_member (params, "model", bh_dialect_string (spec, "model"));
  json_object_set_object_member (params, "config", thread_config (spec));
  bh_codex_request (sink, resume ? "thread/resume" : "thread/start", params);
}

static void
take_initialized (BhDialectSink *sink)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, CODEX_SPEC);
  JsonObject *line = json_object_new ();

  json_object_set_string_member (line, "method", "initialized");
  send_line (sink, line);
  open_thread (sink, bh_dialect_string (spec, "resume") != NULL);
}

static void
take_thread (BhDialectSink *sink, JsonObject *result, gboolean resumed)
{
  const char *id = bh_dialect_id (bh_dialect_object (result, "thread"), "id");

  if (id == NULL || strlen (id) > THREAD_ID_MAX)
    {
      bh_codex_fail (sink, BH_DIALECT_BROKEN, "Codex did not say which thread it opened.");
      return;
    }
  bh_dialect_sink_set_state (sink, CODEX_THREAD, id);
  bh_dialect_sink_set_state (sink, CODEX_SPEC, NULL);
  bh_dialect_sink_session (sink, id, resumed ? BH_SESSION_RESUMED : BH_SESSION_NEW);
}

/* --- responses --- */

static void
take_good (BhDialectSink *sink, const char *method, JsonObject *result)
{
  if (strcmp (method, "initialize") == 0)
    take_initialized (sink);
  else if (g_str_has_prefix (method, "thread/"))
    take_thread (sink, result, strcmp (method, "thread/resume") == 0);
  else if (strcmp (method, "turn/start") == 0)
    bh_codex_turn_started (sink, bh_dialect_object (result, "turn"), TRUE);
}

static void
take_refusal (BhDialectSink *sink, const char *method, JsonObject *error)
{
  const char *message = bh_dialect_id (error, "message");

  if (message == NULL)
    message = "It gave no reason.";
  if (strcmp (method, "turn/start") == 0)
    bh_codex_turn_refused (sink, message);
  else if (strcmp (method, "thread/resume") == 0)
    {
      bh_dialect_session_lost (sink, message);
      open_thread (sink, FALSE);
    }
  else if (strcmp (method, "turn/interrupt") != 0) /* a turn that is over needs none */
    bh_codex_fail (sink, bh_dialect_is_signed_out (message) ? BH_DIALECT_SIGNED_OUT : BH_DIALECT_REFUSED,
                   message);
}

static void
take_response (BhDialectSink *sink, JsonObject *line)
{
  gint64 number = bh_dialect_int (line, "id", -1);
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  g_autoptr (JsonObject) pending = number >= 0 ? bh_dialect_take (sink, CODEX_PENDING, name) : NULL;
  const char *method = bh_dialect_string (pending, "method");
  JsonObject *error = bh_dialect_object (line, "error");

  if (method == NULL)
    return;
  if (error != NULL || !json_object_has_member (line, "result"))
    take_refusal (sink, method, error);
  else
    take_good (sink, method, bh_dialect_object (line, "result"));
}

/* --- notifications --- */

static void
notice_once (BhDialectSink *sink, const char *text)
{
  /* of features that we switched on, and of models that Codex has no table for */
  static const char *const chatter[] = { "Under-development features", "Model metadata for" };

  for (guint i = 0; i < G_N_ELEMENTS (chatter); i++)
    if (g_str_has_prefix (text, chatter[i]))
      return;
  if (bh_dialect_once (sink, CODEX_KNOWN, text))
    bh_dialect_sink_notice (sink, text);
}

static void
take_warning (BhDialectSink *sink, JsonObject *params)
{
  const char *text = bh_dialect_id (params, "message");
  const char *details = bh_dialect_id (params, "details");
  g_autofree char *both = NULL;

  if (text == NULL)
    text = bh_dialect_id (params, "summary");
  if (text == NULL)
    return;
  both = details != NULL ? g_strdup_printf ("%s\n%s", text, details) : g_strdup (text);
  notice_once (sink, both);
}

static void
take_server_status (BhDialectSink *sink, JsonObject *params)
{
  const char *name = bh_dialect_string (params, "name");
  const char *error = bh_dialect_id (params, "error");
  g_autofree char *shown = NULL, *text = NULL;

  if (g_strcmp0 (bh_dialect_string (params, "status"), "failed") != 0)
    return;
  shown = bh_dialect_line (sink, name != NULL ? name : "", BH_DIALECT_NAME_MAX);
  text = g_strdup_printf ("The MCP server “%s” did not start%s%s", shown, error != NULL ? ": " : ".",
                          error != NULL ? error : "");
  notice_once (sink, text);
}

static void
take_reroute (BhDialectSink *sink, JsonObject *params)
{
  const char *from = bh_dialect_id (params, "fromModel");
  const char *to = bh_dialect_id (params, "toModel");
  g_autofree char *wanted = NULL, *given = NULL, *text = NULL;

  if (from == NULL || to == NULL)
    return;
  wanted = bh_dialect_line (sink, from, BH_DIALECT_NAME_MAX);
  given = bh_dialect_line (sink, to, BH_DIALECT_NAME_MAX);
  text = g_strdup_printf ("Instead of the model %s, %s answers.", wanted, given);
  notice_once (sink, text);
}

static void
take_item_started (BhDialectSink *sink, JsonObject *params)
{
  bh_codex_take_item (sink, params, FALSE);
}

static void
take_item_completed (BhDialectSink *sink, JsonObject *params)
{
  bh_codex_take_item (sink, params, TRUE);
}

static void
take_turn_started (BhDialectSink *sink, JsonObject *params)
{
  bh_codex_turn_started (sink, bh_dialect_object (params, "turn"), FALSE);
}

static void
take_turn_completed (BhDialectSink *sink, JsonObject *params)
{
  bh_codex_turn_completed (sink, bh_dialect_object (params, "turn"));
}

/* Threads of subagents have their own turns and items, which are not ours. */
static gboolean
is_of_other_thread (BhDialectSink *sink, JsonObject *params)
{
  const char *thread = bh_dialect_string (params, "threadId");
  const char *ours = bh_dialect_sink_get_state (sink, CODEX_THREAD);

  return thread != NULL && g_strcmp0 (thread, ours) != 0;
}

static void
take_notification (BhDialectSink *sink, const char *method, JsonObject *params)
{
  static const struct
  {
    const char *method;
    void (*take) (BhDialectSink *sink, JsonObject *params);
  } methods[] = {
    { "item/started", take_item_started },
    { "item/completed", take_item_completed },
    { "turn/started", take_turn_started },
    { "turn/completed", take_turn_completed },
    { "turn/plan/updated", bh_codex_take_plan },
    { "thread/tokenUsage/updated", bh_codex_take_usage },
    { "error", bh_codex_take_error },
    { "serverRequest/resolved", bh_codex_request_resolved },
    { "warning", take_warning },
    { "guardianWarning", take_warning },
    { "configWarning", take_warning },
    { "deprecationNotice", take_warning },
    { "mcpServer/startupStatus/updated", take_server_status },
    { "model/rerouted", take_reroute },
  };

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (strcmp (method, methods[i].method) == 0)
      {
        methods[i].take (sink, params);
        return;
      }
  if (g_str_has_prefix (method, "item/"))
    bh_codex_take_delta (sink, method, params);
}

static void
bh_codex_receive (BhDialect *dialect, BhDialectSink *sink, JsonObject *line)
{
  const char *method = bh_dialect_string (line, "method");
  JsonNode *id = bh_dialect_member (line, "id");
  JsonObject *params = bh_dialect_object (line, "params");

  if (bh_dialect_sink_get_state (sink, CODEX_OVER) != NULL)
    return;
  if (method == NULL)
    take_response (sink, line);
  else if (id != NULL)
    bh_codex_requested (sink, method, id, params);
  else if (!is_of_other_thread (sink, params))
    take_notification (sink, method, params);
}

/* --- what is said to it --- */

static void
bh_codex_prompt (BhDialect *dialect, BhDialectSink *sink, const char *text)
{
  bh_codex_turn_begin (sink, text);
}

static void
bh_codex_cancel (BhDialect *dialect, BhDialectSink *sink)
{
  bh_codex_turn_cancel (sink);
}

static void
bh_codex_answer (BhDialect *dialect, BhDialectSink *sink, const char *request, const BhQuestionSet *set)
{
  bh_codex_answered (sink, request, set);
}

static void
bh_codex_permit_reply (BhDialect *dialect, BhDialectSink *sink, const char *request, BhPermit permit)
{
  bh_codex_permitted (sink, request, permit);
}

static void
bh_codex_dialect_init (BhDialectInterface *iface)
{
  iface->start = bh_codex_start;
  iface->prompt = bh_codex_prompt;
  iface->cancel = bh_codex_cancel;
  iface->receive = bh_codex_receive;
  iface->answer = bh_codex_answer;
  iface->permit_reply = bh_codex_permit_reply;
}

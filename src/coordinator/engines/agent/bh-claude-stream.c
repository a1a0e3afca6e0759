/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-claude-stream.h"

#include <string.h>

#include "coordinator/engines/agent/bh-claude-stream-private.h"

struct _BhClaudeStream
{
  GObject parent_instance;
};

static void bh_claude_stream_dialect_init (BhDialectInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhClaudeStream,
                               bh_claude_stream,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_DIALECT, bh_claude_stream_dialect_init))

static void
bh_claude_stream_class_init (BhClaudeStreamClass *klass)
{
}

static void
bh_claude_stream_init (BhClaudeStream *self)
{
}

BhDialect *
bh_claude_stream_new (void)
{
  return g_object_new (BH_TYPE_CLAUDE_STREAM, NULL);
}

/* --- forgetting --- */

static void
forget (BhDialectSink *sink, const char *const *keys, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (bh_dialect_sink_get_state (sink, keys[i]) != NULL)
      bh_dialect_sink_set_state (sink, keys[i], NULL);
}

void
bh_claude_forget_turn (BhDialectSink *sink)
{
  static const char *const keys[] = {
    CLAUDE_TURN, CLAUDE_CANCEL, CLAUDE_ERROR, CLAUDE_MESSAGE, CLAUDE_STREAMED, CLAUDE_REQUESTS, CLAUDE_QUIET,
  };

  forget (sink, keys, G_N_ELEMENTS (keys));
}

void
bh_claude_forget_process (BhDialectSink *sink)
{
  static const char *const keys[] = {
    CLAUDE_AWAITED, CLAUDE_SPEC, CLAUDE_READY, CLAUDE_SESSION, CLAUDE_KNOWN, CLAUDE_OVER,
  };

  bh_claude_forget_turn (sink);
  forget (sink, keys, G_N_ELEMENTS (keys));
}

void
bh_claude_fail (BhDialectSink *sink, BhDialectFailure failure, const char *detail)
{
  bh_claude_withdraw_all (sink);
  bh_claude_forget_process (sink);
  bh_dialect_sink_set_state (sink, CLAUDE_OVER, "1");
  bh_dialect_sink_failed (sink, failure, detail);
}

/* --- what is said to it --- */

static void
send_line (BhDialectSink *sink, JsonObject *line)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, line);
  bh_dialect_sink_send (sink, node);
}

/* "initialize-1": the id says what was asked. `request` is taken. (transfer full) */
static char *
send_request (BhDialectSink *sink, const char *subtype, JsonObject *request)
{
  gint64 number = bh_dialect_get_number (sink, CLAUDE_NUMBER, 0) + 1;
  char *id = g_strdup_printf ("%s-%" G_GINT64_FORMAT, subtype, number);
  JsonObject *line = json_object_new ();

  bh_dialect_set_number (sink, CLAUDE_NUMBER, number);
  json_object_set_string_member (request, "subtype", subtype);
  json_object_set_string_member (line, "type", "control_request");
  json_object_set_string_member (line, "request_id", id);
  json_object_set_object_member (line, "request", request);
  send_line (sink, line);
  return id;
}

static double
get_cost (BhDialectSink *sink, const char *key)
{
  const char *text = bh_dialect_sink_get_state (sink, key);

  return text != NULL ? g_ascii_strtod (text, NULL) : 0.0;
}

/* The CLI counts what its process cost: of a resumed session, what was before has to be added. */
static void
carry_cost (BhDialectSink *sink, gboolean resumed)
{
  double cost = get_cost (sink, CLAUDE_COST_BEFORE) + get_cost (sink, CLAUDE_COST);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  bh_dialect_sink_set_json (sink, CLAUDE_COST_BEFORE,
                            resumed && cost > 0 ? g_ascii_dtostr (text, sizeof text, cost) : NULL);
  bh_dialect_sink_set_state (sink, CLAUDE_COST, NULL);
}

static void
bh_claude_stream_start (BhDialect *dialect, BhDialectSink *sink, const BhSessionSpec *spec)
{
  const char *resume = spec->resume != NULL && *spec->resume != '\0' ? spec->resume : NULL;
  JsonObject *table = json_object_new ();
  JsonObject *request = json_object_new ();
  g_autofree char *id = NULL;

  bh_claude_forget_process (sink);
  carry_cost (sink, resume != NULL);
  if (resume != NULL)
    json_object_set_string_member (table, "resume", resume);
  if (spec->mode != NULL)
    json_object_set_string_member (table, "mode", spec->mode);
  if (spec->model != NULL)
    json_object_set_string_member (table, "model", spec->model);
  bh_dialect_store (sink, CLAUDE_SPEC, table);
  json_object_unref (table);
  json_object_set_null_member (request, "hooks");
  id = send_request (sink, "initialize", request);
  bh_dialect_sink_set_state (sink, CLAUDE_AWAITED, id);
}

static void
bh_claude_stream_prompt (BhDialect *dialect, BhDialectSink *sink, const char *text)
{
  JsonObject *line = json_object_new (), *message = json_object_new (), *block = json_object_new ();
  JsonArray *content = json_array_new ();

  bh_dialect_sink_set_state (sink, CLAUDE_TURN, "1");
  json_object_set_string_member (block, "type", "text");
  json_object_set_string_member (block, "text", text);
  json_array_add_object_element (content, block);
  json_object_set_string_member (message, "role", "user");
  json_object_set_array_member (message, "content", content);
  json_object_set_string_member (line, "type", "user");
  json_object_set_object_member (line, "message", message);
  json_object_set_null_member (line, "parent_tool_use_id");
  json_object_set_string_member (line, "session_id", "");
  send_line (sink, line);
}

static void
bh_claude_stream_cancel (BhDialect *dialect, BhDialectSink *sink)
{
  g_autofree char *id = NULL;

  if (bh_dialect_sink_get_state (sink, CLAUDE_TURN) == NULL)
    return;
  bh_dialect_sink_set_state (sink, CLAUDE_CANCEL, "1");
  id = send_request (sink, "interrupt", json_object_new ());
}

static void
bh_claude_stream_answer (BhDialect *dialect,
                         BhDialectSink *sink,
                         const char *request,
                         const BhQuestionSet *set)
{
  bh_claude_answer (sink, request, set);
}

static void
bh_claude_stream_permit_reply (BhDialect *dialect, BhDialectSink *sink, const char *request, BhPermit permit)
{
  bh_claude_permit (sink, request, permit);
}

/* --- what it says --- */

/* (transfer full) (nullable) the request's id */
static char *
set_up (BhDialectSink *sink, const char *subtype, const char *member, const char *value)
{
  JsonObject *request;

  if (value == NULL)
    return NULL;
  request = json_object_new ();
  json_object_set_string_member (request, member, value);
  return send_request (sink, subtype, request);
}

/* It is ready, whatever session it is that will show unless it said that already. */
static void
be_ready (BhDialectSink *sink, JsonObject *spec)
{
  if (bh_dialect_sink_get_state (sink, CLAUDE_SESSION) == NULL)
    bh_dialect_sink_set_state (sink, CLAUDE_SESSION, bh_dialect_string (spec, "resume"));
  bh_dialect_sink_set_state (sink, CLAUDE_READY, "1");
  bh_claude_say_session (sink);
}

/* A model that was chosen is waited for: another one may cost more. */
static void
take_awaited (BhDialectSink *sink, const char *id)
{
  g_autoptr (JsonObject) spec = bh_dialect_load (sink, CLAUDE_SPEC);
  g_autofree char *model = NULL, *mode = NULL;

  if (g_str_has_prefix (id, "initialize-"))
    {
      mode = set_up (sink, "set_permission_mode", "mode", bh_dialect_string (spec, "mode"));
      model = set_up (sink, "set_model", "model", bh_dialect_string (spec, "model"));
    }
  bh_dialect_sink_set_state (sink, CLAUDE_AWAITED, model);
  if (model == NULL)
    be_ready (sink, spec);
}

static void
take_refusal (BhDialectSink *sink, const char *id, gboolean was_awaited, const char *why)
{
  g_autofree char *text = NULL;

  if (g_str_has_prefix (id, "set_permission_mode-"))
    {
      text = g_strdup_printf ("The permission mode was not changed: %s", why);
      bh_dialect_sink_notice (sink, text);
    }
  else if (was_awaited && g_str_has_prefix (id, "set_model-"))
    {
      text = g_strdup_printf ("Claude Code did not take the model that was chosen for it: %s", why);
      bh_claude_fail (sink, BH_DIALECT_REFUSED, text);
    }
  else if (was_awaited)
    bh_claude_fail (sink, bh_dialect_is_signed_out (why) ? BH_DIALECT_SIGNED_OUT : BH_DIALECT_REFUSED, why);
}

static void
take_response (BhDialectSink *sink, JsonObject *line)
{
  JsonObject *response = bh_dialect_object (line, "response");
  const char *id = bh_dialect_string (response, "request_id");
  const char *error = bh_dialect_string (response, "error");
  gboolean good = g_strcmp0 (bh_dialect_string (response, "subtype"), "success") == 0, awaited;

  if (id == NULL)
    return;
  if (error == NULL)
    error = "It gave no reason.";
  awaited = g_strcmp0 (id, bh_dialect_sink_get_state (sink, CLAUDE_AWAITED)) == 0;
  if (!good)
    take_refusal (sink, id, awaited, error);
  else if (awaited)
    take_awaited (sink, id);
}

static void
wonder (BhDialectSink *sink, const char *type)
{
  /* progress, suggestions and signs of life, none of which belongs on a timeline */
  static const char *const chatter[] = {
    "keep_alive",
    "tool_progress",
    "tool_use_summary",
    "prompt_suggestion",
    "auth_status",
    "streamlined_text",
    "streamlined_tool_use_summary",
    "transcript_mirror",
    "command_lifecycle",
    NULL,
  };
  g_autofree char *name = NULL, *text = NULL;

  if (g_strv_contains (chatter, type) || !bh_dialect_once (sink, CLAUDE_KNOWN, type))
    return;
  name = bh_dialect_line (sink, type, BH_DIALECT_NAME_MAX);
  text = g_strdup_printf ("Claude Code said something of a kind that is not known here: %s", name);
  bh_dialect_sink_notice (sink, text);
}

static void
take_rate_limit (BhDialectSink *sink, JsonObject *line)
{
  JsonObject *info = bh_dialect_object (line, "rate_limit_info");
  const char *type = bh_dialect_string (info, "rateLimitType");
  g_autofree char *limit = NULL, *name = NULL, *text = NULL;

  if (g_strcmp0 (bh_dialect_string (info, "status"), "rejected") != 0)
    return;
  limit = bh_dialect_line (sink, type != NULL ? type : "", BH_DIALECT_NAME_MAX);
  name = g_strconcat ("limit ", limit, NULL);
  text = type != NULL ? g_strdup_printf ("The limit of the plan is reached (%s).", limit)
                      : g_strdup ("The limit of the plan is reached.");
  if (bh_dialect_once (sink, CLAUDE_KNOWN, name))
    bh_dialect_sink_notice (sink, text);
}

static void
bh_claude_stream_receive (BhDialect *dialect, BhDialectSink *sink, JsonObject *line)
{
  static const struct
  {
    const char *type;
    void (*take) (BhDialectSink *sink, JsonObject *line);
  } types[] = {
    { "stream_event", bh_claude_take_event },
    { "assistant", bh_claude_take_assistant },
    { "user", bh_claude_take_user },
    { "result", bh_claude_take_result },
    { "system", bh_claude_take_system },
    { "control_request", bh_claude_take_request },
    { "control_cancel_request", bh_claude_take_withdrawal },
    { "control_response", take_response },
    { "rate_limit_event", take_rate_limit },
  };
  const char *type = bh_dialect_string (line, "type");

  if (bh_dialect_sink_get_state (sink, CLAUDE_OVER) != NULL)
    return;
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (types); i++)
    if (strcmp (type, types[i].type) == 0)
      {
        types[i].take (sink, line);
        return;
      }
  wonder (sink, type != NULL ? type : "a line without a type");
}

static void
bh_claude_stream_dialect_init (BhDialectInterface *iface)
{
  iface->start = bh_claude_stream_start;
  iface->prompt = bh_claude_stream_prompt;
  iface->cancel = bh_claude_stream_cancel;
  iface->receive = bh_claude_stream_receive;
  iface->answer = bh_claude_stream_answer;
  iface->permit_reply = bh_claude_stream_permit_reply;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp.h"

#include "coordinator/engines/agent/bh-acp-private.h"

struct _BhAcp
{
  GObject parent_instance;
};

static void bh_acp_dialect_init (BhDialectInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (BhAcp,
                               bh_acp,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_DIALECT, bh_acp_dialect_init))

/* --- the wire --- */

static JsonObject *
message_new (void)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "jsonrpc", "2.0");
  return message;
}

static void
send_message (BhDialectSink *sink, JsonObject *message)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), message);

  json_object_unref (message);
  bh_dialect_sink_send (sink, node);
}

gint64
bh_acp_request (BhDialectSink *sink, const char *method, JsonObject *params)
{
  gint64 id = bh_dialect_get_number (sink, BH_ACP_NEXT, 1);
  JsonObject *message = message_new ();

  bh_dialect_set_number (sink, BH_ACP_NEXT, id + 1);
  json_object_set_int_member (message, "id", id);
  json_object_set_string_member (message, "method", method);
  json_object_set_object_member (message, "params", params);
  send_message (sink, message);
  return id;
}

void
bh_acp_notify (BhDialectSink *sink, const char *method, JsonObject *params)
{
  JsonObject *message = message_new ();

  json_object_set_string_member (message, "method", method);
  json_object_set_object_member (message, "params", params);
  send_message (sink, message);
}

void
bh_acp_reply (BhDialectSink *sink, JsonNode *id, JsonObject *result)
{
  JsonObject *message = message_new ();

  json_object_set_member (message, "id", json_node_copy (id));
  json_object_set_object_member (message, "result", result);
  send_message (sink, message);
}

void
bh_acp_reply_error (BhDialectSink *sink, JsonNode *id, int code, const char *text)
{
  JsonObject *message = message_new ();
  JsonObject *error = json_object_new ();

  json_object_set_int_member (error, "code", code);
  json_object_set_string_member (error, "message", text);
  json_object_set_member (message, "id", json_node_copy (id));
  json_object_set_object_member (message, "error", error);
  send_message (sink, message);
}

char *
bh_acp_error_text (JsonObject *error)
{
  static const char *const members[] = { "details", "detail", "message", "error" };
  const char *message = bh_dialect_string (error, "message");
  const char *more = bh_dialect_string (error, "data");
  JsonObject *data = bh_dialect_object (error, "data");

  for (guint i = 0; more == NULL && i < G_N_ELEMENTS (members); i++)
    more = bh_dialect_string (data, members[i]);
  if (message == NULL || *message == '\0')
    message = "It gave an error without a word about it";
  if (more == NULL || *more == '\0' || strcmp (more, message) == 0)
    return g_strdup (message);
  return g_strdup_printf ("%s: %s", message, more);
}

/* --- what comes in --- */

static void
receive_notification (BhDialectSink *sink, const char *method, JsonObject *params)
{
  if (strcmp (method, "session/update") == 0)
    bh_acp_update (sink, params);
  else if (strcmp (method, "$/cancel_request") == 0)
    bh_acp_request_cancelled (sink, bh_dialect_member (params, "requestId"));
  else if (strcmp (method, "elicitation/complete") == 0)
    bh_acp_request_completed (sink, bh_dialect_string (params, "elicitationId"));
}

static void
receive_response (BhDialectSink *sink, JsonObject *line)
{
  gint64 id = bh_dialect_int (line, "id", -1);

  if (id < 0)
    return;
  if (id == bh_dialect_get_number (sink, BH_ACP_WAITING, -1))
    bh_acp_session_response (sink, line);
  else if (id == bh_dialect_get_number (sink, BH_ACP_TURN, -1))
    bh_acp_turn_response (sink, line);
}

static void
bh_acp_receive (BhDialect *self, BhDialectSink *sink, JsonObject *line)
{
  const char *method = bh_dialect_string (line, "method");
  JsonNode *id = bh_dialect_member (line, "id");

  if (method == NULL)
    receive_response (sink, line);
  else if (id == NULL)
    receive_notification (sink, method, bh_dialect_object (line, "params"));
  else
    bh_acp_requested (sink, method, id, bh_dialect_object (line, "params"));
}

static void
bh_acp_start (BhDialect *self, BhDialectSink *sink, const BhSessionSpec *spec)
{
  bh_acp_session_start (sink, spec);
}

static void
bh_acp_prompt (BhDialect *self, BhDialectSink *sink, const char *text)
{
  bh_acp_turn_prompt (sink, text);
}

static void
bh_acp_cancel (BhDialect *self, BhDialectSink *sink)
{
  bh_acp_turn_cancel (sink);
}

static void
bh_acp_answer (BhDialect *self, BhDialectSink *sink, const char *request, const BhQuestionSet *set)
{
  bh_acp_request_answer (sink, request, set);
}

static void
bh_acp_permit_reply (BhDialect *self, BhDialectSink *sink, const char *request, BhPermit permit)
{
  bh_acp_request_permit (sink, request, permit);
}

static void
bh_acp_dialect_init (BhDialectInterface *iface)
{
  iface->start = bh_acp_start;
  iface->prompt = bh_acp_prompt;
  iface->cancel = bh_acp_cancel;
  iface->receive = bh_acp_receive;
  iface->answer = bh_acp_answer;
  iface->permit_reply = bh_acp_permit_reply;
}

static void
bh_acp_class_init (BhAcpClass *klass)
{
}

static void
bh_acp_init (BhAcp *self)
{
}

BhDialect *
bh_acp_new (void)
{
  return g_object_new (BH_TYPE_ACP, NULL);
}

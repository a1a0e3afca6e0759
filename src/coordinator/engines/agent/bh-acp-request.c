/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp-private.h"

#include "protocol/bh-text.h"

/* Requests of the engine. An engine numbers them from 0 in each of its processes, so the sink is given names
 * of our own that never come again. In the table: "id", the engine's; of a permission "allow", "always"
 * and "reject", the options to choose; of questions in the guise of one their number, "asks"; of an
 * elicitation "form", and its "elicitation" if it has a name. */
/* more than the agent keeps of questions and of requests for permission together */
#define REQUESTS_MAX 64
#define ID_MAX 200
#define OPTION_MAX 1000
#define NOTICE_MAX 1200

/* (transfer full) the name of a new entry; NULL, and the engine is told, if there are too many */
static char *
add_request (BhDialectSink *sink, JsonNode *id, JsonObject *request)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, BH_ACP_REQUESTS);
  gint64 number = bh_dialect_get_number (sink, BH_ACP_NEXT, 1);
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  if (json_object_get_size (table) >= REQUESTS_MAX)
    {
      json_object_unref (request);
      bh_acp_reply_error (sink, id, BH_ACP_INTERNAL, "Too many requests are open");
      return NULL;
    }
  bh_dialect_set_number (sink, BH_ACP_NEXT, number + 1);
  json_object_set_member (request, "id", json_node_copy (id));
  json_object_set_object_member (table, name, request);
  bh_dialect_store (sink, BH_ACP_REQUESTS, table);
  return g_steal_pointer (&name);
}

/* --- permissions --- */

/* The first option of that kind. (transfer none) (nullable) */
static JsonObject *
find_option (JsonArray *options, const char *kind)
{
  for (guint i = 0; i < bh_dialect_length (options); i++)
    {
      JsonObject *option = bh_dialect_element (options, i);
      const char *id = bh_dialect_string (option, "optionId");

      if (id != NULL && strlen (id) <= OPTION_MAX &&
          g_strcmp0 (bh_dialect_string (option, "kind"), kind) == 0)
        return option;
    }
  return NULL;
}

static const char *
find_option_id (JsonArray *options, const char *kind)
{
  return bh_dialect_string (find_option (options, kind), "optionId");
}

static const char *
option_to_allow (JsonArray *options)
{
  const char *once = find_option_id (options, "allow_once");

  return once != NULL ? once : find_option_id (options, "allow_always");
}

/* `option` NULL: none of them fits. `answers` (nullable) (transfer full) */
static void
reply_permission (BhDialectSink *sink, JsonNode *id, const char *option, JsonObject *answers)
{
  JsonObject *result = json_object_new ();
  JsonObject *outcome = json_object_new ();

  json_object_set_string_member (outcome, "outcome", option != NULL ? "selected" : "cancelled");
  if (option != NULL)
    json_object_set_string_member (outcome, "optionId", option);
  json_object_set_object_member (result, "outcome", outcome);
  if (answers != NULL)
    json_object_set_object_member (result, "answers", answers);
  bh_acp_reply (sink, id, result);
}

/* Answers by the places of their questions. `set` NULL: `otherwise` to all of them, for a call that is
 * rejected may end the turn. */
static void
reply_answers (BhDialectSink *sink, JsonObject *request, const BhQuestionSet *set, const char *otherwise)
{
  gint64 asks = bh_dialect_int (request, "asks", 0);
  JsonObject *answers = json_object_new ();

  for (gint64 i = 0; i < asks; i++)
    {
      g_autofree char *place = g_strdup_printf ("%" G_GINT64_FORMAT, i);
      g_autofree char *text = set != NULL ? bh_dialect_answer_text (set, (guint) i) : g_strdup (otherwise);

      if (text != NULL)
        json_object_set_string_member (answers, place, text);
    }
  reply_permission (sink, bh_dialect_member (request, "id"), bh_dialect_string (request, "allow"), answers);
}

/* Qwen's own questions come as requests for permission; with the permission go the answers. Allowed without,
 * the model would be told that the person has said nothing. */
static void
request_answers (BhDialectSink *sink, JsonNode *id, JsonArray *questions, const char *allow)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhQuestionSet) set = bh_dialect_ask_tool (questions, &error);
  g_autoptr (JsonObject) request = json_object_new ();
  g_autofree char *name = NULL;

  json_object_set_string_member (request, "allow", allow);
  json_object_set_int_member (request, "asks", bh_dialect_length (questions));
  if (set == NULL)
    {
      json_object_set_member (request, "id", json_node_copy (id));
      reply_answers (sink, request, NULL, error->message);
      return;
    }
  name = add_request (sink, id, json_object_ref (request));
  if (name != NULL)
    bh_dialect_sink_ask (sink, name, set);
}

static void
request_permission (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  JsonObject *tool = bh_dialect_object (params, "toolCall");
  JsonArray *options = bh_dialect_array (params, "options");
  const char *allow = option_to_allow (options);
  const char *reject = find_option_id (options, "reject_once");
  JsonObject *always = find_option (options, "allow_always");
  BhPermission permission = { .tool = bh_dialect_string (tool, "toolCallId") };
  const char *own = bh_acp_tool (sink, tool, BH_ACP_TO_BE_PERMITTED);
  JsonArray *questions = bh_dialect_array (bh_dialect_object (tool, "_meta"), "qwenQuestions");
  g_autofree char *title = NULL;
  g_autofree char *exact = bh_dialect_call_text (bh_dialect_member (tool, "rawInput"));
  g_autofree char *name = NULL;
  JsonObject *request;

  if (own != NULL)
    {
      reply_permission (sink, id, allow, NULL);
      return;
    }
  if (questions != NULL && allow != NULL)
    {
      request_answers (sink, id, questions, allow);
      return;
    }
  request = json_object_new ();
  if (allow != NULL)
    json_object_set_string_member (request, "allow", allow);
  if (reject != NULL)
    json_object_set_string_member (request, "reject", reject);
  if (always != NULL)
    json_object_set_string_member (request, "always", bh_dialect_string (always, "optionId"));
  name = add_request (sink, id, request);
  if (name == NULL)
    return;
  title = bh_acp_tool_title (sink, tool);
  permission.title = title;
  permission.call = exact;
  permission.always = always != NULL ? bh_dialect_string (always, "name") : NULL;
  if (always != NULL && permission.always == NULL)
    permission.always = "";
  bh_dialect_sink_permit (sink, name, &permission);
}

void
bh_acp_request_permit (BhDialectSink *sink, const char *name, BhPermit permit)
{
  g_autoptr (JsonObject) request = bh_dialect_take (sink, BH_ACP_REQUESTS, name);
  const char *option = permit == BH_PERMIT_ALWAYS ? bh_dialect_string (request, "always") : NULL;

  if (option == NULL)
    option = bh_dialect_string (request, permit != BH_PERMIT_REJECT ? "allow" : "reject");
  if (request != NULL)
    reply_permission (sink, bh_dialect_member (request, "id"), option, NULL);
}

/* --- elicitations --- */

static void
reply_elicitation (BhDialectSink *sink, JsonNode *id, const char *action, JsonObject *content)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "action", action);
  if (content != NULL)
    json_object_set_object_member (result, "content", content);
  bh_acp_reply (sink, id, result);
}

static void
decline (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  const char *message = bh_dialect_string (params, "message");
  const char *url = bh_dialect_string (params, "url");
  g_autofree char *text = g_strdup_printf (
      "The engine asked in a way that cannot be shown, and was told to decide for itself: %s%s%s",
      message != NULL ? message : "", url != NULL ? " " : "", url != NULL ? url : "");
  g_autofree char *line = bh_dialect_line (sink, text, NOTICE_MAX);

  bh_dialect_sink_notice (sink, line);
  reply_elicitation (sink, id, "decline", NULL);
}

static void
create_elicitation (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  const char *elicitation = bh_dialect_string (params, "elicitationId");
  JsonArray *form = NULL;
  g_autoptr (BhQuestionSet) set = NULL;
  g_autofree char *name = NULL;
  JsonObject *request;

  if (bh_acp_form_is_secret (params))
    {
      bh_dialect_tell_refused (sink, BH_DIALECT_SECRET_ASKED, bh_dialect_id (params, "message"),
                               BH_DIALECT_SECRET_ADVICE);
      reply_elicitation (sink, id, "decline", NULL);
      return;
    }
  set = bh_acp_form_questions (sink, params, &form);
  if (set == NULL)
    {
      decline (sink, id, params);
      return;
    }
  request = json_object_new ();
  json_object_set_array_member (request, "form", form);
  if (elicitation != NULL && strlen (elicitation) <= OPTION_MAX)
    json_object_set_string_member (request, "elicitation", elicitation);
  name = add_request (sink, id, request);
  if (name != NULL)
    bh_dialect_sink_ask (sink, name, set);
}

void
bh_acp_request_answer (BhDialectSink *sink, const char *name, const BhQuestionSet *set)
{
  g_autoptr (JsonObject) request = bh_dialect_take (sink, BH_ACP_REQUESTS, name);
  JsonArray *form = bh_dialect_array (request, "form");
  JsonObject *content;

  if (request == NULL)
    return;
  if (json_object_has_member (request, "asks"))
    {
      reply_answers (sink, request, set != NULL && set->answers != NULL ? set : NULL, BH_DIALECT_DECIDE);
      return;
    }
  content = set != NULL && set->answers != NULL ? bh_acp_form_content (form, set) : NULL;
  reply_elicitation (sink, bh_dialect_member (request, "id"), content != NULL ? "accept" : "decline",
                     content);
}

/* --- all of them --- */

void
bh_acp_requested (BhDialectSink *sink, const char *method, JsonNode *id, JsonObject *params)
{
  if (JSON_NODE_HOLDS_OBJECT (id) || JSON_NODE_HOLDS_ARRAY (id))
    return;
  if (json_node_get_value_type (id) == G_TYPE_STRING && strlen (json_node_get_string (id)) > ID_MAX)
    bh_acp_reply_error (sink, id, BH_ACP_INTERNAL, "The id is too long");
  else if (strcmp (method, "session/request_permission") == 0)
    request_permission (sink, id, params);
  else if (strcmp (method, "elicitation/create") == 0)
    create_elicitation (sink, id, params);
  else if (strcmp (method, "fs/write_text_file") == 0)
    /* opencode tells an editor so of what it has written itself, also one that cannot write files, and waits
     * for ever when it is refused */
    bh_acp_reply (sink, id, json_object_new ());
  else
    bh_acp_reply_error (sink, id, BH_ACP_NO_METHOD, "Method not found");
}

/* Of a table that was read: the name of the first entry whose `member` is this. (nullable) (transfer full) */
static char *
find_request (JsonObject *table, const char *member, JsonNode *value)
{
  g_autoptr (GList) names = json_object_get_members (table);

  for (GList *link = names; link != NULL; link = link->next)
    {
      JsonNode *node = bh_dialect_member (bh_dialect_object (table, link->data), member);

      if (node != NULL && json_node_equal (node, value))
        return g_strdup (link->data);
    }
  return NULL;
}

/* The engine does not want to know any more. */
static void
withdraw (BhDialectSink *sink, const char *name)
{
  g_autoptr (JsonObject) request = bh_dialect_take (sink, BH_ACP_REQUESTS, name);

  bh_acp_reply_error (sink, bh_dialect_member (request, "id"), BH_ACP_CANCELLED, "Request cancelled");
  bh_dialect_sink_withdrawn (sink, name);
}

static void
withdraw_by (BhDialectSink *sink, const char *member, JsonNode *value)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, BH_ACP_REQUESTS);
  g_autofree char *name = value != NULL ? find_request (table, member, value) : NULL;

  if (name != NULL)
    withdraw (sink, name);
}

void
bh_acp_request_cancelled (BhDialectSink *sink, JsonNode *id)
{
  withdraw_by (sink, "id", id);
}

void
bh_acp_request_completed (BhDialectSink *sink, const char *elicitation)
{
  g_autoptr (JsonNode) value = json_node_init_string (json_node_alloc (), elicitation);

  if (elicitation != NULL)
    withdraw_by (sink, "elicitation", value);
}

void
bh_acp_requests_cancel (BhDialectSink *sink)
{
  g_autoptr (JsonObject) table = NULL;
  g_autoptr (GList) names = NULL;

  if (bh_dialect_sink_get_state (sink, BH_ACP_REQUESTS) == NULL)
    return;
  table = bh_dialect_load (sink, BH_ACP_REQUESTS);
  bh_dialect_sink_set_state (sink, BH_ACP_REQUESTS, NULL);
  names = json_object_get_members (table);
  for (GList *link = names; link != NULL; link = link->next)
    {
      JsonObject *request = bh_dialect_object (table, link->data);
      JsonNode *id = bh_dialect_member (request, "id");

      if (json_object_has_member (request, "form"))
        reply_elicitation (sink, id, "cancel", NULL);
      else
        reply_permission (sink, id, NULL, NULL);
      bh_dialect_sink_withdrawn (sink, link->data);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>

#include "coordinator/engines/agent/bh-acp-form.h"
#include "coordinator/engines/agent/bh-codex-private.h"
#include "protocol/bh-json.h"
#include "protocol/bh-text.h"

#define OPEN_MOST 64
#define ID_MAX 100
#define TITLE_MAX 200

/* Requests that ask whether something may be done, and how they want to be answered. */
typedef enum
{
  DECISION,     /* {"decision": "accept" | "decline" | what is offered for longer} */
  OLD_DECISION, /* {"decision": "approved" | "approved_for_session" | {"denied": …}} */
  PERMISSIONS,  /* {"permissions": what was asked for or nothing, "scope": "turn" | "session"} */
  ACTION,       /* {"action": "accept" | "decline", "content"} */
} Reply;

static const struct
{
  const char *method;
  const char *kind; /* its name in the table */
  const char *what; /* of a title */
  const char *item; /* the member that names the step */
  Reply reply;
} approvals[] = {
  { "item/commandExecution/requestApproval", "command", "shell", "itemId", DECISION },
  { "item/fileChange/requestApproval", "change", "Change files", "itemId", DECISION },
  { "item/permissions/requestApproval", "permissions", "More permissions", "itemId", PERMISSIONS },
  { "execCommandApproval", "old-command", "shell", "callId", OLD_DECISION },
  { "applyPatchApproval", "old-change", "Change files", "callId", OLD_DECISION },
  { "mcpServer/elicitation/request", "elicitation", "MCP", "itemId", ACTION },
};

/* --- what is open --- */

/* Names are never used twice: Codex begins to count anew with each process. (transfer full) (nullable) */
static char *
name_of (BhDialectSink *sink, JsonNode *id)
{
  g_autofree char *text = NULL;

  if (!JSON_NODE_HOLDS_VALUE (id))
    return NULL;
  text = bh_json_to_text (id);
  if (strlen (text) > ID_MAX)
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT "/%s", bh_dialect_get_number (sink, CODEX_PROCESS, 0), text);
}

/* `entry` is taken. (transfer full) (nullable): its name; NULL: there is too much of it, and it was told so.
 */
static char *
keep (BhDialectSink *sink, JsonNode *id, const char *kind, JsonObject *entry)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CODEX_REQUESTS);
  g_autoptr (JsonObject) owned = entry;
  g_autofree char *name = name_of (sink, id);

  if (name == NULL || json_object_has_member (table, name) || json_object_get_size (table) >= OPEN_MOST)
    {
      bh_codex_reply_error (sink, id, CODEX_BAD_PARAMS, "Too many requests are open, or one of that id.");
      return NULL;
    }
  json_object_set_member (entry, "id", json_node_ref (id));
  json_object_set_string_member (entry, "kind", kind);
  json_object_set_object_member (table, name, json_object_ref (entry));
  bh_dialect_store (sink, CODEX_REQUESTS, table);
  return g_steal_pointer (&name);
}

/* What the state does not hold as it was, because there is a secret in it, is not granted changed. Returns
 * whether the entry has that member as it was. */
static gboolean
is_unchanged (BhDialectSink *sink, const char *name, const char *member, JsonNode *was)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CODEX_REQUESTS);
  JsonObject *entry = bh_dialect_object (table, name);
  JsonNode *kept = bh_dialect_member (entry, member);

  if (kept == NULL || was == NULL || json_node_equal (kept, was))
    return kept != NULL;
  json_object_remove_member (entry, member);
  bh_dialect_store (sink, CODEX_REQUESTS, table);
  return FALSE;
}

void
bh_codex_request_resolved (BhDialectSink *sink, JsonObject *params)
{
  JsonNode *id = bh_dialect_member (params, "requestId");
  g_autofree char *name = id != NULL ? name_of (sink, id) : NULL;
  g_autoptr (JsonObject) entry = name != NULL ? bh_dialect_take (sink, CODEX_REQUESTS, name) : NULL;

  /* what was answered is not there any more */
  if (entry != NULL)
    bh_dialect_sink_withdrawn (sink, name);
}

void
bh_codex_withdraw_all (BhDialectSink *sink)
{
  g_autoptr (JsonObject) table = NULL;
  g_autoptr (GList) names = NULL;

  if (bh_dialect_sink_get_state (sink, CODEX_REQUESTS) == NULL)
    return;
  table = bh_dialect_load (sink, CODEX_REQUESTS);
  names = json_object_get_members (table);
  bh_dialect_sink_set_state (sink, CODEX_REQUESTS, NULL);
  for (GList *name = names; name != NULL; name = name->next)
    bh_dialect_sink_withdrawn (sink, name->data);
}

/* --- questions --- */

static BhQuestionSet *
read_questions (JsonObject *params, GError **error)
{
  JsonArray *questions = bh_dialect_array (params, "questions");
  g_auto (BhDialectAsk) ask = BH_DIALECT_ASK_INIT;

  for (guint i = 0; i < bh_dialect_length (questions); i++)
    {
      JsonObject *given = bh_dialect_element (questions, i);
      JsonArray *options = bh_dialect_array (given, "options");
      JsonObject *question = bh_dialect_ask_add (&ask, bh_dialect_string (given, "header"),
                                                 bh_dialect_string (given, "question"));

      for (guint j = 0; j < bh_dialect_length (options); j++)
        {
          JsonObject *option = bh_dialect_element (options, j);

          bh_dialect_ask_option (question, bh_dialect_string (option, "label"),
                                 bh_dialect_string (option, "description"));
        }
      if (bh_dialect_length (options) > 0)
        json_object_set_boolean_member (question, "allow_other", bh_dialect_is_true (given, "isOther"));
    }
  return bh_dialect_ask_finish (&ask, error);
}

/* The ids of the questions, by which the answers are told. */
static JsonObject *
note_questions (JsonObject *params)
{
  JsonArray *questions = bh_dialect_array (params, "questions"), *ids = json_array_new ();
  JsonObject *entry = json_object_new ();

  for (guint i = 0; i < bh_dialect_length (questions); i++)
    {
      const char *id = bh_dialect_string (bh_dialect_element (questions, i), "id");

      json_array_add_string_element (ids, id != NULL ? id : "");
    }
  json_object_set_array_member (entry, "questions", ids);
  return entry;
}

/* `set` (nullable): otherwise each is answered by `instead`. */
static void
send_answers (BhDialectSink *sink, JsonObject *entry, const BhQuestionSet *set, const char *instead)
{
  JsonArray *questions = bh_dialect_array (entry, "questions");
  JsonObject *result = json_object_new (), *answers = json_object_new ();

  for (guint i = 0; i < bh_dialect_length (questions); i++)
    {
      g_autofree char *text = set != NULL ? bh_dialect_answer_text (set, i) : NULL;
      JsonObject *answer = json_object_new ();
      JsonArray *texts = json_array_new ();

      json_array_add_string_element (texts, text != NULL ? text : instead);
      json_object_set_array_member (answer, "answers", texts);
      json_object_set_object_member (answers, bh_dialect_element_string (questions, i), answer);
    }
  json_object_set_object_member (result, "answers", answers);
  bh_codex_reply (sink, json_object_get_member (entry, "id"), result);
}

/* (nullable) what is asked first */
static const char *
first_question (JsonObject *params)
{
  return bh_dialect_id (bh_dialect_element (bh_dialect_array (params, "questions"), 0), "question");
}

/* (nullable) one whose answer is to be a secret: answers are kept with the Run, and shown */
static JsonObject *
find_secret (JsonObject *params)
{
  JsonArray *questions = bh_dialect_array (params, "questions");

  for (guint i = 0; i < bh_dialect_length (questions); i++)
    if (bh_dialect_is_true (bh_dialect_element (questions, i), "isSecret"))
      return bh_dialect_element (questions, i);
  return NULL;
}

/* As an answer: of an error Codex tells its model nothing. */
static void
refuse_secret (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  g_autoptr (JsonObject) entry = note_questions (params);

  bh_dialect_tell_refused (sink, BH_DIALECT_SECRET_ASKED, bh_dialect_id (find_secret (params), "question"),
                           BH_DIALECT_SECRET_ADVICE);
  json_object_set_member (entry, "id", json_node_ref (id));
  send_answers (sink, entry, NULL, BH_DIALECT_NO_SECRETS);
}

static void
ask (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhQuestionSet) set = read_questions (params, &error);
  g_autofree char *name = NULL;

  if (set == NULL)
    {
      bh_dialect_tell_refused (sink, "The engine asked in a way that cannot be shown, and was told why",
                               first_question (params), error->message);
      bh_codex_reply_error (sink, id, CODEX_BAD_PARAMS, error->message);
      return;
    }
  if (find_secret (params) != NULL)
    {
      refuse_secret (sink, id, params);
      return;
    }
  name = keep (sink, id, "ask", note_questions (params));
  if (name != NULL)
    bh_dialect_sink_ask (sink, name, set);
}

/* --- permissions --- */

#define AMENDMENT "acceptWithExecpolicyAmendment"

/* The decision that permits more than this once, if there is one; *words: what that is. (transfer full)
 * (nullable) */
static JsonNode *
read_always (Reply reply, JsonObject *params, char **words)
{
  JsonArray *offered = bh_dialect_array (params, "availableDecisions");
  const char *usual = reply == OLD_DECISION ? "approved_for_session" : "acceptForSession";
  gboolean named = offered == NULL && (reply == DECISION || reply == OLD_DECISION);

  for (guint i = 0; i < bh_dialect_length (offered); i++)
    {
      JsonObject *amendment = bh_dialect_object (bh_dialect_element (offered, i), AMENDMENT);
      JsonArray *prefix = bh_dialect_array (amendment, "execpolicy_amendment");
      g_autoptr (GString) text = g_string_new ("commands that begin with:");

      named |= g_strcmp0 (bh_dialect_element_string (offered, i), usual) == 0;
      if (prefix == NULL)
        continue;
      for (guint j = 0; j < bh_dialect_length (prefix) && text->len < TITLE_MAX; j++)
        g_string_append_printf (text, " %s", bh_dialect_element_string (prefix, j));
      *words = g_strdup (text->str);
      return json_node_copy (json_array_get_element (offered, i));
    }
  if (!named)
    return NULL;
  *words = g_strdup ("");
  return json_node_init_string (json_node_alloc (), usual);
}

/* `entry` (nullable): of the request. (transfer full) */
static JsonObject *
decide (Reply reply, BhPermit permit, JsonObject *entry)
{
  JsonObject *result = json_object_new (), *denied;
  JsonObject *granted = bh_dialect_object (entry, "permissions");
  JsonNode *always = permit == BH_PERMIT_ALWAYS ? bh_dialect_member (entry, "always") : NULL;
  gboolean allowed = permit != BH_PERMIT_REJECT;

  if (always != NULL)
    {
      json_object_set_member (result, "decision", json_node_copy (always));
      return result;
    }

  switch (reply)
    {
    case DECISION:
      json_object_set_string_member (result, "decision", allowed ? "accept" : "decline");
      break;
    case OLD_DECISION:
      if (allowed)
        {
          json_object_set_string_member (result, "decision", "approved");
          break;
        }
      denied = json_object_new ();
      json_object_set_string_member (denied, "rejection", BH_DIALECT_DENIED);
      json_object_set_object_member (result, "decision", json_object_new ());
      json_object_set_object_member (json_object_get_object_member (result, "decision"), "denied", denied);
      break;
    case PERMISSIONS:
      json_object_set_object_member (result, "permissions",
                                     allowed && granted != NULL ? json_object_ref (granted)
                                                                : json_object_new ());
      json_object_set_string_member (result, "scope", permit == BH_PERMIT_ALWAYS ? "session" : "turn");
      break;
    case ACTION:
      json_object_set_string_member (result, "action", allowed ? "accept" : "decline");
      if (allowed)
        json_object_set_object_member (result, "content", json_object_new ());
      else
        json_object_set_null_member (result, "content");
      break;
    default:
      g_assert_not_reached ();
    }
  return result;
}

/* What it is about: the command, the reason, the message. (transfer full) */
static char *
title_of (BhDialectSink *sink, guint nth, JsonObject *params)
{
  static const char *const members[] = { "message", "reason", "url" };
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), params);
  g_autofree char *about =
      bh_dialect_member (params, "command") != NULL ? bh_dialect_call_title (node) : NULL;
  g_autofree char *title = NULL;

  for (guint i = 0; about == NULL && i < G_N_ELEMENTS (members); i++)
    about = g_strdup (bh_dialect_id (params, members[i]));
  title =
      about != NULL ? g_strdup_printf ("%s: %s", approvals[nth].what, about) : g_strdup (approvals[nth].what);
  return bh_dialect_line (sink, title, TITLE_MAX);
}

static void
ask_permission (BhDialectSink *sink, guint nth, JsonNode *id, JsonObject *params)
{
  JsonObject *entry = json_object_new ();
  JsonObject *permissions = bh_dialect_object (params, "permissions");
  g_autofree char *name = NULL, *title = NULL, *words = NULL, *exact = NULL;
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), params);
  g_autoptr (JsonNode) always = read_always (approvals[nth].reply, params, &words);
  BhPermission permission = { .tool = bh_dialect_id (params, approvals[nth].item) };

  if (permissions != NULL)
    json_object_set_object_member (entry, "permissions", json_object_ref (permissions));
  if (always != NULL)
    json_object_set_member (entry, "always", json_node_copy (always));
  name = keep (sink, id, approvals[nth].kind, entry);
  if (name == NULL)
    return;
  title = title_of (sink, nth, params);
  exact = bh_dialect_member (params, "command") != NULL ? bh_dialect_call_text (node) : NULL;
  permission.title = title;
  permission.call = exact;
  if (approvals[nth].reply == PERMISSIONS)
    permission.always =
        is_unchanged (sink, name, "permissions", bh_dialect_member (params, "permissions")) ? "" : NULL;
  else
    permission.always = is_unchanged (sink, name, "always", always) ? words : NULL;
  bh_dialect_sink_permit (sink, name, &permission);
}

/* What the tools of another server want to know. FALSE: it cannot be asked. */
static gboolean
ask_form (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  JsonArray *form = NULL;
  g_autoptr (BhQuestionSet) set = bh_acp_form_questions (sink, params, &form);
  g_autofree char *name = NULL;
  JsonObject *entry;

  if (set == NULL)
    return FALSE;
  entry = json_object_new ();
  json_object_set_array_member (entry, "form", form);
  name = keep (sink, id, "form", entry);
  if (name != NULL)
    bh_dialect_sink_ask (sink, name, set);
  return TRUE;
}

static void
refuse_form (BhDialectSink *sink, JsonNode *id, JsonObject *params)
{
  bh_dialect_tell_refused (
      sink, "A tool of the engine asked in a way that cannot be shown, and was told that nobody answers",
      bh_dialect_id (params, "message"), NULL);
  bh_codex_reply (sink, id, decide (ACTION, BH_PERMIT_REJECT, NULL));
}

/* Codex asks so, too, whether a tool may be called: our own always. */
static void
take_elicitation (BhDialectSink *sink, guint nth, JsonNode *id, JsonObject *params)
{
  JsonObject *properties = bh_dialect_object (bh_dialect_object (params, "requestedSchema"), "properties");

  if (g_strcmp0 (bh_dialect_string (params, "serverName"), BH_MCP_SERVER_NAME) == 0)
    bh_codex_reply (sink, id, decide (ACTION, BH_PERMIT_ONCE, NULL));
  else if (properties == NULL || json_object_get_size (properties) == 0)
    ask_permission (sink, nth, id, params);
  else if (bh_acp_form_is_secret (params))
    {
      bh_dialect_tell_refused (sink, BH_DIALECT_SECRET_ASKED, bh_dialect_id (params, "message"),
                               BH_DIALECT_SECRET_ADVICE);
      bh_codex_reply (sink, id, decide (ACTION, BH_PERMIT_REJECT, NULL));
    }
  else if (!ask_form (sink, id, params))
    refuse_form (sink, id, params);
}

static void
send_form (BhDialectSink *sink, JsonObject *entry, const BhQuestionSet *set)
{
  JsonObject *content = set != NULL ? bh_acp_form_content (bh_dialect_array (entry, "form"), set) : NULL;
  JsonObject *result = decide (ACTION, content != NULL ? BH_PERMIT_ONCE : BH_PERMIT_REJECT, NULL);

  if (content != NULL)
    json_object_set_object_member (result, "content", content);
  bh_codex_reply (sink, json_object_get_member (entry, "id"), result);
}

void
bh_codex_answered (BhDialectSink *sink, const char *request, const BhQuestionSet *set)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CODEX_REQUESTS);
  const char *kind = bh_dialect_string (bh_dialect_object (table, request), "kind");
  gboolean is_form = g_strcmp0 (kind, "form") == 0;
  g_autoptr (JsonObject) entry = NULL;

  if (!is_form && g_strcmp0 (kind, "ask") != 0)
    return;
  entry = bh_dialect_take (sink, CODEX_REQUESTS, request);
  if (is_form)
    send_form (sink, entry, set);
  else
    send_answers (sink, entry, set, BH_DIALECT_DECIDE);
}

void
bh_codex_permitted (BhDialectSink *sink, const char *request, BhPermit permit)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CODEX_REQUESTS);
  const char *kind = bh_dialect_string (bh_dialect_object (table, request), "kind");

  for (guint i = 0; i < G_N_ELEMENTS (approvals); i++)
    if (g_strcmp0 (kind, approvals[i].kind) == 0)
      {
        g_autoptr (JsonObject) entry = bh_dialect_take (sink, CODEX_REQUESTS, request);

        bh_codex_reply (sink, json_object_get_member (entry, "id"),
                        decide (approvals[i].reply, permit, entry));
        return;
      }
}

void
bh_codex_requested (BhDialectSink *sink, const char *method, JsonNode *id, JsonObject *params)
{
  g_autoptr (JsonObject) nothing = json_object_new ();

  if (params == NULL)
    params = nothing;
  if (strcmp (method, "item/tool/requestUserInput") == 0)
    {
      ask (sink, id, params);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (approvals); i++)
    if (strcmp (method, approvals[i].method) == 0)
      {
        if (approvals[i].reply == ACTION)
          take_elicitation (sink, i, id, params);
        else
          ask_permission (sink, i, id, params);
        return;
      }
  bh_codex_reply_error (sink, id, CODEX_NO_METHOD, "Bellhop knows no such method.");
}

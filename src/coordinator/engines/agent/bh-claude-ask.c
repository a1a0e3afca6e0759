/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-claude-stream-private.h"

#include <string.h>

#include "protocol/bh-json.h"
#include "protocol/bh-text.h"

/* More open requests than any engine has use for, and ids longer than any has. */
#define OPEN_MOST 64
#define ID_MAX 200
#define TITLE_MAX 200
/* What is kept of a call until it may be made. A file to be written is as long as it is. */
#define INPUT_MAX (64 * 1024)

/* --- what it is told --- */

static void
send_response (BhDialectSink *sink, const char *id, JsonObject *response, const char *error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *line = json_object_new (), *outer = json_object_new ();

  json_object_set_string_member (outer, "subtype", error == NULL ? "success" : "error");
  json_object_set_string_member (outer, "request_id", id);
  if (error != NULL)
    json_object_set_string_member (outer, "error", error);
  else
    json_object_set_object_member (outer, "response", response);
  json_object_set_string_member (line, "type", "control_response");
  json_object_set_object_member (line, "response", outer);
  json_node_take_object (node, line);
  bh_dialect_sink_send (sink, node);
}

/* `input` (nullable): as it was, or with answers. Older CLIs want it; newer ones take it for what it was.
 * `always` (nullable): what is permitted from now on. */
static void
allow (BhDialectSink *sink, const char *id, JsonObject *input, JsonArray *always)
{
  JsonObject *response = json_object_new ();

  json_object_set_string_member (response, "behavior", "allow");
  if (input != NULL)
    json_object_set_object_member (response, "updatedInput", json_object_ref (input));
  if (always != NULL)
    json_object_set_array_member (response, "updatedPermissions", json_array_ref (always));
  send_response (sink, id, response, NULL);
}

static void
deny (BhDialectSink *sink, const char *id, const char *why)
{
  JsonObject *response = json_object_new ();

  json_object_set_string_member (response, "behavior", "deny");
  json_object_set_string_member (response, "message", why);
  send_response (sink, id, response, NULL);
}

/* --- what is open --- */

static gboolean
is_short (JsonObject *input)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), input);
  g_autofree char *text = bh_json_to_text (node);

  return strlen (text) <= INPUT_MAX;
}

/* FALSE if there is too much of it. `always` (nullable) */
static gboolean
keep (BhDialectSink *sink, const char *id, const char *kind, JsonObject *input, JsonArray *always)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CLAUDE_REQUESTS);
  JsonObject *entry;

  if (json_object_get_size (table) >= OPEN_MOST || json_object_has_member (table, id))
    return FALSE;
  entry = json_object_new ();
  json_object_set_string_member (entry, "kind", kind);
  if (input != NULL && is_short (input))
    json_object_set_object_member (entry, "input", json_object_ref (input));
  if (always != NULL)
    json_object_set_array_member (entry, "always", json_array_ref (always));
  json_object_set_object_member (table, id, entry);
  bh_dialect_store (sink, CLAUDE_REQUESTS, table);
  return TRUE;
}

/* A call or a rule that the state does not hold as it was, because there is a secret in it, is not given back
 * changed: an asterisk in a rule permits whatever stands in its place. Returns whether `always` is kept. */
static gboolean
forget_changed (BhDialectSink *sink, const char *id, JsonObject *input, JsonArray *always)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CLAUDE_REQUESTS);
  JsonObject *entry = bh_dialect_object (table, id);
  JsonObject *kept = bh_dialect_object (entry, "input");
  JsonArray *rules = bh_dialect_array (entry, "always");
  gboolean input_changed = kept != NULL && !json_object_equal (kept, input);
  gboolean rules_changed = rules != NULL && !json_array_equal (rules, always);

  if (input_changed)
    json_object_remove_member (entry, "input");
  if (rules_changed)
    json_object_remove_member (entry, "always");
  if (input_changed || rules_changed)
    bh_dialect_store (sink, CLAUDE_REQUESTS, table);
  return rules != NULL && !rules_changed;
}

/* An open request of that kind, which is not open any more. (transfer full) (nullable) */
static JsonObject *
take (BhDialectSink *sink, const char *id, const char *kind)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CLAUDE_REQUESTS);

  if (g_strcmp0 (bh_dialect_string (bh_dialect_object (table, id), "kind"), kind) != 0)
    return NULL;
  return bh_dialect_take (sink, CLAUDE_REQUESTS, id);
}

void
bh_claude_take_withdrawal (BhDialectSink *sink, JsonObject *line)
{
  const char *id = bh_dialect_id (line, "request_id");
  g_autoptr (JsonObject) entry = id != NULL ? bh_dialect_take (sink, CLAUDE_REQUESTS, id) : NULL;

  if (entry != NULL)
    bh_dialect_sink_withdrawn (sink, id);
}

void
bh_claude_withdraw_all (BhDialectSink *sink)
{
  g_autoptr (JsonObject) table = NULL;
  g_autoptr (GList) ids = NULL;

  if (bh_dialect_sink_get_state (sink, CLAUDE_REQUESTS) == NULL)
    return;
  table = bh_dialect_load (sink, CLAUDE_REQUESTS);
  ids = json_object_get_members (table);
  bh_dialect_sink_set_state (sink, CLAUDE_REQUESTS, NULL);
  for (GList *id = ids; id != NULL; id = id->next)
    bh_dialect_sink_withdrawn (sink, id->data);
}

/* --- questions --- */

static void
ask (BhDialectSink *sink, const char *id, JsonObject *request)
{
  JsonObject *input = bh_dialect_object (request, "input");
  g_autoptr (GError) error = NULL;
  g_autoptr (BhQuestionSet) set = bh_dialect_ask_tool (bh_dialect_array (input, "questions"), &error);

  /* the model can put it right */
  if (set == NULL)
    deny (sink, id, error->message);
  else if (!is_short (input))
    deny (sink, id, "The questions are too long.");
  else if (!keep (sink, id, "ask", input, NULL))
    send_response (sink, id, NULL, "Too many requests are open.");
  else
    {
      bh_claude_mark_asked (sink, bh_dialect_id (request, "tool_use_id"));
      bh_dialect_sink_ask (sink, id, set);
    }
}

/* The answers by the texts of the questions, as they were asked. */
static void
send_answers (BhDialectSink *sink, const char *id, JsonObject *input, const BhQuestionSet *set)
{
  JsonArray *questions = bh_dialect_array (input, "questions");
  JsonObject *answers = json_object_new ();

  for (guint i = 0; i < bh_dialect_length (questions); i++)
    {
      const char *question = bh_dialect_string (bh_dialect_element (questions, i), "question");
      g_autofree char *text = bh_dialect_answer_text (set, i);

      if (question != NULL && text != NULL)
        json_object_set_string_member (answers, question, text);
    }
  json_object_set_object_member (input, "answers", answers);
  allow (sink, id, input, NULL);
}

void
bh_claude_answer (BhDialectSink *sink, const char *request, const BhQuestionSet *set)
{
  g_autoptr (JsonObject) entry = take (sink, request, "ask");
  JsonObject *input = bh_dialect_object (entry, "input");

  if (entry == NULL)
    return;
  if (set == NULL || input == NULL)
    deny (sink, request, BH_DIALECT_DECIDE);
  else
    send_answers (sink, request, input, set);
}

/* --- permissions --- */

/* What it suggests to permit from now on: rules, which hold for its session here and are not written into the
 * workspace's settings. A mode would permit more than was asked for. (transfer full) (nullable) */
static JsonArray *
read_suggestions (JsonObject *request)
{
  JsonArray *given = bh_dialect_array (request, "permission_suggestions");
  g_autoptr (JsonArray) taken = json_array_new ();

  for (guint i = 0; i < bh_dialect_length (given); i++)
    {
      JsonObject *suggestion = bh_dialect_element (given, i);
      JsonObject *copy;

      if (g_strcmp0 (bh_dialect_string (suggestion, "type"), "addRules") != 0 ||
          g_strcmp0 (bh_dialect_string (suggestion, "behavior"), "allow") != 0 || !is_short (suggestion))
        continue;
      copy = json_object_new ();
      json_object_set_string_member (copy, "type", "addRules");
      if (bh_dialect_array (suggestion, "rules") != NULL)
        json_object_set_array_member (copy, "rules", json_array_ref (bh_dialect_array (suggestion, "rules")));
      json_object_set_string_member (copy, "behavior", "allow");
      json_object_set_string_member (copy, "destination", "session");
      json_array_add_object_element (taken, copy);
      break;
    }
  return json_array_get_length (taken) > 0 ? g_steal_pointer (&taken) : NULL;
}

/* "Bash(npm test:*), Read" (transfer full) */
static char *
describe_rules (JsonArray *suggestions)
{
  JsonArray *rules = bh_dialect_array (bh_dialect_element (suggestions, 0), "rules");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < bh_dialect_length (rules) && text->len < TITLE_MAX; i++)
    {
      JsonObject *rule = bh_dialect_element (rules, i);
      const char *tool = bh_dialect_string (rule, "toolName"),
                 *what = bh_dialect_string (rule, "ruleContent");

      g_string_append_printf (text, "%s%s%s%s%s", i > 0 ? ", " : "", tool != NULL ? tool : "",
                              what != NULL ? "(" : "", what != NULL ? what : "", what != NULL ? ")" : "");
    }
  return g_strdup (text->str);
}

static void
ask_permission (BhDialectSink *sink, const char *id, JsonObject *request)
{
  const char *tool = bh_dialect_id (request, "tool_name");
  const char *description = bh_dialect_string (request, "description");
  g_autofree char *about = bh_dialect_call_title (bh_dialect_member (request, "input"));
  g_autofree char *title = NULL;
  g_autofree char *line = NULL;
  g_autoptr (JsonArray) always = read_suggestions (request);
  g_autofree char *exact = bh_dialect_call_text (bh_dialect_member (request, "input"));
  g_autofree char *rules = always != NULL ? describe_rules (always) : NULL;
  BhPermission permission = { .tool = bh_dialect_id (request, "tool_use_id"), .always = rules };

  if (about == NULL && description != NULL)
    about = g_strdup (description);
  title = about != NULL ? g_strdup_printf ("%s: %s", tool, about) : g_strdup (tool);
  line = bh_dialect_line (sink, title, TITLE_MAX);
  permission.title = line;
  permission.call = exact;
  if (!keep (sink, id, "permit", bh_dialect_object (request, "input"), always))
    {
      send_response (sink, id, NULL, "Too many requests are open.");
      return;
    }
  if (!forget_changed (sink, id, bh_dialect_object (request, "input"), always))
    permission.always = NULL;
  bh_dialect_sink_permit (sink, id, &permission);
}

void
bh_claude_permit (BhDialectSink *sink, const char *request, BhPermit permit)
{
  g_autoptr (JsonObject) entry = take (sink, request, "permit");

  if (entry == NULL)
    return;
  if (permit != BH_PERMIT_REJECT)
    allow (sink, request, bh_dialect_object (entry, "input"),
           permit == BH_PERMIT_ALWAYS ? bh_dialect_array (entry, "always") : NULL);
  else
    deny (sink, request, BH_DIALECT_DENIED);
}

/* Our own tools; what has a secret in it is not written down, not even until it is sent. */
static void
allow_own (BhDialectSink *sink, const char *id, JsonObject *input)
{
  g_autoptr (JsonObject) entry = NULL;

  if (keep (sink, id, "own", input, NULL))
    {
      forget_changed (sink, id, input, NULL);
      entry = take (sink, id, "own");
    }
  allow (sink, id, bh_dialect_object (entry, "input"), NULL);
}

void
bh_claude_take_request (BhDialectSink *sink, JsonObject *line)
{
  JsonObject *request = bh_dialect_object (line, "request");
  const char *id = bh_dialect_id (line, "request_id");
  const char *subtype = bh_dialect_string (request, "subtype");
  const char *tool = bh_dialect_id (request, "tool_name");

  /* an id is a word */
  if (id == NULL || strlen (id) > ID_MAX || strpbrk (id, " \t\r\n") != NULL)
    return;
  if (g_strcmp0 (subtype, "can_use_tool") != 0 || tool == NULL)
    send_response (sink, id, NULL, "Bellhop knows no such request.");
  else if (bh_claude_is_own (tool))
    allow_own (sink, id, bh_dialect_object (request, "input"));
  else if (strcmp (tool, CLAUDE_QUESTION_TOOL) == 0)
    ask (sink, id, request);
  else
    ask_permission (sink, id, request);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "replay-recordings.h"

#include "coordinator/engines/agent/bh-claude-stream.h"
#include "coordinator/engines/agent/bh-dialect-json.h"

/* How the transcripts of Claude Code's CLI are played. */

static JsonObject *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return json_node_dup_object (node);
}

static const char *
noted (Replay *self, const char *what, const char *name)
{
  g_autofree char *key = g_strconcat (what, " ", name, NULL);

  return replay_noted (self, key);
}

static void
note (Replay *self, const char *what, const char *name, const char *value)
{
  g_autofree char *key = g_strconcat (what, " ", name, NULL);

  replay_note (self, key, value);
}

static JsonObject *
copy (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autofree char *text = bh_json_to_text (node);

  return parse (text);
}

static JsonObject *
response_to (const char *id)
{
  g_autofree char *text =
      g_strdup_printf ("{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\","
                       "\"request_id\":\"%s\",\"response\":{\"commands\":[]}}}",
                       id);

  return parse (text);
}

/* Some recorded clients did not say it: then it is answered here. */
static void
initialize (Replay *self)
{
  const char *id = noted (self, "sent", "initialize");

  if (noted (self, "recorded", "initialize") != NULL || id == NULL)
    return;
  note (self, "recorded", "initialize", "1");
  replay_feed (self, response_to (id));
  replay_flush (self);
}

static void
answer (Replay *self, const char *id, JsonObject *response)
{
  JsonObject *input = bh_dialect_object (response, "updatedInput");
  JsonArray *questions = bh_dialect_array (input, "questions");
  JsonObject *answers = bh_dialect_object (input, "answers");
  g_autoptr (GPtrArray) texts = g_ptr_array_new ();
  gboolean allowed = g_strcmp0 (bh_dialect_string (response, "behavior"), "allow") == 0;

  if (noted (self, "asked", id) == NULL)
    replay_permit (self, id, allowed);
  else if (answers == NULL)
    replay_answer (self, id, NULL);
  else
    {
      for (guint i = 0; i < bh_dialect_length (questions); i++)
        {
          const char *question = bh_dialect_string (bh_dialect_element (questions, i), "question");

          g_ptr_array_add (texts, (gpointer) json_object_get_string_member (answers, question));
        }
      g_ptr_array_add (texts, NULL);
      replay_answer (self, id, (const char *const *) texts->pdata);
    }
}

static void
client (Replay *self, JsonObject *line)
{
  const char *type = bh_dialect_string (line, "type");
  JsonObject *request = bh_dialect_object (line, "request");
  JsonObject *response = bh_dialect_object (line, "response");
  const char *subtype = bh_dialect_string (request, "subtype");

  if (g_strcmp0 (type, "control_request") == 0)
    {
      note (self, "recorded", subtype, "1");
      note (self, "subtype", bh_dialect_string (line, "request_id"), subtype);
    }
  initialize (self);
  if (g_strcmp0 (subtype, "interrupt") == 0)
    replay_cancel (self);
  else if (g_strcmp0 (type, "control_response") == 0)
    answer (self, bh_dialect_string (response, "request_id"), bh_dialect_object (response, "response"));
  else if (g_strcmp0 (type, "user") == 0)
    {
      JsonArray *content = bh_dialect_array (bh_dialect_object (line, "message"), "content");

      replay_prompt (self, bh_dialect_string (bh_dialect_element (content, 0), "text"));
    }
}

static void
sent (Replay *self, JsonObject *line)
{
  const char *subtype = bh_dialect_string (bh_dialect_object (line, "request"), "subtype");

  if (subtype != NULL)
    note (self, "sent", subtype, bh_dialect_string (line, "request_id"));
}

static JsonObject *
agent (Replay *self, JsonObject *line)
{
  JsonObject *request = bh_dialect_object (line, "request");
  JsonObject *response = bh_dialect_object (line, "response");
  const char *type = bh_dialect_string (line, "type");
  const char *subtype, *id;
  JsonObject *told;

  if (g_strcmp0 (bh_dialect_string (request, "tool_name"), "AskUserQuestion") == 0)
    note (self, "asked", bh_dialect_string (line, "request_id"), "1");
  if (g_strcmp0 (type, "control_response") != 0 || response == NULL)
    return json_object_ref (line);
  subtype = noted (self, "subtype", bh_dialect_string (response, "request_id"));
  id = subtype != NULL ? noted (self, "sent", subtype) : NULL;
  if (id == NULL)
    return NULL;
  told = parse ("{\"type\":\"control_response\"}");
  response = copy (response);
  json_object_set_string_member (response, "request_id", id);
  json_object_set_object_member (told, "response", response);
  return told;
}

static char *
request (JsonObject *line)
{
  return g_strcmp0 (bh_dialect_string (line, "type"), "control_request") == 0
             ? g_strdup (bh_dialect_string (line, "request_id"))
             : NULL;
}

static const char *const lasting[] = { "claude.number", "claude.cost", "claude.cost.before", "claude.window",
                                       NULL };

const ReplayProtocol replay_claude = {
  .make = bh_claude_stream_new,
  .client = client,
  .sent = sent,
  .agent = agent,
  .request = request,
  .lasting = lasting,
};

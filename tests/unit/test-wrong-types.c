/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Values of wrong types, wherever an engine could say one, in each wire protocol. */

#include "support/replay-recordings.h"
#include "support/talk.h"

#include "coordinator/engines/agent/bh-dialect-json.h"

static const char *const wrong[] = { "null", "-7", "1e300", "\"x\\n\"", "[[1],\"x\",{}]", "{\"text\":7}" };

/* What is said before a turn, "$" being the id of the last request, "@" the session's and "%" the turn's. */
typedef struct
{
  const ReplayProtocol *replay;
  const char *opening[3];
  const char *turn;          /* (nullable) to the prompt */
  const char *session_of[2]; /* where a line says which session it is about */
  guint shapes;              /* at least so many kinds of lines were recorded */
} Protocol;

static const Protocol acp = {
  &replay_acp,
  { "{\"id\":$,\"result\":{\"protocolVersion\":1,\"agentCapabilities\":{\"loadSession\":true}}}",
    "{\"id\":$,\"result\":{\"sessionId\":\"@\"}}" },
  NULL,
  { "params", "sessionId" },
  50,
};
static const Protocol claude = {
  &replay_claude,
  { "{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\",\"request_id\":\"$\",\"response\":{"
    "}}}" },
  "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"@\"}",
  { NULL, "session_id" },
  30,
};
static const Protocol codex = {
  &replay_codex,
  { "{\"id\":$,\"result\":{}}", "{\"id\":$,\"result\":{\"thread\":{\"id\":\"@\"}}}" },
  "{\"id\":$,\"result\":{\"turn\":{\"id\":\"%\"}}}",
  { "params", "threadId" },
  50,
};

typedef struct
{
  const Protocol *protocol;
  JsonObject *line;
  char *session, *turn_id; /* that it was said in */
  gboolean is_answer;
  Talk *turn; /* one with a turn under way */
} Spoiler;

static char *
replaced (const char *text, const char *sign, const char *with)
{
  g_auto (GStrv) parts = g_strsplit (text, sign, -1);

  return g_strjoinv (with, parts);
}

static void
hear (Spoiler *self, Talk *talk, const char *text)
{
  g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, talk->last_id);
  g_autofree char *with_id = replaced (text, "$", talk->last_request != NULL ? talk->last_request : number);
  g_autofree char *with_session = replaced (with_id, "@", self->session);
  g_autofree char *line = replaced (with_session, "%", self->turn_id);

  talk_hear (talk, "%s", line);
}

static Talk *
begin (Spoiler *self, const BhSessionSpec *spec, guint heard)
{
  Talk *talk = talk_new (self->protocol->replay->make);

  recorder_be_quiet (talk->recorder);
  talk_start (talk, spec);
  for (guint i = 0; i < heard && self->protocol->opening[i] != NULL; i++)
    hear (self, talk, self->protocol->opening[i]);
  return talk;
}

/* What the engine asked or answered is asked or answered to whatever is under way. */
static void
hear_spoiled (Spoiler *self, Talk *talk)
{
  BhDialectSink *sink = BH_DIALECT_SINK (talk->recorder);
  JsonObject *response = bh_dialect_object (self->line, "response");

  if (self->is_answer && talk->last_request == NULL && json_object_has_member (self->line, "id"))
    json_object_set_int_member (self->line, "id", talk->last_id);
  else if (self->is_answer && talk->last_request != NULL && response != NULL)
    json_object_set_string_member (response, "request_id", talk->last_request);
  bh_dialect_receive (talk->dialect, sink, self->line);
  bh_dialect_receive (talk->dialect, sink, self->line);
  if (talk->request != NULL)
    bh_dialect_permit (talk->dialect, sink, talk->request, BH_PERMIT_ONCE);
  bh_dialect_cancel (talk->dialect, sink);
}

/* As an answer to each request of the beginning. */
static void
hear_in_start (Spoiler *self)
{
  const BhSessionSpec spec = { .cwd = "/work", .resume = "s", .model = "big", .mode = "careful" };

  for (guint heard = 0; self->protocol->opening[heard] != NULL; heard++)
    {
      g_autoptr (Talk) talk = begin (self, &spec, heard);

      hear_spoiled (self, talk);
    }
}

static void
hear_everywhere (Spoiler *self)
{
  const BhSessionSpec spec = { .cwd = "/work" };

  if (self->turn == NULL)
    {
      self->turn = begin (self, &spec, G_MAXUINT);
      g_assert_cmpuint (self->turn->sessions, ==, 1);
      talk_prompt (self->turn);
      if (self->protocol->turn != NULL)
        hear (self, self->turn, self->protocol->turn);
      g_assert_cmpuint (self->turn->turns + self->turn->failures, ==, 0);
    }
  hear_spoiled (self, self->turn);
  if (self->turn->turns + self->turn->failures > 0)
    g_clear_pointer (&self->turn, talk_free);
  if (self->is_answer)
    hear_in_start (self);
}

static void spoil (Spoiler *self, JsonNode *node);

/* Its own members first, then itself. */
static void
spoil_member (Spoiler *self, JsonObject *object, const char *member)
{
  g_autoptr (JsonNode) kept = json_node_ref (json_object_get_member (object, member));

  spoil (self, kept);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      json_object_set_member (object, member, bh_json_parse (wrong[i], -1, NULL));
      hear_everywhere (self);
    }
  json_object_set_member (object, member, g_steal_pointer (&kept));
}

static gpointer
copy_name (gconstpointer name, gpointer unused)
{
  return g_strdup (name);
}

/* Each member of each object in `node`. Names do not outlive a change of their member. */
static void
spoil (Spoiler *self, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) members = json_object_get_members (object);
      GList *names = g_list_copy_deep (members, copy_name, NULL);

      for (GList *link = names; link != NULL; link = link->next)
        spoil_member (self, object, link->data);
      g_list_free_full (names, g_free);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)) && i < 2; i++)
      spoil (self, json_array_get_element (json_node_get_array (node), i));
}

/* What is said in lines of this shape: the names of all members. */
static void
append_shape (GString *shape, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

      for (GList *link = members; link != NULL; link = link->next)
        {
          g_string_append_printf (shape, "%s{", (const char *) link->data);
          append_shape (shape, json_object_get_member (json_node_get_object (node), link->data));
          g_string_append_c (shape, '}');
        }
    }
  else if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) > 0)
    append_shape (shape, json_array_get_element (json_node_get_array (node), 0));
}

static const char *
or_else (const char *text, const char *otherwise)
{
  return text != NULL ? text : otherwise;
}

/* A line of a kind that was not there before, in a session and a turn of the ids that it names. */
static void
spoil_line (Spoiler *self, JsonNode *node)
{
  const char *const *of = self->protocol->session_of;
  JsonObject *params;

  self->line = json_node_get_object (node);
  params = of[0] != NULL ? bh_dialect_object (self->line, of[0]) : self->line;
  self->session = g_strdup (or_else (params != NULL ? bh_dialect_string (params, of[1]) : NULL, "s"));
  self->turn_id = g_strdup (or_else (params != NULL ? bh_dialect_string (params, "turnId") : NULL, "u"));
  self->is_answer = !json_object_has_member (self->line, "method") &&
                    (json_object_has_member (self->line, "id") || bh_dialect_object (self->line, "response"));
  spoil (self, node);
  g_clear_pointer (&self->turn, talk_free);
  g_clear_pointer (&self->session, g_free);
  g_clear_pointer (&self->turn_id, g_free);
}

/* Each member of each line that an engine said, with a value of each wrong type: nothing crashes, and all
 * that is told is well-formed. Once for each shape of a line. */
static void
test_wrong_types (gconstpointer data)
{
  g_autoptr (GHashTable) shapes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Spoiler spoiler = { .protocol = data };

  for (guint i = 0; i < replay_n_recordings; i++)
    {
      const ReplayRecording *recording = &replay_recordings[i];
      g_autoptr (GPtrArray) lines =
          recording->protocol == spoiler.protocol->replay ? replay_engine_lines (recording->file) : NULL;

      for (guint j = 0; lines != NULL && j < lines->len; j++)
        {
          g_autoptr (JsonNode) node = bh_json_parse (lines->pdata[j], -1, NULL);
          GString *shape = g_string_new (NULL);

          append_shape (shape, node);
          if (g_hash_table_add (shapes, g_string_free (shape, FALSE)))
            spoil_line (&spoiler, node);
        }
    }
  g_assert_cmpuint (g_hash_table_size (shapes), >=, spoiler.protocol->shapes);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/acp/wrong-types", &acp, test_wrong_types);
  g_test_add_data_func ("/claude-stream/wrong-types", &claude, test_wrong_types);
  g_test_add_data_func ("/codex/wrong-types", &codex, test_wrong_types);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What a line of an engine costs in its dialect: the updates of each recorded transcript over and over,
 * parsed and told to a sink that does nothing. Prints a JSON line for each transcript. */

#include "support/replay.h"

#include <stdio.h>
#include <string.h>

#include "coordinator/engines/agent/bh-acp.h"
#include "coordinator/engines/agent/bh-claude-stream.h"
#include "coordinator/engines/agent/bh-codex.h"
#include "coordinator/engines/agent/bh-dialect-json.h"

#define MESSAGES 200000

/* How a dialect gets a session, in which the recorded one's id stands for "@"; which lines are updates. */
typedef struct
{
  BhDialect *(*make) (void);
  const char *opening[2];
  const char *session; /* the member that names it */
  gboolean (*is_update) (JsonObject *line);
} Protocol;

static gboolean
is_acp_update (JsonObject *line)
{
  return g_strcmp0 (bh_dialect_string (line, "method"), "session/update") == 0;
}

static gboolean
is_claude_update (JsonObject *line)
{
  const char *type = bh_dialect_string (line, "type");

  return g_strcmp0 (type, "stream_event") == 0 || g_strcmp0 (type, "assistant") == 0 ||
         g_strcmp0 (type, "user") == 0;
}

static gboolean
is_codex_update (JsonObject *line)
{
  const char *method = bh_dialect_string (line, "method");

  return method != NULL && g_str_has_prefix (method, "item/") && !json_object_has_member (line, "id");
}

static const Protocol acp = {
  bh_acp_new,
  { "{\"id\":1,\"result\":{\"protocolVersion\":1}}", "{\"id\":2,\"result\":{\"sessionId\":\"@\"}}" },
  "sessionId",
  is_acp_update,
};
static const Protocol claude = {
  bh_claude_stream_new,
  { "{\"type\":\"control_response\",\"response\":{\"subtype\":\"success\",\"request_id\":\"initialize-1\"}}",
    "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"@\"}" },
  "session_id",
  is_claude_update,
};
static const Protocol codex = {
  bh_codex_new,
  { "{\"id\":0,\"result\":{}}", "{\"id\":1,\"result\":{\"thread\":{\"id\":\"@\"}}}" },
  "threadId",
  is_codex_update,
};

static const struct
{
  const char *file;
  const Protocol *protocol;
} recordings[] = {
  { "claude-acp.jsonl", &acp },         { "codex-acp.jsonl", &acp },    { "copilot-acp.jsonl", &acp },
  { "gemini-acp.jsonl", &acp },         { "opencode-acp.jsonl", &acp }, { "claude-stream.jsonl", &claude },
  { "codex-app-server.jsonl", &codex }, { "goose-acp.jsonl", &acp },    { "qwen-acp.jsonl", &acp },
};

static void
hear (BhDialect *dialect, Recorder *recorder, const char *text)
{
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, NULL);

  bh_dialect_receive (dialect, BH_DIALECT_SINK (recorder), json_node_get_object (node));
}

/* The updates, and the session they are about. */
static GPtrArray *
updates_of (const char *file, const Protocol *protocol, char **session)
{
  g_autoptr (GPtrArray) lines = replay_engine_lines (file);
  GPtrArray *updates = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < lines->len; i++)
    {
      g_autoptr (JsonNode) node = bh_json_parse (lines->pdata[i], -1, NULL);
      JsonObject *line = json_node_get_object (node);
      JsonObject *params = bh_dialect_object (line, "params");

      if (!protocol->is_update (line))
        continue;
      g_set_str (session, bh_dialect_string (params != NULL ? params : line, protocol->session));
      g_ptr_array_add (updates, g_strdup (lines->pdata[i]));
    }
  return updates;
}

static void
open_session (const Protocol *protocol, BhDialect *dialect, Recorder *recorder, const char *session)
{
  const BhSessionSpec spec = { .cwd = "/work" };

  recorder_be_quiet (recorder);
  bh_dialect_start (dialect, BH_DIALECT_SINK (recorder), &spec);
  for (guint i = 0; i < G_N_ELEMENTS (protocol->opening); i++)
    {
      g_auto (GStrv) parts = g_strsplit (protocol->opening[i], "@", -1);
      g_autofree char *line = g_strjoinv (session, parts);

      hear (dialect, recorder, line);
    }
  bh_dialect_prompt (dialect, BH_DIALECT_SINK (recorder), "Go.");
}

static void
measure (const char *file, const Protocol *protocol)
{
  g_autoptr (Recorder) recorder = recorder_new ();
  g_autoptr (BhDialect) dialect = protocol->make ();
  g_autofree char *session = NULL;
  g_autoptr (GPtrArray) updates = updates_of (file, protocol, &session);
  gint64 begin, parsed = 0, all;
  gsize bytes = 0;

  open_session (protocol, dialect, recorder, session);
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < MESSAGES; i++)
    json_node_unref (bh_json_parse (updates->pdata[i % updates->len], -1, NULL));
  parsed = g_get_monotonic_time () - begin;
  begin = g_get_monotonic_time ();
  for (guint i = 0; i < MESSAGES; i++)
    {
      bytes += strlen (updates->pdata[i % updates->len]);
      hear (dialect, recorder, updates->pdata[i % updates->len]);
    }
  all = g_get_monotonic_time () - begin;
  printf ("{\"recording\":\"%s\",\"messages\":%u,\"calls\":%u,\"bytes_a_message\":%u,\"us_a_message\":%.2f,"
          "\"us_of_it_parsing\":%.2f,\"messages_a_second\":%.0f,\"state_bytes\":%u}\n",
          file, MESSAGES, recorder_calls (recorder), (guint) (bytes / MESSAGES), (double) all / MESSAGES,
          (double) parsed / MESSAGES, MESSAGES * 1e6 / (double) all, (guint) recorder_state_size (recorder));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (recordings); i++)
    measure (recordings[i].file, recordings[i].protocol);
  return 0;
}

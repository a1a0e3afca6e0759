/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-claude-stream-private.h"

#include <string.h>

#include "protocol/bh-text.h"

/* Of a call that is not shown: enough for when it fails after all. */
#define QUIET_CALL_MAX (4 * 1024)
#define QUIET_MOST 64
#define PLAN_MOST 100
#define ERROR_KIND_MAX 40

/* What a subagent says is not said to the person. */
static gboolean
is_of_subagent (JsonObject *line)
{
  return bh_dialect_id (line, "parent_tool_use_id") != NULL;
}

/* --- pieces, as the model says them --- */

/* The message that a piece belongs to; older CLIs name it only when it begins. (nullable) */
static const char *
message_of (BhDialectSink *sink, JsonObject *line)
{
  const char *id = bh_dialect_id (line, "api_message_id");
  const char *known = bh_dialect_sink_get_state (sink, CLAUDE_MESSAGE);

  if (id == NULL || g_strcmp0 (id, known) == 0)
    return known;
  bh_dialect_sink_set_state (sink, CLAUDE_MESSAGE, id);
  bh_dialect_sink_set_state (sink, CLAUDE_STREAMED, NULL);
  return id;
}

static gboolean
was_streamed (BhDialectSink *sink, char kind)
{
  const char *streamed = bh_dialect_sink_get_state (sink, CLAUDE_STREAMED);

  return streamed != NULL && strchr (streamed, kind) != NULL;
}

static void
note_streamed (BhDialectSink *sink, char kind)
{
  const char *streamed = bh_dialect_sink_get_state (sink, CLAUDE_STREAMED);
  g_autofree char *text = NULL;

  if (was_streamed (sink, kind))
    return;
  text = g_strdup_printf ("%s%c", streamed != NULL ? streamed : "", kind);
  bh_dialect_sink_set_state (sink, CLAUDE_STREAMED, text);
}

static void
take_delta (BhDialectSink *sink, JsonObject *line, JsonObject *event)
{
  JsonObject *delta = bh_dialect_object (event, "delta");
  const char *type = bh_dialect_string (delta, "type");
  const char *message = message_of (sink, line);
  gboolean is_thought = g_strcmp0 (type, "thinking_delta") == 0;
  const char *text = bh_dialect_string (delta, is_thought ? "thinking" : "text");
  g_autofree char *id = NULL;

  if (text == NULL || *text == '\0' || (!is_thought && g_strcmp0 (type, "text_delta") != 0))
    return;
  if (message != NULL)
    id = g_strdup_printf ("%s:%" G_GINT64_FORMAT, message, bh_dialect_int (event, "index", 0));
  note_streamed (sink, is_thought ? 't' : 'm');
  bh_dialect_sink_said (sink, is_thought ? BH_SAID_THOUGHT : BH_SAID_MESSAGE, id, text);
}

gboolean
bh_claude_is_own (const char *tool)
{
  return g_str_has_prefix (tool, "mcp__" BH_MCP_SERVER_NAME "__") && bh_dialect_own_call (tool) != NULL;
}

static gboolean
is_quiet (const char *tool)
{
  return bh_claude_is_own (tool) || g_strcmp0 (tool, CLAUDE_QUESTION_TOOL) == 0 ||
         g_strcmp0 (tool, CLAUDE_PLAN_TOOL) == 0;
}

/* A call is known by its name before its arguments are there: writing those may take minutes. */
static void
take_block_start (BhDialectSink *sink, JsonObject *event)
{
  JsonObject *block = bh_dialect_object (event, "content_block");
  const char *type = bh_dialect_string (block, "type");
  const char *id = bh_dialect_id (block, "id");
  const char *tool = bh_dialect_id (block, "name");
  BhToolUpdate update = BH_TOOL_UPDATE_INIT;

  if (type == NULL || !g_str_has_suffix (type, "tool_use") || id == NULL || tool == NULL || is_quiet (tool))
    return;
  update.id = id;
  update.tool = tool;
  update.state = BH_TOOL_PENDING;
  bh_dialect_sink_tool (sink, &update);
}

static void
take_message_usage (BhDialectSink *sink, JsonObject *used)
{
  static const char *const members[] = {
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
  };
  BhUsage usage = BH_USAGE_INIT;

  if (used == NULL)
    return;
  usage.context_used = 0;
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      gint64 tokens = bh_dialect_int (used, members[i], 0);

      if (tokens < 0 || tokens > G_MAXINT32)
        return;
      usage.context_used += tokens;
    }
  if (usage.context_used == 0)
    return;
  usage.context_size = bh_dialect_get_number (sink, CLAUDE_WINDOW, -1);
  bh_dialect_sink_usage (sink, &usage);
}

static void
begin_message (BhDialectSink *sink, JsonObject *event)
{
  const char *id = bh_dialect_id (bh_dialect_object (event, "message"), "id");

  bh_dialect_sink_set_state (sink, CLAUDE_MESSAGE, id);
  bh_dialect_sink_set_state (sink, CLAUDE_STREAMED, NULL);
}

void
bh_claude_take_event (BhDialectSink *sink, JsonObject *line)
{
  JsonObject *event = bh_dialect_object (line, "event");
  const char *type = bh_dialect_string (event, "type");

  /* a subagent's are told whole */
  if (type == NULL || is_of_subagent (line))
    return;
  if (strcmp (type, "content_block_delta") == 0)
    take_delta (sink, line, event);
  else if (strcmp (type, "content_block_start") == 0)
    take_block_start (sink, event);
  else if (strcmp (type, "message_start") == 0)
    begin_message (sink, event);
  else if (strcmp (type, "message_delta") == 0)
    take_message_usage (sink, bh_dialect_object (event, "usage"));
}

/* --- whole messages --- */

static void
say_block (BhDialectSink *sink, JsonObject *line, JsonObject *block, guint index, gboolean is_thought)
{
  const char *text = bh_dialect_string (block, is_thought ? "thinking" : "text");
  const char *message = bh_dialect_id (bh_dialect_object (line, "message"), "id");
  const char *uuid = bh_dialect_id (line, "uuid");
  gboolean inner = is_of_subagent (line);
  g_autofree char *id = NULL;

  if (text == NULL || *text == '\0')
    return;
  if (!inner && g_strcmp0 (message, bh_dialect_sink_get_state (sink, CLAUDE_MESSAGE)) == 0 &&
      was_streamed (sink, is_thought ? 't' : 'm'))
    return;
  /* each block of a message comes on a line of its own, which has an id of its own */
  if (uuid != NULL || message != NULL)
    id = g_strdup_printf ("%s:%u", uuid != NULL ? uuid : message, index);
  bh_dialect_sink_said (sink, is_thought || inner ? BH_SAID_THOUGHT : BH_SAID_MESSAGE, id, text);
}

static void
take_plan (BhDialectSink *sink, JsonObject *input)
{
  JsonArray *todos = bh_dialect_array (input, "todos");
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (BhPlanEntry));

  for (guint i = 0; i < bh_dialect_length (todos) && entries->len < PLAN_MOST; i++)
    {
      JsonObject *todo = bh_dialect_element (todos, i);
      const char *status = bh_dialect_string (todo, "status");
      BhPlanEntry entry = { bh_dialect_string (todo, "content"), BH_PLAN_PENDING };

      if (g_strcmp0 (status, "in_progress") == 0)
        entry.state = BH_PLAN_IN_PROGRESS;
      else if (g_strcmp0 (status, "completed") == 0)
        entry.state = BH_PLAN_COMPLETED;
      if (entry.text != NULL)
        g_array_append_val (entries, entry);
    }
  bh_dialect_sink_plan (sink, (const BhPlanEntry *) (const void *) entries->data, entries->len);
}

static void
keep_quiet (BhDialectSink *sink, const char *id, const char *tool, const char *call)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CLAUDE_QUIET);
  JsonObject *entry;
  g_autofree char *head = call != NULL ? bh_dialect_head (sink, call, QUIET_CALL_MAX) : NULL;

  if (json_object_has_member (table, id) || json_object_get_size (table) >= QUIET_MOST)
    return;
  entry = json_object_new ();
  json_object_set_string_member (entry, "tool", tool);
  if (head != NULL)
    json_object_set_string_member (entry, "call", head);
  json_object_set_object_member (table, id, entry);
  bh_dialect_store (sink, CLAUDE_QUIET, table);
}

void
bh_claude_mark_asked (BhDialectSink *sink, const char *tool)
{
  g_autoptr (JsonObject) table = bh_dialect_load (sink, CLAUDE_QUIET);
  JsonObject *entry = tool != NULL ? bh_dialect_object (table, tool) : NULL;

  if (entry == NULL)
    return;
  json_object_set_boolean_member (entry, "asked", TRUE);
  bh_dialect_store (sink, CLAUDE_QUIET, table);
}

static void
take_call (BhDialectSink *sink, JsonObject *block)
{
  JsonNode *input = bh_dialect_member (block, "input");
  const char *tool = bh_dialect_id (block, "name");
  g_autofree char *title = NULL, *call = NULL;
  BhToolUpdate update = BH_TOOL_UPDATE_INIT;

  update.id = bh_dialect_id (block, "id");
  update.tool = tool;
  if (update.id == NULL || tool == NULL)
    return;
  call = bh_dialect_call_text (input);
  if (g_strcmp0 (tool, CLAUDE_PLAN_TOOL) == 0)
    take_plan (sink, bh_dialect_object (block, "input"));
  if (is_quiet (tool))
    {
      keep_quiet (sink, update.id, tool, call);
      return;
    }
  title = bh_dialect_call_title (input);
  update.title = title;
  update.call = call;
  update.state = BH_TOOL_RUNNING;
  bh_dialect_sink_tool (sink, &update);
}

/* "Exit code 3\n…" is how it says so. */
static int
exit_status_of (const char *text, gboolean failed, JsonObject *extra)
{
  static const char prefix[] = "Exit code ";

  if (!failed)
    return bh_dialect_string (extra, "stdout") != NULL ? 0 : -1;
  if (text == NULL || !g_str_has_prefix (text, prefix) || !g_ascii_isdigit (text[strlen (prefix)]))
    return -1;
  return (int) MIN (g_ascii_strtoull (text + strlen (prefix), NULL, 10), 255);
}

static void
append_hunk (GString *text, JsonObject *hunk)
{
  JsonArray *lines = bh_dialect_array (hunk, "lines");

  g_string_append_printf (text,
                          "@@ -%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT " +%" G_GINT64_FORMAT
                          ",%" G_GINT64_FORMAT " @@\n",
                          bh_dialect_int (hunk, "oldStart", 0), bh_dialect_int (hunk, "oldLines", 0),
                          bh_dialect_int (hunk, "newStart", 0), bh_dialect_int (hunk, "newLines", 0));
  for (guint i = 0; i < bh_dialect_length (lines); i++)
    if (bh_dialect_element_string (lines, i) != NULL)
      g_string_append_printf (text, "%s\n", bh_dialect_element_string (lines, i));
}

/* What an edit changed, as a diff. (transfer full) (nullable) */
static char *
diff_of (JsonObject *extra)
{
  JsonArray *patch = bh_dialect_array (extra, "structuredPatch");
  const char *path = bh_dialect_string (extra, "filePath");
  g_autoptr (GString) text = NULL;

  if (bh_dialect_length (patch) == 0 || path == NULL)
    return NULL;
  text = g_string_new (NULL);
  g_string_append_printf (text, "--- %s\n+++ %s\n", path, path);
  for (guint i = 0; i < bh_dialect_length (patch); i++)
    append_hunk (text, bh_dialect_element (patch, i));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
take_call_result (BhDialectSink *sink, JsonObject *block, JsonObject *extra)
{
  const char *id = bh_dialect_id (block, "tool_use_id");
  g_autoptr (JsonObject) quiet = NULL;
  g_autofree char *result = NULL, *detail = NULL;
  gboolean failed = bh_dialect_is_true (block, "is_error");
  BhToolUpdate update = BH_TOOL_UPDATE_INIT;

  if (id == NULL)
    return;
  quiet = bh_dialect_take (sink, CLAUDE_QUIET, id);
  /* what became of a question shows with the question */
  if (quiet != NULL && (!failed || bh_dialect_is_true (quiet, "asked")))
    return;
  result = bh_dialect_content_text (bh_dialect_member (block, "content"));
  detail = diff_of (extra);
  update.id = id;
  update.tool = bh_dialect_string (quiet, "tool");
  update.call = bh_dialect_string (quiet, "call");
  update.state = failed ? BH_TOOL_FAILED : BH_TOOL_COMPLETED;
  update.result = result;
  update.detail = detail;
  update.exit_status = exit_status_of (result, failed, extra);
  bh_dialect_sink_tool (sink, &update);
}

/* It stands where an answer would: no message, but why the turn will have failed. */
static gboolean
is_error_message (BhDialectSink *sink, JsonObject *line)
{
  JsonArray *content = bh_dialect_array (bh_dialect_object (line, "message"), "content");
  const char *text = bh_dialect_string (bh_dialect_element (content, 0), "text");
  const char *kind = bh_dialect_string (line, "error");
  g_autofree char *name = NULL, *state = NULL;

  if (is_of_subagent (line))
    return FALSE;
  if (kind == NULL && !bh_dialect_is_true (line, "is_api_error_message"))
    {
      if (bh_dialect_sink_get_state (sink, CLAUDE_ERROR) != NULL)
        bh_dialect_sink_set_state (sink, CLAUDE_ERROR, NULL);
      return FALSE;
    }
  name = bh_dialect_line (sink, kind != NULL ? kind : "unknown", ERROR_KIND_MAX);
  state = g_strdup_printf ("%s\n%s", name, text != NULL ? text : "");
  bh_dialect_sink_set_state (sink, CLAUDE_ERROR, state);
  return TRUE;
}

void
bh_claude_take_assistant (BhDialectSink *sink, JsonObject *line)
{
  JsonArray *content = bh_dialect_array (bh_dialect_object (line, "message"), "content");

  if (is_error_message (sink, line))
    return;
  for (guint i = 0; i < bh_dialect_length (content); i++)
    {
      JsonObject *block = bh_dialect_element (content, i);
      const char *type = bh_dialect_string (block, "type");

      if (type == NULL)
        continue;
      if (strcmp (type, "text") == 0 || strcmp (type, "thinking") == 0)
        say_block (sink, line, block, i, *type == 't' && type[1] == 'h');
      else if (g_str_has_suffix (type, "tool_use"))
        take_call (sink, block);
      else if (g_str_has_suffix (type, "tool_result"))
        take_call_result (sink, block, NULL);
    }
}

void
bh_claude_take_user (BhDialectSink *sink, JsonObject *line)
{
  JsonArray *content = bh_dialect_array (bh_dialect_object (line, "message"), "content");
  /* is said of the line, so it is the call's only where there is one */
  JsonObject *extra = bh_dialect_length (content) == 1 ? bh_dialect_object (line, "tool_use_result") : NULL;

  for (guint i = 0; i < bh_dialect_length (content); i++)
    {
      JsonObject *block = bh_dialect_element (content, i);
      const char *type = bh_dialect_string (block, "type");

      if (type != NULL && g_str_has_suffix (type, "tool_result"))
        take_call_result (sink, block, extra);
    }
}

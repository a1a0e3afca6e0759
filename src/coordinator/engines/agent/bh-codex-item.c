/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-codex-private.h"

#include <string.h>

#include "protocol/bh-text.h"

#define TITLE_MAX 200
#define ID_MAX 120
#define PLAN_MOST 100
/* Items that are said piece by piece at the same time: more than there ever are. */
#define STREAMED_MOST 64

/* --- what was said by pieces --- */

/* The place of an id in the list, which has "\n" before and after each. (nullable) */
static const char *
find_streamed (const char *list, const char *id)
{
  g_autofree char *line = g_strconcat ("\n", id, "\n", NULL);

  return list != NULL ? strstr (list, line) : NULL;
}

static gboolean
may_be_listed (const char *id)
{
  return strlen (id) <= ID_MAX && strchr (id, '\n') == NULL;
}

static void
note_streamed (BhDialectSink *sink, const char *id)
{
  const char *list = bh_dialect_sink_get_state (sink, CODEX_STREAMED);
  g_autofree char *longer = NULL;
  guint lines = 0;

  if (!may_be_listed (id) || find_streamed (list, id) != NULL)
    return;
  for (const char *p = list; p != NULL && *p != '\0'; p++)
    lines += *p == '\n' ? 1 : 0;
  if (lines > STREAMED_MOST)
    return;
  longer = g_strconcat (list != NULL ? list : "\n", id, "\n", NULL);
  bh_dialect_sink_set_state (sink, CODEX_STREAMED, longer);
}

/* Whether it was; it is not noted any more then. */
static gboolean
take_streamed (BhDialectSink *sink, const char *id)
{
  const char *list = bh_dialect_sink_get_state (sink, CODEX_STREAMED);
  const char *place = may_be_listed (id) ? find_streamed (list, id) : NULL;
  g_autofree char *before = NULL, *shorter = NULL;

  if (place == NULL)
    return FALSE;
  before = g_strndup (list, (gsize) (place - list));
  shorter = g_strconcat (before, place + 1 + strlen (id), NULL);
  bh_dialect_sink_set_state (sink, CODEX_STREAMED, strlen (shorter) > 1 ? shorter : NULL);
  return TRUE;
}

/* --- prose --- */

static void
say (BhDialectSink *sink, BhSaid what, const char *id, const char *text)
{
  if (text != NULL && *text != '\0')
    bh_dialect_sink_said (sink, what, id, text);
}

static void
say_parts (BhDialectSink *sink, const char *id, JsonArray *parts)
{
  for (guint i = 0; i < bh_dialect_length (parts); i++)
    {
      g_autofree char *part = g_strdup_printf ("%s:%u", id, i);

      say (sink, BH_SAID_THOUGHT, part, bh_dialect_element_string (parts, i));
    }
}

static void
take_prose (BhDialectSink *sink, const char *type, const char *id, JsonObject *item)
{
  JsonArray *summary = bh_dialect_array (item, "summary");

  if (take_streamed (sink, id))
    return;
  if (strcmp (type, "reasoning") != 0)
    say (sink, BH_SAID_MESSAGE, id, bh_dialect_string (item, "text"));
  else
    say_parts (sink, id, bh_dialect_length (summary) > 0 ? summary : bh_dialect_array (item, "content"));
}

/* Thoughts come in parts, each of which is a paragraph of its own. */
static void
take_thought (BhDialectSink *sink, const char *id, const char *member, JsonObject *params)
{
  g_autofree char *part = g_strdup_printf ("%s:%" G_GINT64_FORMAT, id, bh_dialect_int (params, member, 0));

  say (sink, BH_SAID_THOUGHT, part, bh_dialect_string (params, "delta"));
}

static void
take_output (BhDialectSink *sink, const char *id, const char *text)
{
  BhToolUpdate update = BH_TOOL_UPDATE_INIT;

  if (text == NULL || *text == '\0')
    return;
  update.id = id;
  update.output = text;
  bh_dialect_sink_tool (sink, &update);
}

void
bh_codex_take_delta (BhDialectSink *sink, const char *method, JsonObject *params)
{
  const char *id = bh_dialect_id (params, "itemId");

  if (id == NULL)
    return;
  if (strcmp (method, "item/commandExecution/outputDelta") == 0)
    {
      take_output (sink, id, bh_dialect_string (params, "delta"));
      return;
    }
  if (strcmp (method, "item/agentMessage/delta") == 0 || strcmp (method, "item/plan/delta") == 0)
    say (sink, BH_SAID_MESSAGE, id, bh_dialect_string (params, "delta"));
  else if (strcmp (method, "item/reasoning/summaryTextDelta") == 0)
    take_thought (sink, id, "summaryIndex", params);
  else if (strcmp (method, "item/reasoning/textDelta") == 0)
    take_thought (sink, id, "contentIndex", params);
  else
    return;
  note_streamed (sink, id);
}

void
bh_codex_take_plan (BhDialectSink *sink, JsonObject *params)
{
  JsonArray *plan = bh_dialect_array (params, "plan");
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (BhPlanEntry));

  for (guint i = 0; i < bh_dialect_length (plan) && entries->len < PLAN_MOST; i++)
    {
      JsonObject *step = bh_dialect_element (plan, i);
      const char *status = bh_dialect_string (step, "status");
      BhPlanEntry entry = { bh_dialect_string (step, "step"), BH_PLAN_PENDING };

      if (g_strcmp0 (status, "inProgress") == 0)
        entry.state = BH_PLAN_IN_PROGRESS;
      else if (g_strcmp0 (status, "completed") == 0)
        entry.state = BH_PLAN_COMPLETED;
      if (entry.text != NULL)
        g_array_append_val (entries, entry);
    }
  bh_dialect_sink_plan (sink, (const BhPlanEntry *) (const void *) entries->data, entries->len);
}

/* --- steps --- */

/* A step in the making: what it owns, and the update that borrows it. */
typedef struct
{
  char *tool, *title, *call, *result;
  BhToolUpdate update;
} Step;

static void
step_clear (Step *step)
{
  g_free (step->tool);
  g_free (step->title);
  g_free (step->call);
  g_free (step->result);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Step, step_clear)

static void
read_command (Step *step, JsonObject *item)
{
  const char *command = bh_dialect_string (item, "command");
  gint64 status = bh_dialect_int (item, "exitCode", -1);

  step->tool = g_strdup ("shell");
  step->call = command != NULL ? bh_dialect_bare_command (command) : NULL;
  step->result = g_strdup (bh_dialect_string (item, "aggregatedOutput"));
  if (step->call != NULL)
    step->title = g_strndup (step->call, strcspn (step->call, "\n"));
  if (status >= 0)
    step->update.exit_status = (int) MIN (status, 255);
}

/* Of a file that is new or gone Codex gives the whole text. */
static void
append_change (GString *text, JsonObject *change)
{
  const char *path = bh_dialect_string (change, "path");
  const char *diff = bh_dialect_string (change, "diff");
  JsonObject *kind = bh_dialect_object (change, "kind");
  const char *type = bh_dialect_string (kind, "type");
  const char *moved = bh_dialect_id (kind, "move_path");
  gboolean is_new = g_strcmp0 (type, "add") == 0, is_gone = g_strcmp0 (type, "delete") == 0;
  g_auto (GStrv) lines = NULL;

  if (path == NULL)
    return;
  g_string_append_printf (text, "--- %s\n+++ %s\n", is_new ? "/dev/null" : path,
                          is_gone         ? "/dev/null"
                          : moved != NULL ? moved
                                          : path);
  if (diff == NULL || *diff == '\0')
    return;
  lines = g_strsplit (diff, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' || lines[i + 1] != NULL)
      g_string_append_printf (text, "%s%s\n", is_new ? "+" : is_gone ? "-" : "", lines[i]);
}

static void
read_change (Step *step, JsonObject *item)
{
  JsonArray *changes = bh_dialect_array (item, "changes");
  const char *path = bh_dialect_string (bh_dialect_element (changes, 0), "path");
  g_autoptr (GString) text = g_string_new (NULL);

  step->tool = g_strdup ("apply_patch");
  for (guint i = 0; i < bh_dialect_length (changes); i++)
    append_change (text, bh_dialect_element (changes, i));
  if (text->len > 0)
    step->call = g_strdup (text->str);
  if (path != NULL && bh_dialect_length (changes) > 1)
    step->title = g_strdup_printf ("%s, …", path);
  else
    step->title = g_strdup (path);
}

static void
read_mcp (Step *step, JsonObject *item)
{
  const char *server = bh_dialect_string (item, "server");
  const char *tool = bh_dialect_string (item, "tool");
  JsonObject *result = bh_dialect_object (item, "result");
  JsonNode *arguments = bh_dialect_member (item, "arguments");

  step->tool = g_strdup_printf ("%s/%s", server != NULL ? server : "mcp", tool != NULL ? tool : "tool");
  step->title = bh_dialect_call_title (arguments);
  step->call = bh_dialect_call_text (arguments);
  step->result = bh_dialect_content_text (bh_dialect_member (result, "content"));
  if (step->result == NULL)
    step->result = g_strdup (bh_dialect_string (bh_dialect_object (item, "error"), "message"));
}

static void
read_dynamic (Step *step, JsonObject *item)
{
  JsonNode *arguments = bh_dialect_member (item, "arguments");

  step->tool = g_strdup (bh_dialect_id (item, "tool"));
  step->title = bh_dialect_call_title (arguments);
  step->call = bh_dialect_call_text (arguments);
  step->result = bh_dialect_content_text (bh_dialect_member (item, "contentItems"));
}

static void
read_search (Step *step, JsonObject *item)
{
  JsonNode *action = bh_dialect_member (item, "action");

  step->tool = g_strdup ("web_search");
  step->title = g_strdup (bh_dialect_id (item, "query"));
  step->call = bh_dialect_call_text (action);
  if (step->title == NULL)
    step->title = bh_dialect_call_title (action);
}

static void
read_image (Step *step, JsonObject *item)
{
  step->tool = g_strdup ("view_image");
  step->title = g_strdup (bh_dialect_string (item, "path"));
}

/* Another engine's work, or something that is not known here: shown as it is. */
static void
read_other (Step *step, JsonObject *item)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), item);

  step->tool = g_strdup (bh_dialect_id (item, "tool"));
  if (step->tool == NULL)
    step->tool = g_strdup (bh_dialect_string (item, "type"));
  step->title = bh_dialect_call_title (node);
  step->call = bh_dialect_pretty (node);
}

/* FALSE: what it says when it starts may be incomplete. */
static gboolean
read_step (Step *step, const char *type, JsonObject *item)
{
  static const struct
  {
    const char *type;
    void (*read) (Step *step, JsonObject *item);
  } types[] = {
    { "commandExecution", read_command }, { "fileChange", read_change }, { "mcpToolCall", read_mcp },
    { "dynamicToolCall", read_dynamic },  { "webSearch", read_search },  { "imageView", read_image },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (type, types[i].type) == 0)
      {
        types[i].read (step, item);
        return types[i].read != read_search;
      }
  read_other (step, item);
  return FALSE;
}

static BhToolState
state_of (JsonObject *item, gboolean is_done)
{
  const char *status = bh_dialect_string (item, "status");

  if (g_strcmp0 (status, "failed") == 0 || g_strcmp0 (status, "declined") == 0)
    return BH_TOOL_FAILED;
  return is_done ? BH_TOOL_COMPLETED : BH_TOOL_RUNNING;
}

static gboolean
is_own (JsonObject *item)
{
  return g_strcmp0 (bh_dialect_string (item, "server"), BH_MCP_SERVER_NAME) == 0 &&
         bh_dialect_own_tool (bh_dialect_string (item, "tool")) != NULL;
}

static void
take_step (BhDialectSink *sink, const char *type, const char *id, JsonObject *item, gboolean is_done)
{
  g_auto (Step) step = { .update = BH_TOOL_UPDATE_INIT };
  g_autofree char *title = NULL;

  step.update.state = state_of (item, is_done);
  if (is_own (item) && step.update.state != BH_TOOL_FAILED)
    return;
  if (!read_step (&step, type, item) && step.update.state == BH_TOOL_RUNNING)
    step.update.state = BH_TOOL_PENDING;
  if (step.title != NULL)
    title = bh_dialect_line (sink, step.title, TITLE_MAX);
  step.update.id = id;
  step.update.tool = step.tool;
  step.update.title = title;
  step.update.call = step.call;
  step.update.result = is_done ? step.result : NULL;
  bh_dialect_sink_tool (sink, &step.update);
}

void
bh_codex_take_item (BhDialectSink *sink, JsonObject *params, gboolean is_done)
{
  /* what we said ourselves, and what Codex put before it */
  static const char *const silent[] = { "userMessage", "hookPrompt", "functionCallOutput", NULL };
  static const char *const prose[] = { "agentMessage", "plan", "reasoning", NULL };
  JsonObject *item = bh_dialect_object (params, "item");
  const char *type = bh_dialect_id (item, "type");
  const char *id = bh_dialect_id (item, "id");

  if (type == NULL || id == NULL || g_strv_contains (silent, type))
    return;
  if (g_strv_contains (prose, type))
    {
      if (is_done)
        take_prose (sink, type, id, item);
    }
  else if (strcmp (type, "contextCompaction") != 0)
    take_step (sink, type, id, item, is_done);
  else if (is_done)
    bh_dialect_sink_notice (sink, "The conversation was compacted.");
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-acp-private.h"

#include "coordinator/engines/agent/bh-unified-diff.h"

/* What engines put into rawInput, rawOutput, content and locations of a tool call, as a person reads it. */

static gboolean
is_empty (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) == 0;
  return JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) == 0;
}

/* opencode announces a command by where it will run. */
static gboolean
is_only_place (JsonObject *input)
{
  return input != NULL && json_object_get_size (input) == 1 && json_object_has_member (input, "cwd");
}

char *
bh_acp_tool_call_text (JsonObject *tool)
{
  JsonNode *input = bh_dialect_member (tool, "rawInput");
  JsonObject *object = bh_dialect_object (tool, "rawInput");

  if (is_empty (input) || is_only_place (object))
    return NULL;
  /* the "command" of a tool that edits files is the name of what it does */
  if (object != NULL &&
      (json_object_has_member (object, "path") || json_object_has_member (object, "file_path")))
    return bh_dialect_pretty (input);
  return bh_dialect_call_text (input);
}

/* --- results --- */

static void
append_text (GString *text, const char *piece)
{
  if (piece == NULL || *piece == '\0')
    return;
  if (text->len > 0 && text->str[text->len - 1] != '\n')
    g_string_append_c (text, '\n');
  g_string_append (text, piece);
}

char *
bh_acp_tool_content_text (JsonObject *tool)
{
  JsonArray *content = bh_dialect_array (tool, "content");
  GString *text = NULL;

  for (guint i = 0; i < bh_dialect_length (content); i++)
    {
      JsonObject *item = bh_dialect_element (content, i);
      g_autofree char *piece = NULL;

      if (g_strcmp0 (bh_dialect_string (item, "type"), "content") != 0)
        continue;
      piece = bh_acp_block_text (bh_dialect_object (item, "content"));
      if (text == NULL)
        text = g_string_new (NULL);
      append_text (text, piece);
    }
  return text != NULL ? g_string_free (text, FALSE) : NULL;
}

/* Blocks as MCP servers and the Claude API give them. */
static char *
blocks_text (JsonArray *blocks)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < bh_dialect_length (blocks); i++)
    {
      g_autofree char *piece = bh_acp_block_text (bh_dialect_element (blocks, i));

      append_text (text, piece != NULL ? piece : bh_dialect_element_string (blocks, i));
    }
  return g_string_free (text, FALSE);
}

/* An output that says nothing but the exit status is none; nor is Qwen's, which has its diffs among the
 * content, too. */
static gboolean
is_told_elsewhere (JsonObject *output)
{
  return json_object_has_member (output, "fileDiff") ||
         (json_object_get_size (output) == 1 &&
          (json_object_has_member (output, "exit_code") || json_object_has_member (output, "exitCode")));
}

static char *
object_text (JsonObject *output, JsonNode *node)
{
  static const char *const members[] = { "output",           "content", "error", "message",
                                         "formatted_output", "text",    "stdout" };
  JsonArray *blocks = bh_dialect_array (bh_dialect_object (output, "result"), "content");

  if (is_told_elsewhere (output))
    return NULL;
  if (blocks == NULL)
    blocks = bh_dialect_array (output, "content");
  if (blocks != NULL)
    return blocks_text (blocks);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const char *text = bh_dialect_string (output, members[i]);

      if (text == NULL)
        continue;
      if (strcmp (members[i], "stdout") == 0)
        {
          GString *both = g_string_new (text);

          append_text (both, bh_dialect_string (output, "stderr"));
          return g_string_free (both, FALSE);
        }
      return g_strdup (text);
    }
  return bh_dialect_pretty (node);
}

char *
bh_acp_tool_result_text (JsonObject *tool)
{
  JsonNode *output = bh_dialect_member (tool, "rawOutput");
  char *text = NULL;

  if (is_empty (output))
    return bh_acp_tool_content_text (tool);
  if (JSON_NODE_HOLDS_OBJECT (output))
    text = object_text (json_node_get_object (output), output);
  else if (JSON_NODE_HOLDS_ARRAY (output))
    text = blocks_text (json_node_get_array (output));
  else if (json_node_get_value_type (output) == G_TYPE_STRING)
    text = g_strdup (json_node_get_string (output));
  else
    text = bh_dialect_pretty (output);
  return text != NULL ? text : bh_acp_tool_content_text (tool);
}

/* --- diffs and locations --- */

static gboolean
has_diff_of (JsonArray *content, const char *path)
{
  for (guint i = 0; i < bh_dialect_length (content); i++)
    {
      JsonObject *item = bh_dialect_element (content, i);

      if (g_strcmp0 (bh_dialect_string (item, "type"), "diff") == 0 &&
          g_strcmp0 (bh_dialect_string (item, "path"), path) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
append_location (GString *text, JsonObject *location)
{
  const char *path = bh_dialect_string (location, "path");
  gint64 line = bh_dialect_int (location, "line", 0);

  g_string_append (text, path);
  if (line > 0)
    g_string_append_printf (text, ":%" G_GINT64_FORMAT, line);
  g_string_append_c (text, '\n');
}

static char *
text_or_null (GString *text)
{
  if (text->len > 0)
    return g_string_free (text, FALSE);
  g_string_free (text, TRUE);
  return NULL;
}

char *
bh_acp_tool_diff_text (JsonObject *tool)
{
  JsonArray *content = bh_dialect_array (tool, "content");
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < bh_dialect_length (content); i++)
    {
      JsonObject *item = bh_dialect_element (content, i);
      const char *path = bh_dialect_string (item, "path");
      const char *after = bh_dialect_string (item, "newText");
      g_autofree char *diff = NULL;

      if (g_strcmp0 (bh_dialect_string (item, "type"), "diff") != 0 || path == NULL || after == NULL)
        continue;
      diff = bh_unified_diff (path, bh_dialect_string (item, "oldText"), after);
      g_string_append (text, diff);
    }
  return text_or_null (text);
}

char *
bh_acp_tool_location_text (JsonObject *tool, const char *call)
{
  JsonArray *content = bh_dialect_array (tool, "content");
  JsonArray *locations = bh_dialect_array (tool, "locations");
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < bh_dialect_length (locations); i++)
    {
      const char *path = bh_dialect_string (bh_dialect_element (locations, i), "path");

      if (path != NULL && *path != '\0' && !has_diff_of (content, path) &&
          (call == NULL || strstr (call, path) == NULL))
        append_location (text, bh_dialect_element (locations, i));
    }
  return text_or_null (text);
}

/* --- exit status --- */

int
bh_acp_tool_exit_status (JsonObject *tool)
{
  JsonObject *meta = bh_dialect_object (bh_dialect_object (tool, "_meta"), "terminal_exit");
  JsonObject *output = bh_dialect_object (tool, "rawOutput");
  JsonArray *contents = bh_dialect_array (output, "contents");
  gint64 status = bh_dialect_int (meta, "exit_code", -1);

  if (status < 0)
    status = bh_dialect_int (output, "exit_code", bh_dialect_int (output, "exitCode", -1));
  if (status < 0)
    status = bh_dialect_int (bh_dialect_object (output, "metadata"), "exit", -1);
  for (guint i = 0; status < 0 && i < bh_dialect_length (contents); i++)
    status = bh_dialect_int (bh_dialect_element (contents, i), "exitCode", -1);
  return status >= 0 && status <= 255 ? (int) status : -1;
}

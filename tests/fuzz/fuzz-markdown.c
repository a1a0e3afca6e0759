/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Markdown of a stranger as the app is to show it. Whatever it is, the blocks are shallow, their texts valid
 * and without anything that a label would obey, their spans in order, and their links harmless. */

#include <glib.h>
#include <stdint.h>
#include <string.h>

#include "app/widgets/bh-markdown-plan.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void check_blocks (GPtrArray *blocks, guint depth);

static void
check_text (const BhMarkdownBlock *block)
{
  gsize length = strlen (block->text);
  guint end = 0;

  g_assert_true (g_utf8_validate (block->text, length, NULL));
  for (const char *at = block->text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      g_assert_true (c >= 0x20 || c == '\n' || c == '\t');
      g_assert_false ((c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
                      (c >= 0x2066 && c <= 0x2069));
    }
  if (block->kind == BH_MARKDOWN_PARAGRAPH || block->kind == BH_MARKDOWN_HEADING)
    g_assert_cmpuint (length, <=, BH_MARKDOWN_PIECE_MAX);
  for (guint i = 0; block->spans != NULL && i < block->spans->len; i++)
    {
      const BhMarkdownSpan *span = &g_array_index (block->spans, BhMarkdownSpan, i);
      g_assert_cmpuint (span->start, >=, end);
      g_assert_cmpuint (span->end, >, span->start);
      g_assert_cmpuint (span->end, <=, length);
      g_assert_true (((guint8) block->text[span->start] & 0xc0) != 0x80);
      g_assert_true (((guint8) block->text[span->end] & 0xc0) != 0x80);
      g_assert_true (span->link < 0 || (guint) span->link < block->links->len);
      end = span->end;
    }
}

static void
check_block (const BhMarkdownBlock *block, guint depth)
{
  if (block->text != NULL)
    check_text (block);
  else
    g_assert_true (block->kind == BH_MARKDOWN_RULE || block->children != NULL);
  for (guint i = 0; block->links != NULL && i < block->links->len; i++)
    {
      const char *uri = g_ptr_array_index (block->links, i);
      g_assert_true (g_ascii_strncasecmp (uri, "http:", 5) == 0 ||
                     g_ascii_strncasecmp (uri, "https:", 6) == 0 ||
                     g_ascii_strncasecmp (uri, "mailto:", 7) == 0);
    }
  if (block->children != NULL)
    check_blocks (block->children, depth + 1);
}

static void
check_blocks (GPtrArray *blocks, guint depth)
{
  /* a list and its items count once for the planner */
  g_assert_cmpuint (depth, <=, 2 * BH_MARKDOWN_DEPTH_MAX + 2);
  for (guint i = 0; i < blocks->len; i++)
    {
      const BhMarkdownBlock *block = blocks->pdata[i];
      if (depth == 0 && i > 0)
        g_assert_cmpuint (block->offset, >=, ((BhMarkdownBlock *) blocks->pdata[i - 1])->offset);
      check_block (block, depth);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (GPtrArray) blocks = bh_markdown_plan (text, strlen (text));
  g_autoptr (GPtrArray) raw = bh_markdown_plan ((const char *) data, size);
  g_autoptr (GPtrArray) plain = bh_markdown_plan_plain (text, strlen (text));

  check_blocks (blocks, 0);
  check_blocks (raw, 0);
  check_blocks (plain, 0);
  return 0;
}

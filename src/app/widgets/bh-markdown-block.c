/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-markdown-block.h"

#include <string.h>

/* bytes of a word; what is longer is none that a person reads */
#define WORD_MAX 200

BhMarkdownBlock *
bh_markdown_block_new (BhMarkdownKind kind)
{
  BhMarkdownBlock *self = g_atomic_rc_box_new0 (BhMarkdownBlock);

  self->kind = kind;
  self->number = -1;
  if (kind >= BH_MARKDOWN_QUOTE && kind != BH_MARKDOWN_CELL)
    self->children = bh_markdown_blocks_new ();
  return self;
}

static void
clear (gpointer data)
{
  BhMarkdownBlock *self = data;

  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->info, g_free);
  g_clear_pointer (&self->spans, g_array_unref);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  g_clear_pointer (&self->children, g_ptr_array_unref);
}

BhMarkdownBlock *
bh_markdown_block_ref (BhMarkdownBlock *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
bh_markdown_block_unref (BhMarkdownBlock *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

GPtrArray *
bh_markdown_blocks_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) bh_markdown_block_unref);
}

static gboolean
spans_equal (const GArray *a, const GArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const BhMarkdownSpan *one = &g_array_index (a, BhMarkdownSpan, i);
      const BhMarkdownSpan *other = &g_array_index (b, BhMarkdownSpan, i);
      if (one->start != other->start || one->end != other->end || one->styles != other->styles ||
          one->link != other->link)
        return FALSE;
    }
  return TRUE;
}

static gboolean
pointers_equal (GPtrArray *a, GPtrArray *b, GEqualFunc equal)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
bh_markdown_block_equal (const BhMarkdownBlock *a, const BhMarkdownBlock *b)
{
  if (a == b)
    return TRUE;
  return a->kind == b->kind && a->level == b->level && a->number == b->number && a->align == b->align &&
         a->head == b->head && a->tight == b->tight && a->continues == b->continues && a->task == b->task &&
         g_strcmp0 (a->text, b->text) == 0 && g_strcmp0 (a->info, b->info) == 0 &&
         spans_equal (a->spans, b->spans) && pointers_equal (a->links, b->links, g_str_equal) &&
         pointers_equal (a->children, b->children, (GEqualFunc) bh_markdown_block_equal);
}

void
bh_markdown_block_add (
    BhMarkdownBlock *self, GString *text, const char *more, BhMarkdownStyles styles, int link)
{
  BhMarkdownSpan span = { text->len, text->len + strlen (more), styles, link };
  BhMarkdownSpan *last = NULL;

  g_string_append (text, more);
  if (span.start == span.end || (styles == 0 && link < 0))
    return;
  if (self->spans == NULL)
    self->spans = g_array_new (FALSE, FALSE, sizeof (BhMarkdownSpan));
  if (self->spans->len > 0)
    last = &g_array_index (self->spans, BhMarkdownSpan, self->spans->len - 1);
  if (last != NULL && last->end == span.start && last->styles == styles && last->link == link)
    last->end = span.end;
  else
    g_array_append_val (self->spans, span);
}

static gboolean
can_break_after (gunichar c)
{
  switch ((int) g_unichar_break_type (c))
    {
    case G_UNICODE_BREAK_MANDATORY:
    case G_UNICODE_BREAK_LINE_FEED:
    case G_UNICODE_BREAK_SPACE:
    case G_UNICODE_BREAK_AFTER:
    case G_UNICODE_BREAK_HYPHEN:
    case G_UNICODE_BREAK_SYMBOL:
    case G_UNICODE_BREAK_COMPLEX_CONTEXT:
      return TRUE;
    default:
      return g_unichar_iswide (c);
    }
}

/* Where the first word between `start` and `end` begins that is longer than WORD_MAX; `end` if there is none.
 */
static gsize
long_word (const char *text, gsize start, gsize end)
{
  const char *word = text + start;

  for (const char *at = word; at < text + end; at = g_utf8_next_char (at))
    if (can_break_after (g_utf8_get_char (at)))
      word = g_utf8_next_char (at);
    else if (at - word >= WORD_MAX)
      return word - text;
  return end;
}

gboolean
bh_markdown_has_long_word (const char *text)
{
  gsize length = strlen (text);

  return long_word (text, 0, length) < length;
}

static gsize
whole_character (const char *text, gsize end)
{
  while (((guchar) text[end] & 0xc0) == 0x80)
    end--;
  return end;
}

/* Where a piece that begins at `start` ends: behind a line or a word if there is one in its last quarter, and
 * before a word that takes long: of that there is less in a piece. */
static gsize
piece_end (const char *text, gsize start, gsize length, gsize max)
{
  gsize end = length - start > max ? whole_character (text, start + max) : length;
  gsize word = long_word (text, start, whole_character (text, MIN (end + WORD_MAX + 1, length)));

  if (word == start)
    return length - start > max / 4 ? whole_character (text, start + max / 4) : length;
  if (word < end)
    return word;
  if (end == length)
    return length;
  for (gsize at = end; at > end - max / 4; at--)
    if (text[at - 1] == '\n')
      return at;
  for (gsize at = end; at > end - max / 4; at--)
    if (text[at - 1] == ' ')
      return at;
  return end;
}

/* What lies between `start` and `end`, which is shortened where its own last white space would show. */
static BhMarkdownBlock *
piece_of (const BhMarkdownBlock *block, gsize start, gsize end, guint *span)
{
  BhMarkdownBlock *piece = bh_markdown_block_new (block->kind);

  piece->level = block->level;
  piece->continues = start > 0 || block->continues;
  piece->text = g_strchomp (g_strndup (block->text + start, end - start));
  end = start + strlen (piece->text);
  if (block->links != NULL)
    piece->links = g_ptr_array_ref (block->links);
  for (; block->spans != NULL && *span < block->spans->len; (*span)++)
    {
      BhMarkdownSpan each = g_array_index (block->spans, BhMarkdownSpan, *span);
      if (each.start >= end)
        break;
      /* white space at the end of the piece before, where it does not show */
      if (each.end <= start)
        continue;
      gboolean goes_on = each.end > end;
      each.start = MAX (each.start, start) - start;
      each.end = MIN (each.end, end) - start;
      if (piece->spans == NULL)
        piece->spans = g_array_new (FALSE, FALSE, sizeof (BhMarkdownSpan));
      if (each.start < each.end)
        g_array_append_val (piece->spans, each);
      if (goes_on)
        break;
    }
  return piece;
}

void
bh_markdown_blocks_add_pieces (GPtrArray *blocks, BhMarkdownBlock *block, gsize max)
{
  gsize length = block->text != NULL ? strlen (block->text) : 0;
  guint span = 0;

  if (length <= max / 4 || (length <= max && !bh_markdown_has_long_word (block->text)))
    {
      g_ptr_array_add (blocks, block);
      return;
    }
  for (gsize start = 0, end; start < length; start = end)
    {
      end = piece_end (block->text, start, length, max);
      BhMarkdownBlock *piece = piece_of (block, start, end, &span);
      piece->offset = block->offset;
      g_ptr_array_add (blocks, piece);
    }
  bh_markdown_block_unref (block);
}

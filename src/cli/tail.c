/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/tail.h"

#include <string.h>

#define LINE_MAX_BYTES 4096 /* an output without a newline must not grow us */

struct _Tail
{
  guint max_lines;
  guint64 count;
  GQueue lines;
  GString *partial;
};

Tail *
tail_new (guint max_lines)
{
  Tail *self = g_new0 (Tail, 1);

  self->max_lines = max_lines;
  self->partial = g_string_new (NULL);
  g_queue_init (&self->lines);
  return self;
}

void
tail_free (Tail *self)
{
  g_queue_clear_full (&self->lines, g_free);
  g_string_free (self->partial, TRUE);
  g_free (self);
}

static void
end_line (Tail *self)
{
  g_queue_push_tail (&self->lines, g_strndup (self->partial->str, self->partial->len));
  g_string_truncate (self->partial, 0);
  self->count++;
  if (g_queue_get_length (&self->lines) > self->max_lines)
    g_free (g_queue_pop_head (&self->lines));
}

/* Adds to the line under way as much as it may still take, cut between characters. */
static void
add_piece (Tail *self, const char *text, gsize length)
{
  gsize room = LINE_MAX_BYTES - MIN (self->partial->len, LINE_MAX_BYTES);

  if (length > room)
    for (length = room; length > 0 && (text[length] & 0xc0) == 0x80; length--)
      ;
  g_string_append_len (self->partial, text, (gssize) length);
}

void
tail_add (Tail *self, const char *text)
{
  for (;;)
    {
      const char *end = strchr (text, '\n');

      if (end == NULL)
        break;
      add_piece (self, text, (gsize) (end - text));
      end_line (self);
      text = end + 1;
    }
  add_piece (self, text, strlen (text));
}

void
tail_end (Tail *self)
{
  if (self->partial->len > 0)
    end_line (self);
}

guint64
tail_count (Tail *self)
{
  return self->count;
}

const char *
tail_line (Tail *self, guint64 n)
{
  guint64 first = self->count - g_queue_get_length (&self->lines);

  return n >= first ? g_queue_peek_nth (&self->lines, (guint) (n - first)) : NULL;
}

const char *
tail_partial (Tail *self)
{
  return self->partial->str;
}

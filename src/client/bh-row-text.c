/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-row-text.h"

#include <string.h>

#define WAITING_MAX (1024 * 1024)
#define TRIES_MAX 3

typedef struct
{
  guint64 offset, length;
  char *text; /* (nullable) */
} BhRowDelta;

static void
delta_free (gpointer data)
{
  g_free (((BhRowDelta *) data)->text);
  g_free (data);
}

void
bh_row_text_init (BhRowText *self, gsize max, gboolean tail)
{
  memset (self, 0, sizeof *self);
  self->max = max;
  self->tail = tail;
  g_queue_init (&self->waiting);
}

static void
forget_waiting (BhRowText *self)
{
  g_queue_clear_full (&self->waiting, delta_free);
  self->waiting_bytes = 0;
}

static void
clear_string (GString **string)
{
  if (*string != NULL)
    g_string_free (*string, TRUE);
  *string = NULL;
}

void
bh_row_text_drop (BhRowText *self)
{
  forget_waiting (self);
  clear_string (&self->text);
  clear_string (&self->fresh);
  self->state = BH_ROW_TEXT_NONE;
  self->start = self->end = 0;
  self->cut = FALSE;
  self->tries = 0;
}

void
bh_row_text_clear (BhRowText *self)
{
  bh_row_text_drop (self);
}

guint64
bh_row_text_begin (BhRowText *self)
{
  guint tries = self->tries;

  bh_row_text_drop (self);
  self->tries = tries;
  self->state = BH_ROW_TEXT_LOADING;
  return self->tail && self->bytes > self->max ? self->bytes - self->max : 0;
}

/* Keeps the end, from the beginning of a line or at least of a character. */
static void
trim_front (BhRowText *self)
{
  gsize from;
  const char *line;

  if (self->text->len <= self->max + self->max / 4)
    return;
  from = self->text->len - self->max;
  line = memchr (self->text->str + from, '\n', MIN (4096, self->text->len - from));
  if (line != NULL)
    from = (gsize) (line + 1 - self->text->str);
  while (from < self->text->len && ((guchar) self->text->str[from] & 0xc0) == 0x80)
    from++;
  g_string_erase (self->text, 0, (gssize) from);
  self->start = MIN (self->start + from, self->end);
}

static void
trim_back (BhRowText *self)
{
  gsize to = self->max;

  if (self->text->len <= self->max)
    return;
  while (to > 0 && ((guchar) self->text->str[to] & 0xc0) == 0x80)
    to--;
  g_string_truncate (self->text, to);
  self->cut = TRUE;
}

static void
trim (BhRowText *self)
{
  if (self->tail)
    trim_front (self);
  else
    trim_back (self);
}

static void
add (BhRowText *self, const char *text)
{
  gsize before = self->text->len;

  g_string_append (self->text, text);
  trim (self);
  if (self->fresh == NULL)
    self->fresh = g_string_new (NULL);
  if (self->tail)
    g_string_append (self->fresh, text);
  else if (self->text->len > before)
    g_string_append_len (self->fresh, self->text->str + before, (gssize) (self->text->len - before));
}

/* TRUE: it is in, was in, or does not matter. */
static gboolean
append_loaded (BhRowText *self, guint64 offset, guint64 length, const char *text)
{
  if (offset + length <= self->end || self->cut)
    return TRUE;
  if (offset != self->end)
    return FALSE;
  self->end = offset + length;
  if (text != NULL)
    add (self, text);
  return TRUE;
}

static gboolean
take_waiting (BhRowText *self)
{
  BhRowDelta *delta;
  gboolean ok = TRUE;

  while ((delta = g_queue_pop_head (&self->waiting)) != NULL)
    {
      ok = ok && append_loaded (self, delta->offset, delta->length, delta->text);
      delta_free (delta);
    }
  self->waiting_bytes = 0;
  /* nobody has seen it without */
  clear_string (&self->fresh);
  return ok;
}

void
bh_row_text_set (BhRowText *self, const char *text, guint64 bytes)
{
  bh_row_text_drop (self);
  self->text = g_string_new (text);
  self->end = bytes;
  self->bytes = MAX (self->bytes, bytes);
  self->state = BH_ROW_TEXT_LOADED;
}

gboolean
bh_row_text_take (BhRowText *self, const BhBodyText *body)
{
  clear_string (&self->text);
  self->text = g_string_new (body->text);
  self->start = body->from;
  self->end = body->from + body->bytes;
  self->bytes = MAX (self->bytes, body->total);
  self->state = BH_ROW_TEXT_LOADED;
  trim (self);
  if (body->has_next && !self->tail)
    self->cut = TRUE;
  if (take_waiting (self) && (!self->tail || !body->has_next || self->end >= self->bytes))
    {
      self->tries = 0;
      return TRUE;
    }
  /* it grows faster than it is fetched, or makes no sense: then this is what there is */
  if (++self->tries < TRIES_MAX)
    return FALSE;
  self->cut = TRUE;
  return TRUE;
}

gboolean
bh_row_text_append (BhRowText *self, guint64 offset, guint64 length, const char *text)
{
  BhRowDelta *delta;

  self->bytes = MAX (self->bytes, offset + length);
  if (self->state == BH_ROW_TEXT_LOADED)
    return append_loaded (self, offset, length, text);
  if (self->state != BH_ROW_TEXT_LOADING)
    return TRUE;
  delta = g_new0 (BhRowDelta, 1);
  delta->offset = offset;
  delta->length = length;
  delta->text = g_strdup (text);
  self->waiting_bytes += text != NULL ? strlen (text) : 0;
  g_queue_push_tail (&self->waiting, delta);
  /* without its beginning the rest is a gap, and is fetched again */
  while (self->waiting_bytes > WAITING_MAX)
    {
      BhRowDelta *oldest = g_queue_pop_head (&self->waiting);

      self->waiting_bytes -= oldest->text != NULL ? strlen (oldest->text) : 0;
      delta_free (oldest);
    }
  return TRUE;
}

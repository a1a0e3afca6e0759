/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-live-row.h"

#include <string.h>

#include "coordinator/store/bh-store-private.h"
#include "protocol/bh-text.h"

/* output is looked at for a head in pieces of so many bytes */
#define HEAD_PIECE 4096

/* The head comes from what the row is about: a step's output, else its text. */
static BhPart
head_part (const BhRow *row)
{
  return row->kind == BH_ROW_STEP ? BH_PART_RESULT : BH_PART_TEXT;
}

/* A cut between characters may leave up to three bytes free. */
static gboolean
is_full (const char *head)
{
  return head != NULL && strlen (head) > BH_HEAD_MAX - 4;
}

BhLiveRow *
bh_live_row_new (BhRow *row)
{
  BhLiveRow *self = g_new0 (BhLiveRow, 1);

  self->row = row;
  self->bytes[BH_PART_TEXT] = row->text_bytes;
  self->bytes[BH_PART_CALL] = row->call_bytes;
  self->bytes[BH_PART_RESULT] = row->result_bytes;
  self->elided_from = row->elided_from;
  self->elided_bytes = row->elided_bytes;
  if (self->bytes[head_part (row)] > 0)
    self->head = g_strdup (row->head != NULL ? row->head : "");
  self->head_full = is_full (self->head);
  return self;
}

void
bh_live_row_free (BhLiveRow *self)
{
  bh_row_unref (self->row);
  g_free (self->head);
  if (self->beginning != NULL)
    g_string_free (self->beginning, TRUE);
  g_clear_pointer (&self->cuts, g_array_unref);
  g_free (self);
}

/* The counters, head and elision of the row into `row`, which is about to be put. */
static void
fill_in (BhLiveRow *self, BhRow *row)
{
  row->text_bytes = self->bytes[BH_PART_TEXT];
  row->call_bytes = self->bytes[BH_PART_CALL];
  row->result_bytes = self->bytes[BH_PART_RESULT];
  row->elided_from = self->elided_from;
  row->elided_bytes = self->elided_bytes;
  if (self->head != NULL)
    g_set_str (&row->head, self->head);
}

BhRow *
bh_live_row_get (BhLiveRow *self)
{
  BhRow *row;

  if (!self->stale)
    return self->row;
  row = bh_row_copy (self->row);
  fill_in (self, row);
  bh_row_unref (self->row);
  self->row = row;
  self->stale = FALSE;
  return row;
}

static void
end_row (BhLiveRow *self, BhRow *row)
{
  gint64 now = g_get_real_time ();

  if (row->ended_at == 0)
    row->ended_at = MAX (now, row->started_at);
  /* the wall clock may have been set back in between; across a restart there is nothing better */
  if (row->duration_us < 0)
    row->duration_us =
        self->began != 0 ? g_get_monotonic_time () - self->began : row->ended_at - row->started_at;
}

void
bh_live_row_set (BhLiveRow *self, BhRow *row)
{
  fill_in (self, row);
  if (self->row->state == BH_ROW_OPEN && row->state != BH_ROW_OPEN)
    end_row (self, row);
  bh_row_unref (self->row);
  self->row = row;
  self->stale = FALSE;
}

gboolean
bh_live_row_may_change (BhLiveRow *self)
{
  BhRowState state = self->row->state;

  return state == BH_ROW_OPEN || state == BH_ROW_QUEUED || state == BH_ROW_DELIVERED;
}

gboolean
bh_live_row_extend_head (BhLiveRow *self, BhPart part, const char *data, gsize size)
{
  g_autoptr (GString) head = NULL;

  if (self->head_full || part != head_part (self->row))
    return FALSE;
  head = g_string_new (self->head);
  while (size > 0 && head->len <= BH_HEAD_MAX)
    {
      gsize piece = size > HEAD_PIECE ? bh_text_whole (data, HEAD_PIECE) : size;
      g_autofree char *shown = NULL;

      if (piece == 0)
        piece = MIN (size, HEAD_PIECE);
      shown = bh_text_shown (data, piece, NULL);
      g_string_append (head, shown);
      data += piece;
      size -= piece;
    }
  self->head_full = head->len > BH_HEAD_MAX - 4;
  g_free (self->head);
  self->head = bh_text_head (head->str, BH_HEAD_MAX);
  return TRUE;
}

void
bh_live_row_extend_beginning (BhLiveRow *self, BhPart part, const char *data, gsize size)
{
  if (self->row->kind != BH_ROW_MESSAGE || part != BH_PART_TEXT)
    return;
  if (self->beginning == NULL)
    self->beginning = g_string_new (NULL);
  g_string_append_len (self->beginning, data, (gssize) MIN (size, BH_BEGINNING_MAX - self->beginning->len));
}

void
bh_live_row_note_cut (BhLiveRow *self, guint64 offset)
{
  if (offset < BH_OUTPUT_FIRST)
    return;
  if (self->cuts == NULL)
    self->cuts = g_array_new (FALSE, FALSE, sizeof (guint64));
  if (self->cuts->len == 0 ||
      g_array_index (self->cuts, guint64, self->cuts->len - 1) + BH_OUTPUT_STEP <= offset)
    g_array_append_val (self->cuts, offset);
}

gboolean
bh_live_row_cut (BhLiveRow *self, guint64 *from, guint64 *to)
{
  guint64 total = self->bytes[BH_PART_RESULT];
  guint last = 0;

  if (total <= BH_OUTPUT_MAX || self->cuts == NULL)
    return FALSE;
  while (last < self->cuts->len && g_array_index (self->cuts, guint64, last) <= total - BH_OUTPUT_LAST)
    last++;
  if (last == 0)
    return FALSE;
  if (self->elided_bytes == 0)
    self->elided_from = g_array_index (self->cuts, guint64, 0);
  *from = self->elided_from + self->elided_bytes;
  *to = g_array_index (self->cuts, guint64, last - 1);
  if (*to <= *from)
    return FALSE;
  self->elided_bytes = *to - self->elided_from;
  g_array_remove_range (self->cuts, 0, last);
  return TRUE;
}

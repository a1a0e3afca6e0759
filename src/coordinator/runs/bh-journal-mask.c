/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* How a journal hides secrets: nothing is staged of a row or of a Run's end before this has seen it. */

#include "coordinator/runs/bh-journal-private.h"

#include <string.h>

#include "protocol/bh-text.h"

/* What is held back of a part of a row, as bh_run_mask_describe() puts it. */
#define STATE_HELD BH_JOURNAL_HELD "%" G_GUINT64_FORMAT ".%d"

#define N_PARTS 3

void
bh_journal_hide (BhJournal *self, const char *value)
{
  g_return_if_fail (BH_IS_JOURNAL (self));
  if (self->mask == NULL)
    self->mask = bh_run_mask_new ();
  bh_run_mask_add (self->mask, value);
}

const BhMask *
bh_journal_get_mask (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), NULL);
  return bh_run_mask_get (self->mask);
}

char *
bh_journal_masked (BhJournal *self, const char *text)
{
  return text != NULL ? bh_mask_text (bh_journal_get_mask (self), text) : NULL;
}

char *
bh_journal_masked_json (BhJournal *self, const char *text)
{
  return text != NULL ? bh_mask_json (bh_journal_get_mask (self), text) : NULL;
}

/* --- records --- */

static void
mask_member (const BhMask *mask, char **member)
{
  g_autofree char *before = *member;

  if (before != NULL)
    *member = bh_mask_text (mask, before);
}

/* What comes from a box in the record of a Run. */
void
bh_journal_mask_run (BhJournal *self, BhRun *run)
{
  const BhMask *mask = bh_journal_get_mask (self);

  if (mask == NULL)
    return;
  mask_member (mask, &run->current);
  mask_member (mask, &run->summary);
  mask_member (mask, &run->reason);
}

void
bh_journal_mask_row (BhJournal *self, BhRow *row)
{
  const BhMask *mask = bh_journal_get_mask (self);

  if (mask == NULL)
    return;
  mask_member (mask, &row->tool);
  mask_member (mask, &row->title);
  mask_member (mask, &row->head);
}

/* An id that holds a secret, or is made of a text that does (`with`), becomes another one. */
static void
mask_id (const BhMask *mask, char **id, gboolean with, guint number)
{
  g_autofree char *shown = *id != NULL ? bh_mask_text (mask, *id) : NULL;

  if (!with && g_strcmp0 (shown, *id) == 0)
    return;
  g_free (*id);
  *id = g_strdup_printf ("hidden-%u", number);
}

static void
mask_option (const BhMask *mask, BhOption *option, guint number)
{
  g_autofree char *before = g_strdup (option->label);

  mask_member (mask, &option->label);
  mask_member (mask, &option->description);
  mask_id (mask, &option->id, g_strcmp0 (before, option->label) != 0, number);
}

void
bh_journal_mask_questions (BhJournal *self, BhQuestionSet *set)
{
  const BhMask *mask = bh_journal_get_mask (self);

  g_return_if_fail (set != NULL);
  for (guint i = 0; mask != NULL && i < set->questions->len; i++)
    {
      BhQuestion *question = set->questions->pdata[i];

      mask_id (mask, &question->id, FALSE, i + 1);
      mask_member (mask, &question->header);
      mask_member (mask, &question->text);
      mask_member (mask, &question->var);
      for (guint j = 0; j < question->options->len; j++)
        mask_option (mask, question->options->pdata[j], j + 1);
    }
}

/* --- what comes in pieces --- */

/* Of the bytes of a piece that are done: how many belong to an escape sequence whose end may be the beginning
 * of a value ("ESC[0m", and a key that begins with m). Pieces are shown each by itself, so it is not cut. */
static gsize
open_sequence (const GByteArray *all, gsize done)
{
  return done < all->len ? done - bh_text_whole (all->data, done) : 0;
}

/* Also when the values are not known (any more), of which an earlier process held something back. */
static gboolean
has_work (BhJournal *self)
{
  if (self->mask == NULL && self->had_held)
    self->mask = bh_run_mask_new ();
  return self->mask != NULL;
}

GBytes *
bh_journal_mask_piece (BhJournal *self, guint64 n, BhPart part, GBytes *bytes, gboolean last)
{
  g_autoptr (GByteArray) all = NULL;
  g_autofree char *key = NULL, *held = NULL;
  const char *before;
  gsize size = 0, done, open;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (!has_work (self))
    return bytes != NULL ? g_bytes_ref (bytes) : NULL;
  key = g_strdup_printf (STATE_HELD, n, (int) part);
  before = bh_journal_get_state (self, key);
  if (before == NULL && size == 0)
    return NULL;
  all = bh_run_mask_recall (self->mask, before);
  if (size > 0)
    g_byte_array_append (all, data, (guint) size);
  done = bh_mask_apply (bh_journal_get_mask (self), all->data, all->len, last);
  open = open_sequence (all, done);
  held = bh_run_mask_describe (self->mask, all->data + done, all->len - done, open);
  bh_journal_set_state (self, key, held);
  done -= open;
  g_byte_array_set_size (all, (guint) done);
  return done > 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&all)) : NULL;
}

void
bh_journal_unmask_rest (BhJournal *self, guint64 n, BhJournalPieceFunc func)
{
  for (int part = 0; has_work (self) && part < N_PARTS; part++)
    {
      g_autoptr (GBytes) rest = bh_journal_mask_piece (self, n, (BhPart) part, NULL, TRUE);

      if (rest != NULL)
        func (self, n, (BhPart) part, rest);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is staged, and what becomes of it. */

#include "coordinator/runs/bh-journal.h"
#include "coordinator/runs/bh-run-mask.h"

G_BEGIN_DECLS

/* How states about what is held back begin. */
#define BH_JOURNAL_HELD "mask."

struct _BhJournal
{
  GObject parent_instance;

  BhStore *store;
  char *run_id;
  BhRun *run;
  guint64 next_seq, next_row;
  GHashTable *rows;   /* n -> BhLiveRow */
  GQueue ended;       /* n (as guint64 *) of rows in there that will not change any more, oldest first */
  GHashTable *states; /* key -> value */
  BhRunMask *mask;    /* (nullable) the secrets that are hidden */
  gboolean had_held;  /* an earlier process held something back */

  BhChange *staged;    /* (nullable) */
  DexFuture *last;     /* (nullable) the commit sent last */
  gint64 sent_at, due; /* monotonic: when something was sent last, and the turn that is waited for */
  DexPromise *waiting; /* (nullable) for the flush of what is staged, in the store's next turn */
  GError *failure;
  gboolean closed;
  gboolean lost; /* closed while something was staged */
};

/* bh-journal-mask.c: what is staged, with secrets hidden. Both are changed in place. */
void bh_journal_mask_run (BhJournal *self, BhRun *run);
void bh_journal_mask_row (BhJournal *self, BhRow *row);
/* One more piece of a part of a row (nullable: none). What may be the beginning of a secret is held back for
 * the next one, unless this is the `last`. (transfer full) (nullable) */
GBytes *bh_journal_mask_piece (BhJournal *self, guint64 n, BhPart part, GBytes *bytes, gboolean last);
/* What was held back of the parts of a row, which ends, is let go of. */
typedef void (*BhJournalPieceFunc) (BhJournal *self, guint64 n, BhPart part, GBytes *bytes);
void bh_journal_unmask_rest (BhJournal *self, guint64 n, BhJournalPieceFunc func);

G_END_DECLS

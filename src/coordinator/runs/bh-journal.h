/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The one writer of one Run: gives out seq and ordinals, and stages what happens into a BhChange. Everything
 * staged without an await in between is one transaction. Main context only. */

#include "coordinator/runs/bh-mask.h"
#include "coordinator/store/bh-store.h"

G_BEGIN_DECLS

#define BH_TYPE_JOURNAL (bh_journal_get_type ())
G_DECLARE_FINAL_TYPE (BhJournal, bh_journal, BH, JOURNAL, GObject)

/* For a Run just being created: `run` has no rows yet; stage with bh_journal_create. */
BhJournal *bh_journal_new (BhStore *store, BhRun *run);
/* For a Run loaded from the store: keeps its open rows. */
BhJournal *bh_journal_new_for_bundle (BhStore *store, BhRunBundle *bundle);

const char *bh_journal_get_run_id (BhJournal *self);
/* (transfer none) the Run as staged so far. Change a copy, then bh_journal_put_run(). */
BhRun *bh_journal_get_run (BhJournal *self);
void bh_journal_create (BhJournal *self,
                        GHashTable *env,
                        const char *network,
                        const char *idempotency_key,
                        const char *request_digest);
/* Takes `run`; fills in rows and last_seq. */
void bh_journal_put_run (BhJournal *self, BhRun *run);

/* Takes `row`, whose n, started_at (if 0) are filled in. Returns its ordinal. */
guint64 bh_journal_add_row (BhJournal *self, BhRow *row);
/* How many rows there are, as staged so far: the ordinal of the next one. */
guint64 bh_journal_count_rows (BhJournal *self);
/* (transfer none) (nullable) a row that is still open or was added since this journal was made. */
BhRow *bh_journal_get_row (BhJournal *self, guint64 n);
/* (transfer none) (nullable) what the text of such a message begins with, as it is on the timeline: at most
 * BH_BEGINNING_MAX bytes, which may end within a character. What may be the beginning of a secret comes with
 * the end of the row. */
const char *bh_journal_get_beginning (BhJournal *self, guint64 n);
/* Takes `row`, a changed copy; its n says which. Byte counts are kept by the journal. Leaving BH_ROW_OPEN
 * sets ended_at and duration_us. */
void bh_journal_put_row (BhJournal *self, BhRow *row);
/* Shorthand for the above: sets the state (and exit status, -1 = none) of an open row. */
void bh_journal_end_row (BhJournal *self, guint64 n, BhRowState state, int exit_status);
/* Appends to a part of a row. Keeps the output policy for BH_PART_RESULT: whole up to 64 MiB, beyond that the
 * first 8 MiB and the last 56 MiB, the row saying what lies between. Deltas must be cut by bh_text_whole().
 */
void bh_journal_append (BhJournal *self, guint64 n, BhPart part, GBytes *bytes);
void bh_journal_append_text (BhJournal *self, guint64 n, BhPart part, const char *text);
void bh_journal_put_question (BhJournal *self, BhQuestionSet *set);
void bh_journal_put_message (BhJournal *self, BhMessage *message);

/* From now on this value is hidden in every row and its parts, however the output comes in pieces, and in
 * what the Run's record says of its work; to be told again after a restart. Not hidden: what a person
 * writes, questions (bh_questions_ask() does), and states: who puts there what a box said masks it. */
void bh_journal_hide (BhJournal *self, const char *value);
/* (transfer none) (nullable) */
const BhMask *bh_journal_get_mask (BhJournal *self);
/* (transfer full) (nullable) a whole text with secrets hidden */
char *bh_journal_masked (BhJournal *self, const char *text);
/* (transfer full) (nullable) the same of a JSON text of ours: bh_mask_json() */
char *bh_journal_masked_json (BhJournal *self, const char *text);
/* Hides secrets in questions, in place. Ids stay, but those that hold a secret or are made of a label that
 * does: whoever asked knows its questions and options by their places. */
void bh_journal_mask_questions (BhJournal *self, BhQuestionSet *set);

/* State for going on after a restart. Staged with the rest. */
void bh_journal_set_state (BhJournal *self, const char *key, const char *value);
void bh_journal_set_state_int (BhJournal *self, const char *key, gint64 value);
const char *bh_journal_get_state (BhJournal *self, const char *key); /* (nullable) as staged so far */
gint64 bh_journal_get_state_int (BhJournal *self, const char *key, gint64 fallback);

/* Everything staged up to now, as one transaction, at once. */
DexFuture *bh_journal_commit (BhJournal *self, BhDurability durability) G_GNUC_WARN_UNUSED_RESULT;
/* The same, but joins the commit under way: while one is in flight, what is staged waits for it and then goes
 * together (deltas of one row merge). For streamed output. The future resolves when what is staged now is
 * committed. */
DexFuture *bh_journal_flush (BhJournal *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same for output that nobody waits for: at once if somebody looks at the Run, else some times a second.
 */
DexFuture *bh_journal_flush_soon (BhJournal *self) G_GNUC_WARN_UNUSED_RESULT;
/* The same, and resolves when that is on the disk; commits go on meanwhile. */
DexFuture *bh_journal_sync (BhJournal *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves when all that was ever staged is committed; rejects if some of it is lost, or nothing can be
 * committed any more. Of a closed journal too. */
DexFuture *bh_journal_settled (BhJournal *self) G_GNUC_WARN_UNUSED_RESULT;
/* Whether somebody looks at the Run (bh_store_watch()). */
gboolean bh_journal_is_watched (BhJournal *self);
/* A commit has failed: this journal is of no more use; load the Run again. */
gboolean bh_journal_is_broken (BhJournal *self);
/* Lets go of an engine that may still hold this journal: what was committed before stays under way, from now
 * on staging does nothing (bh_journal_add_row() gives 0), nothing is published, and every commit and flush
 * rejects with BH_ERROR_RUN_NOT_ACTIVE. The Run's next journal is made from the store. */
void bh_journal_close (BhJournal *self);
gboolean bh_journal_is_closed (BhJournal *self);
/* For fibers, after each wait. FALSE with error when it is closed. */
gboolean bh_journal_check_open (BhJournal *self, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What drivers, questions and messages put on a timeline, staged into the Run's journal. Nothing is committed
 * here. */

#include "coordinator/runs/bh-journal.h"
#include "coordinator/runs/bh-state-machine.h"

G_BEGIN_DECLS

/* A copy of the Run's record with `event` applied to its state; NULL when the state machine refuses. Give it
 * to bh_journal_put_run(). */
BhRun *bh_staging_event (BhJournal *journal, BhRunEvent event, GError **error);
/* A row that is text and nothing else. */
guint64
bh_staging_text (BhJournal *journal, BhRowKind kind, BhRowState state, const char *author, const char *text);
/* "Stopped by you": what the person or the machine did to the Run. */
guint64 bh_staging_status (BhJournal *journal, const char *text);
/* The step that ends every turn. */
void bh_staging_report (
    BhJournal *journal, const char *author, BhRunState outcome, const char *summary, const char *reason);
/* Every row that is still open was cut short. */
void bh_staging_close_rows (BhJournal *journal);
/* The first line of `text`, for lists. */
char *bh_staging_line (const char *text);
/* The database did not take something: the Run is let go of, and taken up again when the store has recovered.
 */
gboolean bh_staging_is_storage_error (const GError *error);

G_END_DECLS

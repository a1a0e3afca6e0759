/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What happened in the turn under way, as the one paragraph that `report job result` says. Kept in the
 * journal's state. The same Run always gives the same words: no durations. */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

/* Stages that nothing has happened yet. */
void bh_runbook_report_reset (BhJournal *journal);
/* Stages that a block has ended. (transfer full) "Block 3 exited with 1: `npm test`" */
char *bh_runbook_report_block (BhJournal *journal, const char *title, int status, gboolean cut);
/* Stages what was asked and answered. */
void bh_runbook_report_asked (BhJournal *journal, const BhQuestionSet *set);
/* (transfer full) */
char *bh_runbook_report_summary (BhJournal *journal);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a runbook still has to work on: a stack of sources (the instructions, and messages taken up since),
 * each with the section that comes next. Kept in the journal's state; a restart goes on with the same
 * sections. */

#include "coordinator/engines/runbook/bh-runbook-parser.h"
#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

typedef struct _BhRunbookPlan BhRunbookPlan;

/* From the journal's state. When the Run is in another turn than that state is of (it was continued), nothing
 * is left of the instructions, and `*new_turn` is TRUE. Fails when the instructions cannot be read. */
BhRunbookPlan *bh_runbook_plan_new (BhJournal *journal, gboolean *new_turn, GError **error);
void bh_runbook_plan_free (BhRunbookPlan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRunbookPlan, bh_runbook_plan_free)

/* (transfer none) (nullable) the section that is to be worked on; NULL: nothing is left */
const BhSection *bh_runbook_plan_peek (BhRunbookPlan *self);
/* (transfer full) names this section within the Run */
char *bh_runbook_plan_key (BhRunbookPlan *self);
/* Stages that the section is done. */
void bh_runbook_plan_advance (BhRunbookPlan *self);
/* Stages that the blocks and questions of a message come before all else; its prose is on the timeline
 * already. FALSE, with no error when it holds none, or with one when it cannot be read. */
gboolean bh_runbook_plan_push (BhRunbookPlan *self, const BhMessage *message, GError **error);
/* Stages that nothing is left. */
void bh_runbook_plan_clear (BhRunbookPlan *self);

G_END_DECLS

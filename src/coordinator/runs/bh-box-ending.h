/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is done to the box of a Run that ended, in the background: as remembered in the Run's state, so that
 * it is begun again after a restart or when the worker is back. */

#include "coordinator/runs/bh-run-context.h"

G_BEGIN_DECLS

void bh_box_ending_begin (const BhRunContext *context, const char *run_id);
/* A worker has connected: what could not be done to its boxes before is done now, and Runs whose box is no
 * longer there say so. `removals`: boxes of deleted Runs. */
void bh_box_ending_reconcile (const BhRunContext *context, BhRemovals *removals, const char *worker);
/* Removes a box that is listed in `removals`; it stays listed until that is done. TRUE, or FALSE when it has
 * to wait. */
DexFuture *bh_box_ending_remove (const BhRunContext *context,
                                 BhRemovals *removals,
                                 const char *worker,
                                 const char *box_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An engine's plan on the timeline: a step whose call is the list and whose result says line by line what
 * became of it. Another list is another step. */

#include "coordinator/engines/agent/bh-dialect.h"
#include "coordinator/runs/bh-state-view.h"

G_BEGIN_DECLS

void
bh_turn_plan_update (BhStateView *states, const char *author, const BhPlanEntry *entries, guint n_entries);
void bh_turn_plan_end (BhStateView *states);
gboolean bh_turn_plan_is_open (BhStateView *states);

G_END_DECLS

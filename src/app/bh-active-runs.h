/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Which Runs are under way, of all connections, and the moment when one ends. */

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Property "n" (uint). Signal "ended" (BhConnection, BhRun): one that was known to be under way is completed,
 * failed or stopped, also when that happened while the connection was lost. */
#define BH_TYPE_ACTIVE_RUNS (bh_active_runs_get_type ())
G_DECLARE_FINAL_TYPE (BhActiveRuns, bh_active_runs, BH, ACTIVE_RUNS, GObject)

BhActiveRuns *bh_active_runs_new (BhConnections *connections);
guint bh_active_runs_get_n (BhActiveRuns *self);

G_END_DECLS

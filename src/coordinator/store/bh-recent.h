/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The newest small deltas of each Run, which lie together in `recent` before they go to `events`. What is in
 * `recent` of a Run is newer than all it has in `events`, so who reads both reads `events` first, or looks
 * for the newest in `recent` first. */

#include "coordinator/store/bh-change.h"
#include "coordinator/store/bh-db.h"

G_BEGIN_DECLS

/* The key of the event stored last, 0 if there is none. `*recent` (nullable): whether it is in `recent`. */
gboolean bh_recent_last_event (BhDb *db, gint64 run, gint64 *id, gboolean *recent, GError **error);
/* Whether all events of `change` are small enough deltas. */
gboolean bh_recent_takes (BhChange *change);
/* Adds them; settles when there are enough. */
gboolean bh_recent_add (BhDb *db, BhChange *change, gint64 run, GError **error);
/* Moves what is in `recent` of a Run to `events`. */
gboolean bh_recent_settle (BhDb *db, gint64 run, GError **error);

G_END_DECLS

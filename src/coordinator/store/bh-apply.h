/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A BhChange as SQL. Writer thread only, within a transaction. */

#include "coordinator/store/bh-change.h"
#include "coordinator/store/bh-db.h"

G_BEGIN_DECLS

/* FALSE leaves the transaction as it is: the caller undoes it. */
gboolean bh_apply_change (BhDb *db, BhChange *change, GError **error);
/* Clears away one step's worth of what deleted Runs left behind. `*more`: there is still some. */
gboolean bh_apply_purge (BhDb *db, gboolean *more, GError **error);

G_END_DECLS

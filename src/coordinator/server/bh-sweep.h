/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

/* Ends the terminals that a coordinator before this one left in the boxes of each worker, when it first
 * connects.
 */
typedef struct _BhSweep BhSweep;

BhSweep *bh_sweep_new (BhWorkers *workers);
void bh_sweep_free (BhSweep *self);

G_END_DECLS

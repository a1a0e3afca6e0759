/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

/* Ends what a coordinator before this one left behind on each worker, when that first connects: terminals in
 * boxes, and boxes that were made to look for engines. */
typedef struct _BhSweep BhSweep;

BhSweep *bh_sweep_new (BhWorkers *workers);
void bh_sweep_free (BhSweep *self);

G_END_DECLS

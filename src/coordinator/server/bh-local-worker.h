/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

/* Keeps one worker running on this machine. A worker that an earlier coordinator started finds this one by
 * itself; then none is started. */
#define BH_TYPE_LOCAL_WORKER (bh_local_worker_get_type ())
G_DECLARE_FINAL_TYPE (BhLocalWorker, bh_local_worker, BH, LOCAL_WORKER, GObject)

BhLocalWorker *bh_local_worker_new (BhWorkers *workers, const char *socket_path);
void bh_local_worker_start (BhLocalWorker *self);
/* Ends the worker; its boxes go on. */
void bh_local_worker_stop (BhLocalWorker *self);

G_END_DECLS

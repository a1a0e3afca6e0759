/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One worker by name, over all its connections, and the boxes on it that someone here knows. */

#include "coordinator/workers/bh-worker-link.h"
#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

#define BH_TYPE_WORKER (bh_worker_get_type ())
G_DECLARE_FINAL_TYPE (BhWorker, bh_worker, BH, WORKER, GObject)

BhWorker *bh_worker_new (const char *name);
/* (nullable): NULL while nobody of that name has registered */
BhWorkerInfo *bh_worker_get_info (BhWorker *self);
/* NULL while it is away */
BhWorkerLink *bh_worker_get_link (BhWorker *self);

void bh_worker_registered (BhWorker *self, BhWorkerLink *link);
void bh_worker_heartbeat (BhWorker *self);
void bh_worker_lost (BhWorker *self);
void bh_worker_box_closed (BhWorker *self, BhBox *box);
void bh_worker_box_gone (BhWorker *self, const char *box_id, const char *reason);
/* Boxes that run there, whoever has them, or are being launched; but not those in `except`, a set of ids. */
guint bh_worker_count_running (BhWorker *self, GHashTable *except);

/* TRUE once it is connected. */
DexFuture *bh_worker_ready (BhWorker *self) G_GNUC_WARN_UNUSED_RESULT;
/* Rejects with BH_ERROR_WORKER_OFFLINE while it is away. Takes `params` (nullable). */
DexFuture *bh_worker_call (BhWorker *self, const char *method, JsonObject *params, guint timeout_ms)
    G_GNUC_WARN_UNUSED_RESULT;
/* See bh_workers_launch() and bh_workers_open(). */
DexFuture *bh_worker_launch (BhWorker *self, const BhLaunch *launch) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_worker_open (BhWorker *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_worker_end_box (BhWorker *self, const char *method, const char *box_id, gint64 grace_ms)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

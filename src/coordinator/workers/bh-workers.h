/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The workers that are or were connected, and the boxes on them. */

#include <libsoup/soup.h>
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

#define BH_TYPE_WORKERS (bh_workers_get_type ())
G_DECLARE_FINAL_TYPE (BhWorkers, bh_workers, BH, WORKERS, GObject)

BhWorkers *bh_workers_new (void);
/* How long a connection may take to register (10 s), and how long a worker may be silent (30 s), for tests.
 */
void bh_workers_set_timeouts (BhWorkers *self, guint register_ms, guint silence_ms);
/* Takes over a WebSocket that reached GET /v1/worker. Its first message must be worker.register within 10 s.
 * A name that is connected already is refused (BH_ERROR_NAME_TAKEN, saying the host and process id that hold
 * it), an unknown major protocol version too (BH_ERROR_VERSION_MISMATCH). `local`: it came over the Unix
 * socket. */
void bh_workers_accept (BhWorkers *self, SoupWebsocketConnection *connection, gboolean local);
/* signal "changed" (BhWorkers *, BhWorkerInfo *): connected, lost, heartbeat. The record as a pointer: ref it
 * to keep it. */

GPtrArray *bh_workers_list (BhWorkers *self); /* (transfer full) BhWorkerInfo, by name */
BhWorkerInfo *bh_workers_lookup (BhWorkers *self, const char *name); /* (transfer full) (nullable) */
/* Boxes that run on that worker, whoever has them; but not those in `except`, a set of ids. */
guint bh_workers_count_running (BhWorkers *self, const char *name, GHashTable *except);
/* Resolves TRUE once a worker of that name (NULL: any) is connected. */
DexFuture *bh_workers_ready (BhWorkers *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_workers_images (BhWorkers *self,
                              const char *worker) G_GNUC_WARN_UNUSED_RESULT; /* GPtrArray of BhImageInfo */
DexFuture *
bh_workers_boxes (BhWorkers *self) G_GNUC_WARN_UNUSED_RESULT; /* GPtrArray of BhBoxInfo, all online workers */

typedef struct
{
  const char *id; /* b_…, chosen and persisted by the caller */
  const char *image;
  const char *network;  /* "open" or "offline" */
  guint64 memory_bytes; /* 0: the worker's default */
  double cpus;          /* 0: no limit */
  guint pids;           /* 0: the worker's default */
  /* (nullable) names of programs: an image that is the worker's own machine has those of them that its person
   * installed at home */
  const char *const *programs;
} BhLaunch;
/* Makes the box, or finds it if a box of this id runs already there. Waits while the worker is away. Resolves
 * a BhBox that has answered HELLO. Rejects with BH_ERROR_LAUNCH_FAILED, _SANDBOX_DENIED, _IMAGE_NOT_FOUND. */
DexFuture *
bh_workers_launch (BhWorkers *self, const char *worker, const BhLaunch *launch) G_GNUC_WARN_UNUSED_RESULT;
/* The box that exists already: BhBox (maybe not connected yet), BH_ERROR_DEVBOX_GONE once its worker says it
 * is not there. */
DexFuture *
bh_workers_open (BhWorkers *self, const char *worker, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;
/* Both reject with BH_ERROR_WORKER_OFFLINE while the worker is away.
 * End everything in the box (SIGTERM, then after grace_ms SIGKILL) and the box; its files stay. Idempotent.
 */
DexFuture *bh_workers_stop_box (BhWorkers *self, const char *worker, const char *box_id, guint grace_ms)
    G_GNUC_WARN_UNUSED_RESULT;
/* Stop, and delete its files. Idempotent. */
DexFuture *
bh_workers_remove_box (BhWorkers *self, const char *worker, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;

/* Sign-ins of the person on the worker's machine; `paths` are "~/…". What they hold never comes here.
 * Resolves a GStrv, those of the paths that are there; rejects while the worker is away. */
DexFuture *bh_workers_look_sign_ins (BhWorkers *self,
                                     const char *worker,
                                     const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;
/* Copies what is there of them into the box, as far as it is not there already. Waits while the worker is
 * away, and asks then whether that is `wanted` yet. Resolves TRUE; rejects with BH_ERROR_ENGINE_SIGNED_OUT,
 * saying why not. */
typedef gboolean (*BhWantedFunc) (gpointer data);
DexFuture *bh_workers_sign_in (BhWorkers *self,
                               const char *worker,
                               const char *box_id,
                               const char *const *paths,
                               BhWantedFunc wanted,
                               gpointer data,
                               GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the coordinator does, free of HTTP: the server calls this, and reads through the store. Owns the
 * store, the workers, the engines and the drivers of active Runs. Main context only. */

#include "coordinator/engines/bh-engines.h"
#include "coordinator/keys/bh-keys.h"
#include "coordinator/store/bh-store.h"
#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

#define BH_TYPE_COORDINATOR (bh_coordinator_get_type ())
G_DECLARE_FINAL_TYPE (BhCoordinator, bh_coordinator, BH, COORDINATOR, GObject)

/* `data_dir`: holds coordinator.db and the lock file. */
BhCoordinator *bh_coordinator_new (const char *data_dir);
/* Takes the lock (a second coordinator on the same data is refused, naming the process that holds it), opens
 * the store, takes up every Run that is not terminal. */
DexFuture *bh_coordinator_start (BhCoordinator *self) G_GNUC_WARN_UNUSED_RESULT;
/* Drivers let go, the store is closed. Runs are not stopped. */
DexFuture *bh_coordinator_shutdown (BhCoordinator *self) G_GNUC_WARN_UNUSED_RESULT;

BhStore *bh_coordinator_get_store (BhCoordinator *self);
BhWorkers *bh_coordinator_get_workers (BhCoordinator *self);
BhEngines *bh_coordinator_get_engines (BhCoordinator *self);
BhSignIns *bh_coordinator_get_sign_ins (BhCoordinator *self);
BhKeys *bh_coordinator_get_keys (BhCoordinator *self);
guint bh_coordinator_count_active (BhCoordinator *self);

/* All of these resolve after the change is on the disk. `by`: "you", or the name of the token used. */
DexFuture *bh_coordinator_create_run (BhCoordinator *self,
                                      BhRunRequest *request,
                                      const char *idempotency_key,
                                      const char *request_digest) G_GNUC_WARN_UNUSED_RESULT; /* BhRun */
DexFuture *bh_coordinator_rename_run (BhCoordinator *self,
                                      const char *run_id,
                                      const char *name) G_GNUC_WARN_UNUSED_RESULT; /* BhRun */
DexFuture *bh_coordinator_post_message (BhCoordinator *self,
                                        const char *run_id,
                                        const char *text,
                                        gboolean interrupt,
                                        const char *by) G_GNUC_WARN_UNUSED_RESULT; /* BhMessage */
DexFuture *bh_coordinator_withdraw_message (BhCoordinator *self,
                                            const char *run_id,
                                            const char *message_id) G_GNUC_WARN_UNUSED_RESULT; /* BhMessage */
/* `body`: {"question":"q_…","answers":[…]}; "question" may be left out when exactly one set is open. */
DexFuture *bh_coordinator_answer (BhCoordinator *self, const char *run_id, JsonNode *body, const char *by)
    G_GNUC_WARN_UNUSED_RESULT; /* BhQuestionSet */
DexFuture *bh_coordinator_stop_run (BhCoordinator *self,
                                    const char *run_id,
                                    const char *by) G_GNUC_WARN_UNUSED_RESULT; /* BhRun */
/* Stops it first if need be, removes its box, then everything about it. Resolves TRUE. */
DexFuture *bh_coordinator_delete_run (BhCoordinator *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* DevBoxes by id alone. Stopping a box under an active Run fails that Run, and its timeline says so. */
DexFuture *bh_coordinator_stop_box (BhCoordinator *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_coordinator_remove_box (BhCoordinator *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;
/* For a terminal: BhBox of a box that runs */
DexFuture *bh_coordinator_open_box (BhCoordinator *self, const char *box_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The thread that waits for the disk so that the writer need not: syncs of what is committed, and checkpoints
 * of the log into the database. */

#include "coordinator/store/bh-db.h"
#include "coordinator/store/bh-mailbox.h"

G_BEGIN_DECLS

typedef struct _BhSyncer BhSyncer;

/* The disk has failed. On the syncer's thread. */
typedef void (*BhSyncerFailed) (const GError *error, gpointer user_data);

/* For the database at `path`, which is open. `mailbox` must outlive it. */
BhSyncer *bh_syncer_new (
    const char *path, guint busy_ms, BhMailbox *mailbox, BhSyncerFailed failed, gpointer user_data);
/* Does what is queued and ends the thread. */
void bh_syncer_free (BhSyncer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhSyncer, bh_syncer_free)

/* Resolves `promise` to TRUE when all that was committed before is on the disk. Takes it. Any thread. */
void bh_syncer_sync (BhSyncer *self, DexPromise *promise);

/* To be called by the writer after its commits: `pages` are in the log of `db`, its connection. From time to
 * time has the log brought into the database beside the writer, and at the end by the writer itself, so that
 * it begins anew. */
void bh_syncer_keep_log_short (BhSyncer *self, BhDb *db, int pages);
/* Until no checkpoint is under way on the thread. */
void bh_syncer_wait (BhSyncer *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The one thread that writes: requests in the order they came, many in one transaction when many wait. With
 * each batch that is done comes a BH_DELIVERY_DONE. */

#include "coordinator/store/bh-mailbox.h"
#include "coordinator/store/bh-store.h"
#include "coordinator/store/bh-write-queue.h"

G_BEGIN_DECLS

typedef struct
{
  char *path;
  guint busy_ms;
  guint retry_ms;
  guint64 max_bytes; /* atomic; see bh_store_set_max_bytes() */
} BhWriterOptions;

typedef struct _BhWriter BhWriter;

/* Starts the thread, which opens the database: `opened` resolves or rejects; in either case the thread goes
 * on until it is closed. `options` and `mailbox` must outlive it. */
BhWriter *bh_writer_new (const BhWriterOptions *options, BhMailbox *mailbox, DexPromise *opened);
/* Does what is queued, closes the database and ends the thread; `closed` (nullable) resolves then.
 * Any thread; everything else here is for the main context. */
void bh_writer_close (BhWriter *self, DexPromise *closed);
/* Waits for the thread; bh_writer_close() must have been called. */
void bh_writer_free (BhWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhWriter, bh_writer_free)

/* The promise resolves TRUE. `epoch`: the last one that the sender has heard of by BH_DELIVERY_RECOVERED, at
 * first 0; what was put together before a failure that it has not heard of is refused. Takes nothing. */
void bh_writer_commit (
    BhWriter *self, BhChange *change, BhDurability durability, guint epoch, DexPromise *promise);
/* Between the two the writer takes nothing: what is sent meanwhile is one batch. */
void bh_writer_hold (BhWriter *self);
void bh_writer_release (BhWriter *self);
void bh_writer_sync (BhWriter *self, guint epoch, DexPromise *promise);
void bh_writer_write (BhWriter *self,
                      BhWriteFunc func,
                      const char *first,
                      const char *second,
                      guint epoch,
                      DexPromise *promise);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the writer is asked, in the order it was asked. */

#include <libdex.h>

#include "coordinator/store/bh-change.h"
#include "coordinator/store/bh-db.h"

G_BEGIN_DECLS

/* A write that is no change of a Run. */
typedef gboolean (*BhWriteFunc) (BhDb *db, const char *first, const char *second, GError **error);

typedef enum
{
  BH_WRITE_CHANGE,
  BH_WRITE_FUNC,
  BH_WRITE_SYNC,
  BH_WRITE_FAILED, /* the disk has, says `error` */
  BH_WRITE_CLOSE
} BhWriteKind;

typedef struct
{
  BhWriteKind kind;
  gboolean synced;
  guint epoch;
  BhChange *change;
  BhWriteFunc func;
  char *first, *second;
  DexPromise *promise; /* (nullable) */
  GError *error;       /* why it failed */
} BhWriteRequest;
void bh_write_request_free (gpointer request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhWriteRequest, bh_write_request_free)

typedef struct _BhWriteQueue BhWriteQueue;
BhWriteQueue *bh_write_queue_new (void);
/* With the requests that are still in it. */
void bh_write_queue_free (BhWriteQueue *self);

/* Takes what the request holds, but its promise: that is referenced. Any thread. */
void bh_write_queue_push (BhWriteQueue *self, BhWriteRequest request);
/* Between the two the writer takes nothing: what this thread pushes meanwhile is one batch. */
void bh_write_queue_hold (BhWriteQueue *self);
void bh_write_queue_release (BhWriteQueue *self);
/* (transfer full) (nullable): the next request; `wait_us` -1: however long it takes to come, 0: not at all.
 */
BhWriteRequest *bh_write_queue_pop (BhWriteQueue *self, gint64 wait_us);

G_END_DECLS

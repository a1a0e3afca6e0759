/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A thread that reads: queries in the order they came, each on one snapshot of the database. */

#include "coordinator/store/bh-db.h"
#include "coordinator/store/bh-mailbox.h"

G_BEGIN_DECLS

typedef struct _BhQuery BhQuery;
/* Fills in `value`, or `error`. */
typedef gboolean (*BhQueryFunc) (BhDb *db, const BhQuery *query, GValue *value, GError **error);

/* What is asked; each query uses the members it needs. */
struct _BhQuery
{
  BhQueryFunc func;
  char *id; /* mostly the Run's */
  char *text;
  char *before;
  guint64 n; /* a row, or a seq */
  guint64 from;
  guint64 count;
  BhPart part;
  guint states;
  gboolean open_only;
};

typedef struct _BhReadThread BhReadThread;

BhReadThread *bh_read_thread_new (const char *path, guint busy_ms, BhMailbox *mailbox);
/* Copies `query`'s strings. */
void bh_read_thread_ask (BhReadThread *self, const BhQuery *query, DexPromise *promise);
/* Answers what is queued (long queries are cut short), closes the connection, then calls `done` in the
 * thread. */
void bh_read_thread_close (BhReadThread *self, GFunc done, gpointer first, gpointer second);
/* Waits for the thread; it must have been closed. */
void bh_read_thread_free (BhReadThread *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhReadThread, bh_read_thread_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "client/bh-client-private.h"
#include "client/bh-connection.h"
#include "client/bh-feed.h"

G_BEGIN_DECLS

/* What bh-connection*.c share. */
struct _BhConnection
{
  GObject parent_instance;

  char *id;
  char *name;
  BhClient *client;
  char *url;

  BhConnectionState state;
  char *detail;
  GError *problem; /* (nullable) */
  JsonNode *info;  /* (nullable) */
  gboolean was_connected;
  gint64 relisted_at; /* because something could not be read */

  DexPromise *closed;
  DexPromise *wake;   /* reconnect() was called */
  DexPromise *opened; /* (nullable) the feed says that it is connected, or rejects */
  DexPromise *lost;   /* (nullable) the feed has lost its connection, rejected with why */
  BhFeed *feed;       /* (nullable) */

  GListStore *workers;
  GListStore *engines;

  GHashTable *runs;    /* id → BhRunItem */
  GHashTable *touched; /* (nullable) ids that came by an event while everything is listed again */
  gboolean listed;     /* at least once */
  gboolean has_more;
  guint n_listed;      /* so many of the newest Runs are known without a gap */
  gint64 listed_until; /* the oldest of them was created then */
  DexFuture *more;     /* (nullable) load_more() under way */
};

enum
{
  BH_CONNECTION_RUN_CHANGED,
  BH_CONNECTION_RUN_DELETED,
  BH_CONNECTION_QUESTION,
  BH_CONNECTION_WORKER,
  BH_CONNECTION_ITEM_ADDED,
  BH_CONNECTION_ITEMS_LISTED,
  BH_CONNECTION_ITEM_CHANGED,
  BH_CONNECTION_ITEM_REMOVED,
  BH_CONNECTION_RECONNECTED,
  BH_CONNECTION_N_SIGNALS,
};
extern guint bh_connection_signals[BH_CONNECTION_N_SIGNALS];

/* FALSE once it was closed: nothing is emitted any more. */
gboolean bh_connection_is_open (BhConnection *self);
/* Something came that cannot be read. Says so, and lists again, lest anything was missed by it. */
void bh_connection_note_bad (BhConnection *self, const char *what);

/* A call that may be left alone, with `cb` (nullable, its data is the connection) on its success. */
DexFuture *bh_connection_call (BhConnection *self,
                               const char *method,
                               const char *path,
                               JsonNode *body,
                               const char *key,
                               GType type,
                               BhClientDecode decode,
                               DexFutureCallback cb) G_GNUC_WARN_UNUSED_RESULT;
/* For a path or a query. */
char *bh_connection_escape (const char *text);

/* Lists everything again; resolves TRUE. Rejects with why it could not. */
DexFuture *bh_connection_list_all (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
void bh_connection_take_question (BhConnection *self, BhQuestionSet *set);
void bh_connection_take_worker (BhConnection *self, BhWorkerInfo *info);
void bh_connection_take_event (BhConnection *self, BhFeedEvent *event);
void bh_connection_remove_run (BhConnection *self, const char *run_id);

/* One page of Runs, newest first, before that id (nullable); `status` nullable. Resolves a BhRunPage. */
typedef struct
{
  GPtrArray *runs; /* BhRun */
  char *next;      /* (nullable) */
} BhRunPage;
GType bh_run_page_get_type (void);
BhRunPage *bh_run_page_ref (BhRunPage *self);
void bh_run_page_unref (BhRunPage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRunPage, bh_run_page_unref)
DexFuture *bh_connection_run_page (BhConnection *self,
                                   const char *status,
                                   const char *query,
                                   const char *before) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_connection_list_workers (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_connection_list_engines (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
/* A Run's rows from `from` and their total. Resolves a BhRowList. */
typedef struct
{
  GPtrArray *rows; /* BhRow */
  guint64 total;
} BhRowList;
GType bh_row_list_get_type (void);
BhRowList *bh_row_list_ref (BhRowList *self);
void bh_row_list_unref (BhRowList *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRowList, bh_row_list_unref)
DexFuture *bh_connection_row_list (BhConnection *self, const char *run_id, guint64 from, guint count)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

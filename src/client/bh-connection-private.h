/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "client/bh-client-private.h"
#include "client/bh-connection.h"
#include "client/bh-decode.h"
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
  char *unread;        /* (nullable): what could not be read of the last listing, or since */
  gboolean missed;     /* an event since the last listing began, which may have been anything */
  gint64 relisted_at;  /* because of such an event */
  guint relist_source; /* later */

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
  char *listed_last;   /* (nullable): the id of that one */
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
  BH_CONNECTION_ENGINES_LISTED,
  BH_CONNECTION_RECONNECTED,
  BH_CONNECTION_N_SIGNALS,
};
extern guint bh_connection_signals[BH_CONNECTION_N_SIGNALS];

/* FALSE once it was closed: nothing is emitted any more. */
gboolean bh_connection_is_open (BhConnection *self);
/* Takes `problem` (nullable). */
void bh_connection_set_state (BhConnection *self, BhConnectionState state, GError *problem);
/* It is there, and all was listed. */
void bh_connection_set_connected (BhConnection *self);
void bh_connection_set_info (BhConnection *self, JsonNode *info);
/* It answered, and trying again soon would not change the answer. */
gboolean bh_connection_is_refusal (const GError *error);
/* Soon, but not all the time. */
void bh_connection_list_again (BhConnection *self);
/* Something came that cannot be read. Says so, and lists again, lest anything was missed by it. */
void bh_connection_note_bad (BhConnection *self, const char *what);
/* Something in a list cannot be read. Says so; listing again would change nothing. */
void bh_connection_note_unread (BhConnection *self, const char *what);

/* A call that may be left alone, with `cb` (nullable, its data is the connection) on its success. */
DexFuture *bh_connection_call (BhConnection *self,
                               const char *method,
                               const char *path,
                               JsonNode *body,
                               const char *key,
                               GType type,
                               BhClientDecode decode,
                               DexFutureCallback cb) G_GNUC_WARN_UNUSED_RESULT;
/* A list: the listing itself, or the GPtrArray of its records. What cannot be read in it is said. */
DexFuture *
bh_connection_listing (BhConnection *self, const char *path, BhClientDecode decode) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
bh_connection_records (BhConnection *self, const char *path, BhClientDecode decode) G_GNUC_WARN_UNUSED_RESULT;
/* For a path or a query. */
char *bh_connection_escape (const char *text);

/* Lists everything again; resolves TRUE. Rejects with why it could not. */
DexFuture *bh_connection_list_all (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
void bh_connection_take_question (BhConnection *self, BhQuestionSet *set);
void bh_connection_take_worker (BhConnection *self, BhWorkerInfo *info);
void bh_connection_take_event (BhConnection *self, BhFeedEvent *event);
void bh_connection_remove_run (BhConnection *self, const char *run_id);

/* One page of Runs, newest first, before that id (nullable); `status` nullable. Resolves a BhListing. */
DexFuture *bh_connection_list_runs (BhConnection *self,
                                    const char *status,
                                    const char *query,
                                    const char *before) G_GNUC_WARN_UNUSED_RESULT;
/* A page of a search: full text (nullable), and bits 1 << BH_RUN_… (0: all). Resolves a BhListing; what it
 * holds is not taken into the model. */
DexFuture *bh_connection_find_runs (BhConnection *self, const char *query, guint states, const char *before)
    G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_connection_list_workers (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_connection_list_engines (BhConnection *self) G_GNUC_WARN_UNUSED_RESULT;
/* Which of so many rows (1 to 500) holds the text, of 1 to 256 bytes. Resolves the answer, a JsonNode; a
 * coordinator that cannot tell says BH_ERROR_NOT_FOUND. */
DexFuture *bh_connection_find_row (BhConnection *self,
                                   const char *run_id,
                                   const char *text,
                                   guint64 from,
                                   guint count,
                                   gboolean backwards) G_GNUC_WARN_UNUSED_RESULT;
/* A Run's rows from `from` and their total. Resolves a BhListing. */
DexFuture *bh_connection_list_rows (BhConnection *self, const char *run_id, guint64 from, guint count)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

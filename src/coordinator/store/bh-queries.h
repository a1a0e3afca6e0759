/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Everything the store is asked, as functions of a read thread. What each resolves to is in bh-store.h. */

#include "coordinator/store/bh-read-thread.h"
#include "coordinator/store/bh-store.h"

G_BEGIN_DECLS

#define BH_DECLARE_QUERY(name)                                                                               \
  gboolean bh_query_##name (BhDb *db, const BhQuery *query, GValue *value, GError **error)

BH_DECLARE_QUERY (load_run); /* id */
BH_DECLARE_QUERY (get_run);  /* id */
BH_DECLARE_QUERY (active_runs);
BH_DECLARE_QUERY (list_runs);  /* states, text, before, count */
BH_DECLARE_QUERY (run_of_box); /* id: the box's */
BH_DECLARE_QUERY (idempotent); /* id: the key; text: the digest */
BH_DECLARE_QUERY (rows);       /* id, from, count */
BH_DECLARE_QUERY (row);        /* id, n */
BH_DECLARE_QUERY (body);       /* id, n, part, from, count */
BH_DECLARE_QUERY (events);     /* id, n, count */
BH_DECLARE_QUERY (questions);  /* id, open_only */
BH_DECLARE_QUERY (question);   /* id: the question set's */
BH_DECLARE_QUERY (message);    /* id, text: the message's id */
BH_DECLARE_QUERY (token_name); /* text */
BH_DECLARE_QUERY (tokens);
BH_DECLARE_QUERY (settings);
BH_DECLARE_QUERY (check);

/* The number of a Run, or BH_ERROR_RUN_NOT_FOUND. */
gboolean bh_query_find_run (BhDb *db, const char *run_id, gint64 *run, GError **error);
/* The byte counts of an open row follow from its deltas; the stored record may be behind. */
gboolean bh_query_complete_row (BhDb *db, gint64 run, BhRow *row, GError **error);
/* Every row that is `live` (1: open, 2: a message on its way). (element-type BhRow) */
GPtrArray *bh_query_live_rows (BhDb *db, gint64 run, gint64 live, GError **error);
/* The question sets or messages of a Run, oldest first, as a statement's JSON column decoded by the caller's
 * codec. NULL on an error. */
GPtrArray *bh_query_records (BhDb *db,
                             sqlite3_stmt *statement,
                             gpointer (*decode) (JsonNode *, GError **),
                             GDestroyNotify free_func,
                             GError **error);
/* Where output may be cut: offsets at which a chunk of the row's result begins, some apart. (element-type
 * guint64) */
GArray *bh_query_boundaries (BhDb *db, gint64 run, const BhRow *row, GError **error);

/* What a person types, as an FTS5 query in which nothing of it is syntax: all words must occur, the last may
 * be the beginning of one. NULL if there is no word in it. (transfer full) */
char *bh_search_to_fts (const char *text);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/runs/bh-journal.h"
#include "coordinator/store/bh-store-private.h"

/* A folder of its own for each test. (transfer full): remove_folder() */
char *make_folder (void);
void remove_folder (char *folder);

/* Runs the main context until the future (transfer full) is settled. */
gboolean settle (DexFuture *future, GError **error);
/* The same; what it resolved to, as a reference, or NULL. */
gpointer settle_boxed (DexFuture *future, GError **error);
void settle_ok (DexFuture *future);
/* It must reject with this. */
void settle_error (DexFuture *future, BhError code);

BhStore *open_store (const char *folder);
void close_store (BhStore *store);
/* Closes it when no journal holds it any more, and removes its folder. */
void remove_store (BhStore *store, char *folder);

/* For tests with nothing else. */
typedef struct
{
  char *folder;
  BhStore *store;
} StoreFixture;
void store_set_up (StoreFixture *fixture, gconstpointer data);
void store_tear_down (StoreFixture *fixture, gconstpointer data);

BhRun *make_run (const char *name, const char *instructions);
/* A Run with a journal, created and committed. */
BhJournal *create_run (BhStore *store, const char *name, const char *instructions);
/* As after a restart of the coordinator: in place of the journal, which nothing else may hold, there is one
 * of what was committed. */
void reload_run (BhStore *store, BhJournal **journal);
BhRow *make_row (BhRowKind kind, BhRowState state, const char *title);
/* An event of kind "row" that nothing belongs to. */
BhEvent *make_event (guint64 seq);

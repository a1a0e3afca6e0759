/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "client/bh-run-item-private.h"
#include "client/bh-run-list.h"

G_BEGIN_DECLS

typedef struct
{
  BhRunItem *item;
  GSequenceIter *iter; /* NULL: hidden */
  BhSection section;   /* as it was told last */
} BhRunEntry;

/* How far a search has come with one coordinator. */
typedef struct
{
  GPtrArray *ids;  /* of all that it has found, as it listed them */
  GHashTable *set; /* the same */
  gboolean has_more;
} BhRunFound;
void bh_run_found_free (BhRunFound *self);

/* What bh-run-list*.c share. */
struct _BhRunList
{
  GObject parent_instance;

  BhConnections *connections;
  GPtrArray *followed; /* BhConnection, those whose signals are connected */
  GHashTable *entries; /* "connection\nrun" → BhRunEntry */
  GSequence *sequence; /* BhRunEntry, in order; not those hidden */
  BhDays days;
  guint day_source;
  guint n_loading;
  gboolean has_more;
  gboolean loading;

  gboolean searches; /* made for searches */
  char *query;       /* (nullable) */
  guint states;
  guint search;      /* number of the search that is the last */
  GHashTable *found; /* BhConnection (borrowed) → BhRunFound, those that have answered it */
  char *error;       /* (nullable) */
};

/* (transfer full) */
char *bh_run_list_key (BhConnection *connection, const char *run_id);
/* (nullable) */
BhRunEntry *bh_run_list_entry (BhRunList *self, BhConnection *connection, const char *run_id);
/* Out of sight and back; nothing if it is so already. */
void bh_run_list_take_out (BhRunList *self, BhRunEntry *entry);
void bh_run_list_put_in (BhRunList *self, BhRunEntry *entry);
/* BhRunItem of one connection, in any order; those that it has already, also hidden ones, are left out. */
void bh_run_list_add (BhRunList *self, BhConnection *connection, GPtrArray *items);
/* Whether that coordinator has more than is in the list. */
gboolean bh_run_list_has_more_of (BhRunList *self, BhConnection *connection);
/* In one splice: these (BhRunItem, in any order) are the list now. Those hidden stay hidden. */
void bh_run_list_replace (BhRunList *self, GPtrArray *items);
/* Whether a Run belongs to the list whose states it may have. */
gboolean bh_run_list_wants (BhRunList *self, const BhRun *run);
void bh_run_list_update_flags (BhRunList *self);
void bh_run_list_set_error (BhRunList *self, const char *error);

G_END_DECLS

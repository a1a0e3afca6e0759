/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The Runs that are in memory, by id. An actor is held by those who use it, not by the table: it goes when
 * nobody does. At most one open actor of a Run exists, so there is one writer of its journal. */

#include "coordinator/runs/bh-run-actor.h"

G_BEGIN_DECLS

BhRunTable *bh_run_table_new (const BhRunContext *context);
void bh_run_table_free (BhRunTable *self);

/* Resolves the Run's open BhRunActor, loading it if need be; waits for one that is closing.
 * BH_ERROR_RUN_NOT_FOUND. */
DexFuture *bh_run_table_get (BhRunTable *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* A Run that has just been made. */
void bh_run_table_add (BhRunTable *self, BhRunActor *actor);
/* From now on this Run is not found, and nothing is written about it. FALSE: it is being deleted already. */
gboolean bh_run_table_begin_delete (BhRunTable *self, const char *run_id);
/* It could not be deleted after all. */
void bh_run_table_abort_delete (BhRunTable *self, const char *run_id);
gboolean bh_run_table_is_deleting (BhRunTable *self, const char *run_id);

/* By drivers. While one runs the table holds it; an engine may be at work until its end, also when its actor
 * is closed. */
void bh_run_table_driver_started (BhRunTable *self, BhRunActor *actor);
void bh_run_table_driver_ended (BhRunTable *self, BhRunActor *actor);
guint bh_run_table_count_active (BhRunTable *self);
/* (transfer full) ids of the boxes of Runs that are at work */
GHashTable *bh_run_table_active_boxes (BhRunTable *self);
/* Resolves TRUE once no driver of that Run is running any more. */
DexFuture *bh_run_table_at_rest (BhRunTable *self, const char *run_id) G_GNUC_WARN_UNUSED_RESULT;
/* Every driver lets go (shutdown), or those whose journal did not reach the disk. */
void bh_run_table_let_go (BhRunTable *self, gboolean broken_only);

/* The box of a Run that ended, kept: when it ends, the Run's record says so. */
void bh_run_table_watch_box (BhRunTable *self, const char *run_id, BhBox *box);

G_END_DECLS

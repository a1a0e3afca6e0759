/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Who may have a running DevBox on which worker: the limit of each worker, and the queue before it, oldest
 * Run first. Counted are the Runs at work; a box that is kept after its Run ended takes no slot, nothing
 * works in it. */

#include <libdex.h>

G_BEGIN_DECLS

#define BH_TYPE_SLOTS (bh_slots_get_type ())
G_DECLARE_FINAL_TYPE (BhSlots, bh_slots, BH, SLOTS, GObject)

/* How many Runs a worker takes: 0 = as many as come, -1 = none now. */
typedef int (*BhSlotsLimit) (const char *worker, gpointer data);
/* A waiting Run has this place in the queue now, from 1. */
typedef void (*BhSlotsMoved) (guint position, gpointer data);

/* Lets nobody in before bh_slots_open(): first those who have a box already are to be counted. */
BhSlots *bh_slots_new (BhSlotsLimit limit, gpointer data);
void bh_slots_open (BhSlots *self);

/* Resolves TRUE once the slot is taken; rejects with BH_ERROR_RUN_NOT_ACTIVE when it is given back before.
 * `since` orders the queue. `moved` is called whenever the place changes, never before this function
 * returned. */
DexFuture *bh_slots_wait (BhSlots *self,
                          const char *worker,
                          const char *run_id,
                          gint64 since,
                          BhSlotsMoved moved,
                          gpointer moved_data) G_GNUC_WARN_UNUSED_RESULT;
/* Counts a Run that has its box already. */
void bh_slots_take (BhSlots *self, const char *worker, const char *run_id);
/* Gives back the slot or the place in the queue. Idempotent. */
void bh_slots_release (BhSlots *self, const char *run_id);
/* A limit may have changed. */
void bh_slots_update (BhSlots *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Takes one Run from where the database says it is to its end: finds a place, waits for a slot, launches the
 * DevBox, finds the engine, lets it work, takes its verdict. One fiber; every step is committed before the
 * next one is taken, and begun again after a restart. It is the engine's host. */

#include "coordinator/runs/bh-run-actor.h"

G_BEGIN_DECLS

#define BH_TYPE_RUN_DRIVER (bh_run_driver_get_type ())
G_DECLARE_FINAL_TYPE (BhRunDriver, bh_run_driver, BH, RUN_DRIVER, GObject)

BhRunDriver *bh_run_driver_new (BhRunActor *actor);
/* `box` (nullable): the Run's box if it is at hand. The driver keeps itself alive until the end. */
void bh_run_driver_start (BhRunDriver *self, BhBox *box);
/* An engine is at work. */
gboolean bh_run_driver_is_working (BhRunDriver *self);
void bh_run_driver_interrupt (BhRunDriver *self);
/* The actor is closed: what the box's programs open from now on is for the next driver. */
void bh_run_driver_leave_box (BhRunDriver *self);

G_END_DECLS

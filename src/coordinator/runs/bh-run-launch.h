/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The way of a Run to its DevBox and engine, each step restartable. To be called from the driver's fiber. */

#include "coordinator/runs/bh-run-actor.h"

G_BEGIN_DECLS

/* Place and slot: from queued (or needs you, by the question where to run) to launching, the box's id
 * persisted. */
gboolean bh_run_launch_prepare (BhRunActor *actor, GError **error);
/* Makes the box whose id is in the Run's record, or finds it. (transfer full); told: what the step is to say
 * about it. */
BhBox *bh_run_launch (BhRunActor *actor, char **told, GError **error);
/* Finds the engine, ends the step; the Run is running. */
gboolean bh_run_launch_finish (BhRunActor *actor, BhBox *box, const char *told, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The person's own sign-in to an engine, let into a Run's DevBox with their consent. */

#include "coordinator/runs/bh-run-actor.h"

G_BEGIN_DECLS

typedef enum
{
  BH_SIGN_IN_FAILED, /* with error */
  BH_SIGN_IN_REFUSED,
  BH_SIGN_IN_LET_IN,
} BhSignInOutcome;

/* Asks where that has to be asked, for hours maybe, and copies what is allowed. What was allowed for this Run
 * is in its state from then on. Fibers only. */
BhSignInOutcome bh_run_sign_in (BhRunActor *actor, BhBox *box, const char *engine, GError **error);
/* The question that was open when the coordinator ended: goes on with it. TRUE: there is none any more. */
gboolean bh_run_sign_in_resume (BhRunActor *actor, BhBox *box, GError **error);
/* If that is being asked, it is not any more: bh_run_sign_in() fails with BH_ERROR_QUESTION_CLOSED. */
void bh_run_sign_in_call_off (BhRunActor *actor);
/* Stages that nothing is being asked: its questions are withdrawn. */
void bh_run_sign_in_run_ended (BhRunActor *actor);

/* (transfer full) (nullable) what the launch step says of it */
char *bh_run_sign_in_told (BhRunActor *actor, const char *engine);

/* Before each start of the engine: what was let in is brought to what it is at home now. Resolves TRUE, at
 * once for an engine that was let in nothing. */
DexFuture *bh_run_sign_in_refresh (BhRunActor *actor, const char *engine) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

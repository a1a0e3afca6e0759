/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One Run in memory: its journal, questions and messages, and its driver while it is at work. Made from the
 * store on demand, by the table; gone when nobody holds it. An actor's life ends with its journal's: at the
 * end of a Run, or when a commit failed, it is closed, and the next one is made from the store. */

#include "coordinator/questions/bh-questions.h"
#include "coordinator/runs/bh-delegations.h"
#include "coordinator/runs/bh-inbox.h"
#include "coordinator/runs/bh-keep.h"
#include "coordinator/runs/bh-run-context.h"
#include "coordinator/runs/bh-state-machine.h"

G_BEGIN_DECLS

#define BH_TYPE_RUN_ACTOR (bh_run_actor_get_type ())
G_DECLARE_FINAL_TYPE (BhRunActor, bh_run_actor, BH, RUN_ACTOR, GObject)

typedef struct _BhRunDriver BhRunDriver;

/* Keys of a Run's state that more than one file knows. */
#define BH_STATE_END_BOX "end.box" /* BhEnding: what is still to be done to the box */
#define BH_STATE_PLACE_WORKER "place.worker"
#define BH_STATE_PLACE_IMAGE "place.image"
#define BH_STATE_PLACE_WHY "place.why"
#define BH_STATE_LAUNCH_ROW "launch.row"
#define BH_STATE_KEYS "keys" /* stored keys that its engines were given: NAME@PLACE, with spaces between */

/* From the store. */
BhRunActor *bh_run_actor_new_for_bundle (const BhRunContext *context, BhRunBundle *bundle);
/* A Run that is just being created: staged, to be committed by the caller. */
BhRunActor *bh_run_actor_new_for_request (const BhRunContext *context,
                                          BhRun *run,
                                          GHashTable *env,
                                          const char *network,
                                          const char *idempotency_key,
                                          const char *request_digest);

const BhRunContext *bh_run_actor_get_context (BhRunActor *self);
const char *bh_run_actor_get_id (BhRunActor *self);
BhRun *bh_run_actor_get_run (BhRunActor *self);
BhJournal *bh_run_actor_get_journal (BhRunActor *self);
BhQuestions *bh_run_actor_get_questions (BhRunActor *self);
BhInbox *bh_run_actor_get_inbox (BhRunActor *self);
BhDelegations *bh_run_actor_get_delegations (BhRunActor *self);
GHashTable *bh_run_actor_get_env (BhRunActor *self);
const char *bh_run_actor_get_network (BhRunActor *self);
/* Set by the driver itself, for as long as it works. */
void bh_run_actor_set_driver (BhRunActor *self, BhRunDriver *driver);
BhRunDriver *bh_run_actor_get_driver (BhRunActor *self); /* (nullable) (transfer none) */

/* TRUE: nothing can be staged any more. */
gboolean bh_run_actor_is_closed (BhRunActor *self);
/* The same for fibers, after each wait: FALSE with error. */
gboolean bh_run_actor_check_open (BhRunActor *self, GError **error);
/* It was closed because the person stopped the Run. */
gboolean bh_run_actor_was_stopped (BhRunActor *self);
/* Resolves TRUE when the actor is closed. A promise: safe in a future set. */
DexFuture *bh_run_actor_closed (BhRunActor *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE once it is closed and its last commit is done: the store says all there is to say. */
DexFuture *bh_run_actor_settled (BhRunActor *self) G_GNUC_WARN_UNUSED_RESULT;
/* Nothing is stored, nobody is told that the Run ended: on shutdown, and when the database failed. */
void bh_run_actor_let_go (BhRunActor *self, const GError *why);

/* --- what a person does to it; each resolves after the change is on the disk --- */
DexFuture *bh_run_actor_rename (BhRunActor *self, const char *name) G_GNUC_WARN_UNUSED_RESULT; /* BhRun */
/* Of a Run at work. */
DexFuture *bh_run_actor_post (BhRunActor *self, const char *text, gboolean interrupt, const char *by)
    G_GNUC_WARN_UNUSED_RESULT; /* BhMessage */
/* Of a Run that ended: it works again, in `box`. */
DexFuture *bh_run_actor_continue (BhRunActor *self, BhBox *box, const char *text, const char *by)
    G_GNUC_WARN_UNUSED_RESULT; /* BhMessage */
DexFuture *bh_run_actor_withdraw (BhRunActor *self,
                                  const char *message_id) G_GNUC_WARN_UNUSED_RESULT; /* BhMessage */
DexFuture *bh_run_actor_answer (BhRunActor *self,
                                JsonNode *body,
                                const char *by) G_GNUC_WARN_UNUSED_RESULT; /* BhQuestionSet */
/* A terminal Run is left as it is. Closes the actor. */
DexFuture *bh_run_actor_stop (BhRunActor *self, const char *by) G_GNUC_WARN_UNUSED_RESULT; /* BhRun */

/* How a Run came to its end. */
typedef struct
{
  BhRunEvent event;
  const char *status;    /* (nullable) a status row first */
  gboolean report;       /* a step `report job result` */
  const char *summary;   /* (nullable) */
  const char *reason;    /* (nullable) */
  const char *box_state; /* (nullable) "gone" or "stopped": the end of the box is the end of the Run */
  gboolean quiet;        /* what runs in a box that is kept is ended: nobody will listen to it */
} BhRunEnd;
/* Stages the end, commits it synced, closes the actor. Resolves the BhRun. What is to be done to the box is
 * remembered in the Run's state, and begun after the commit. */
DexFuture *bh_run_actor_end (BhRunActor *self, const BhRunEnd *end) G_GNUC_WARN_UNUSED_RESULT;

/* The box of this Run is being ended: FALSE if somebody is at it already. Who wants to continue the Run
 * waits. */
gboolean bh_run_actor_begin_ending (BhRunActor *self);
void bh_run_actor_finish_ending (BhRunActor *self);
/* Resolves TRUE when the box is not being ended (any more). */
DexFuture *bh_run_actor_box_settled (BhRunActor *self) G_GNUC_WARN_UNUSED_RESULT;
/* The box of a Run at rest has ended, or was ended: its record says so. BhRun */
DexFuture *bh_run_actor_set_box_state (BhRunActor *self, const char *state) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-run-actor.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "coordinator/runs/bh-box-ending.h"
#include "coordinator/runs/bh-run-driver.h"
#include "coordinator/runs/bh-run-sign-in.h"
#include "coordinator/runs/bh-run-table.h"
#include "coordinator/runs/bh-staging.h"

struct _BhRunActor
{
  GObject parent;
  const BhRunContext *context; /* borrowed */
  BhRunDriver *driver;         /* borrowed: its fiber holds it, and it holds us */
  BhJournal *journal;
  BhQuestions *questions;
  BhInbox *inbox;
  BhDelegations *delegations;
  GHashTable *env;
  char *network;
  DexPromise *closed;
  DexPromise *settled;
  DexPromise *ending; /* (nullable) while the box is being ended */
  gboolean stopped;
};

G_DEFINE_FINAL_TYPE (BhRunActor, bh_run_actor, G_TYPE_OBJECT)

static void
bh_run_actor_finalize (GObject *object)
{
  BhRunActor *self = BH_RUN_ACTOR (object);

  g_object_unref (self->delegations);
  g_object_unref (self->inbox);
  g_object_unref (self->questions);
  g_object_unref (self->journal);
  g_clear_pointer (&self->env, g_hash_table_unref);
  g_free (self->network);
  dex_unref (self->closed);
  dex_unref (self->settled);
  dex_clear (&self->ending);
  G_OBJECT_CLASS (bh_run_actor_parent_class)->finalize (object);
}

static void
bh_run_actor_class_init (BhRunActorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_run_actor_finalize;
}

static void
bh_run_actor_init (BhRunActor *self)
{
  self->closed = dex_promise_new ();
  self->settled = dex_promise_new ();
}

/* Also without the line break that a file's contents end with: programs take it away. */
static void
hide_value (BhRunActor *self, const char *value)
{
  g_autofree char *stripped = g_strstrip (g_strdup (value));

  bh_journal_hide (self->journal, value);
  if (!g_str_equal (stripped, value))
    bh_journal_hide (self->journal, stripped);
}

/* The API keys among its variables: whatever runs in the box has them. */
static void
hide_env (BhRunActor *self)
{
  const char *const *names =
      self->context->engines != NULL ? bh_engines_get_key_names (self->context->engines) : NULL;

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      const char *value = g_hash_table_lookup (self->env, names[i]);

      if (value != NULL)
        hide_value (self, value);
    }
}

/* Takes journal. */
static BhRunActor *
actor_new (
    const BhRunContext *context, BhJournal *journal, GHashTable *env, const char *network, GPtrArray *open)
{
  BhRunActor *self = g_object_new (BH_TYPE_RUN_ACTOR, NULL);

  self->context = context;
  self->journal = journal;
  self->questions = bh_questions_new (context->store, journal, open);
  self->inbox = bh_inbox_new (journal);
  self->delegations = bh_delegations_new (journal);
  self->env = env != NULL ? g_hash_table_ref (env) : g_hash_table_new (g_str_hash, g_str_equal);
  self->network = g_strdup (network != NULL ? network : "open");
  hide_env (self);
  return self;
}

BhRunActor *
bh_run_actor_new_for_bundle (const BhRunContext *context, BhRunBundle *bundle)
{
  BhRunActor *self = actor_new (context, bh_journal_new_for_bundle (context->store, bundle), bundle->env,
                                bundle->network, bundle->open_questions);

  for (guint i = 0; i < bundle->messages->len; i++)
    bh_inbox_add (self->inbox, g_ptr_array_index (bundle->messages, i));
  return self;
}

BhRunActor *
bh_run_actor_new_for_request (const BhRunContext *context,
                              BhRun *run,
                              GHashTable *env,
                              const char *network,
                              const char *idempotency_key,
                              const char *request_digest)
{
  BhRunActor *self = actor_new (context, bh_journal_new (context->store, run), env, network, NULL);

  bh_journal_create (self->journal, self->env, self->network, idempotency_key, request_digest);
  bh_staging_text (self->journal, BH_ROW_MESSAGE, BH_ROW_TAKEN_UP, "you", run->instructions);
  bh_journal_put_run (self->journal, bh_run_copy (bh_journal_get_run (self->journal)));
  return self;
}

const BhRunContext *
bh_run_actor_get_context (BhRunActor *self)
{
  return self->context;
}

const char *
bh_run_actor_get_id (BhRunActor *self)
{
  return bh_journal_get_run_id (self->journal);
}

BhRun *
bh_run_actor_get_run (BhRunActor *self)
{
  return bh_journal_get_run (self->journal);
}

BhJournal *
bh_run_actor_get_journal (BhRunActor *self)
{
  return self->journal;
}

BhQuestions *
bh_run_actor_get_questions (BhRunActor *self)
{
  return self->questions;
}

BhInbox *
bh_run_actor_get_inbox (BhRunActor *self)
{
  return self->inbox;
}

BhDelegations *
bh_run_actor_get_delegations (BhRunActor *self)
{
  return self->delegations;
}

GHashTable *
bh_run_actor_get_env (BhRunActor *self)
{
  return self->env;
}

const char *
bh_run_actor_get_network (BhRunActor *self)
{
  return self->network;
}

void
bh_run_actor_set_driver (BhRunActor *self, BhRunDriver *driver)
{
  g_return_if_fail (BH_IS_RUN_ACTOR (self));

  self->driver = driver;
}

BhRunDriver *
bh_run_actor_get_driver (BhRunActor *self)
{
  return self->driver;
}

/* --- the life of the actor --- */

gboolean
bh_run_actor_is_closed (BhRunActor *self)
{
  return !dex_future_is_pending (DEX_FUTURE (self->closed));
}

/* The journal is closed with it. */
gboolean
bh_run_actor_check_open (BhRunActor *self, GError **error)
{
  g_return_val_if_fail (BH_IS_RUN_ACTOR (self), FALSE);
  return bh_journal_check_open (self->journal, error);
}

gboolean
bh_run_actor_was_stopped (BhRunActor *self)
{
  return self->stopped;
}

DexFuture *
bh_run_actor_closed (BhRunActor *self)
{
  return dex_ref (DEX_FUTURE (self->closed));
}

DexFuture *
bh_run_actor_settled (BhRunActor *self)
{
  return dex_ref (DEX_FUTURE (self->settled));
}

/* The engine's fiber is not cancelled: libdex 0.10 loses track of a fiber that is discarded while what it
 * awaits completes. It finds its journal closed at its next commit, and ends. */
static void
close_actor (BhRunActor *self, const GError *why)
{
  g_autoptr (BhRunActor) alive = g_object_ref (self);

  if (bh_run_actor_is_closed (self))
    return;
  if (self->driver != NULL)
    bh_run_driver_leave_box (self->driver);
  bh_journal_close (self->journal);
  dex_promise_resolve_boolean (self->closed, TRUE);
  bh_questions_close (self->questions, why);
  bh_delegations_close (self->delegations, why);
  bh_slots_release (self->context->slots, bh_run_actor_get_id (self));
}

static void
settle (BhRunActor *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->settled)))
    dex_promise_resolve_boolean (self->settled, TRUE);
}

void
bh_run_actor_let_go (BhRunActor *self, const GError *why)
{
  g_autoptr (GError) reason = NULL;

  g_return_if_fail (BH_IS_RUN_ACTOR (self));

  reason = why != NULL
               ? g_error_copy (why)
               : bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "The coordinator has let go of the Run.");
  close_actor (self, reason);
  settle (self);
}

/* --- commits that a person waits for --- */

typedef struct
{
  BhRunActor *self;
  gpointer record;
  GType type;
} Commit;

static void
commit_free (gpointer data)
{
  Commit *commit = data;

  g_object_unref (commit->self);
  if (commit->record != NULL)
    g_boxed_free (commit->type, commit->record);
  g_free (commit);
}

static DexFuture *
committed_cb (DexFuture *future, gpointer data)
{
  Commit *commit = data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    {
      bh_run_actor_let_go (commit->self, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return dex_future_new_take_boxed (commit->type, g_steal_pointer (&commit->record));
}

/* Commits what is staged and resolves `record` (taken) once it is on the disk. */
static DexFuture *
commit_synced (BhRunActor *self, GType type, gpointer record)
{
  Commit *commit = g_new0 (Commit, 1);

  commit->self = g_object_ref (self);
  commit->record = record;
  commit->type = type;
  return dex_future_finally (bh_journal_commit (self->journal, BH_SYNCED), committed_cb, commit, commit_free);
}

static DexFuture *
refuse_closed (void)
{
  return dex_future_new_for_error (
      bh_error_new (BH_ERROR_UNAVAILABLE, NULL, "The Run is being taken up again. Try again in a moment."));
}

DexFuture *
bh_run_actor_rename (BhRunActor *self, const char *name)
{
  BhRun *run;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  run = bh_run_copy (bh_run_actor_get_run (self));
  g_free (run->name);
  run->name = g_strdup (name);
  bh_journal_put_run (self->journal, run);
  return commit_synced (self, BH_TYPE_RUN, bh_run_copy (bh_run_actor_get_run (self)));
}

static DexFuture *
interrupt_cb (DexFuture *future, gpointer data)
{
  BhRunActor *self = data;

  if (self->driver != NULL)
    bh_run_driver_interrupt (self->driver);
  return dex_ref (future);
}

DexFuture *
bh_run_actor_post (BhRunActor *self, const char *text, gboolean interrupt, const char *by)
{
  g_autofree char *status = NULL;
  BhMessage *message;
  DexFuture *future;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  if (interrupt && self->driver != NULL && bh_run_driver_is_working (self->driver))
    {
      status = g_strdup_printf ("Interrupted by %s", by);
      bh_staging_status (self->journal, status);
    }
  message = bh_inbox_post (self->inbox, text, interrupt, by);
  future = commit_synced (self, BH_TYPE_MESSAGE, message);
  if (interrupt)
    future = dex_future_then (future, interrupt_cb, g_object_ref (self), g_object_unref);
  return future;
}

DexFuture *
bh_run_actor_continue (BhRunActor *self, BhBox *box, const char *text, const char *by)
{
  g_autoptr (BhRunDriver) driver = NULL;
  g_autofree char *status = NULL;
  GError *error = NULL;
  BhMessage *message;
  BhRun *run;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  dex_return_error_if_fail (BH_IS_BOX (box));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  run = bh_staging_event (self->journal, BH_EVENT_CONTINUE, &error);
  if (run == NULL)
    return dex_future_new_for_error (error);
  status = g_strdup_printf ("Continued by %s", by);
  bh_staging_status (self->journal, status);
  message = bh_inbox_post (self->inbox, text, FALSE, by);
  run->turns++;
  run->completed_at = 0;
  run->can_continue = FALSE;
  g_clear_pointer (&run->reason, g_free);
  g_clear_pointer (&run->summary, g_free);
  g_free (run->current);
  run->current = bh_staging_line (text);
  bh_journal_put_run (self->journal, run);
  driver = bh_run_driver_new (self);
  bh_run_driver_start (driver, box);
  return commit_synced (self, BH_TYPE_MESSAGE, message);
}

DexFuture *
bh_run_actor_withdraw (BhRunActor *self, const char *message_id)
{
  GError *error = NULL;
  BhMessage *message;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  message = bh_inbox_withdraw (self->inbox, message_id, &error);
  if (message == NULL)
    return dex_future_new_for_error (error);
  return commit_synced (self, BH_TYPE_MESSAGE, message);
}

/* Refused answers change nothing; only a failed commit breaks the journal. */
static DexFuture *
answer_failed_cb (DexFuture *future, gpointer data)
{
  BhRunActor *self = data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (bh_journal_is_broken (self->journal))
    bh_run_actor_let_go (self, error);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
bh_run_actor_answer (BhRunActor *self, JsonNode *body, const char *by)
{
  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  return dex_future_catch (bh_questions_answer (self->questions, body, by), answer_failed_cb,
                           g_object_ref (self), g_object_unref);
}

/* --- the end of a Run --- */

static void
stage_end (BhRunActor *self, const BhRunEnd *end, BhRun *run)
{
  BhEnding ending = BH_ENDING_NONE;
  g_autoptr (BhStateView) states = bh_state_view_new (self->journal, NULL);

  bh_questions_withdraw (self->questions);
  bh_mcp_run_ended (states);
  bh_run_sign_in_run_ended (self);
  bh_delegation_run_ended (self->journal);
  bh_inbox_withdraw_all (self->inbox);
  bh_staging_close_rows (self->journal);
  if (end->status != NULL)
    bh_staging_status (self->journal, end->status);
  if (end->report)
    bh_staging_report (self->journal, run->engine_used != NULL ? run->engine_used : "bellhop", run->state,
                       end->summary, end->reason);
  run->completed_at = g_get_real_time ();
  run->position = 0;
  g_free (run->reason);
  run->reason = g_strdup (end->reason);
  g_free (run->summary);
  run->summary = g_strdup (end->summary);
  g_free (run->current);
  run->current = bh_staging_line (end->summary != NULL  ? end->summary
                                  : end->reason != NULL ? end->reason
                                                        : "");
  if (end->box_state != NULL && run->box_id != NULL)
    {
      g_free (run->box_state);
      run->box_state = g_strdup (end->box_state);
    }
  else if (run->box_id != NULL)
    ending = bh_keep_ending (run->keep, run->state);
  if (ending == BH_ENDING_NONE && end->quiet && end->box_state == NULL && run->box_id != NULL)
    ending = BH_ENDING_QUIET;
  run->can_continue =
      run->box_id != NULL && end->box_state == NULL && run->engine_used != NULL && run->keep == BH_KEEP_KEEP;
  bh_journal_set_state (self->journal, BH_STATE_END_BOX, bh_ending_to_string (ending));
  bh_journal_put_run (self->journal, run);
}

/* Now that the end is on the disk, the box is dealt with. */
static DexFuture *
ended_cb (DexFuture *future, gpointer data)
{
  BhRunActor *self = data;
  BhRun *run = bh_run_actor_get_run (self);

  settle (self);
  if (dex_future_is_resolved (future) && bh_journal_get_state (self->journal, BH_STATE_END_BOX) != NULL)
    bh_box_ending_begin (self->context, run->id);
  return dex_ref (future);
}

DexFuture *
bh_run_actor_end (BhRunActor *self, const BhRunEnd *end)
{
  GError *error = NULL;
  DexFuture *future;
  BhRun *run;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  run = bh_staging_event (self->journal, end->event, &error);
  if (run == NULL)
    return dex_future_new_for_error (error);
  stage_end (self, end, run);
  self->stopped = end->event == BH_EVENT_STOP;
  future = commit_synced (self, BH_TYPE_RUN, bh_run_copy (bh_run_actor_get_run (self)));
  close_actor (self, NULL);
  return dex_future_finally (future, ended_cb, g_object_ref (self), g_object_unref);
}

DexFuture *
bh_run_actor_stop (BhRunActor *self, const char *by)
{
  g_autofree char *status = NULL;
  BhRun *run;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  run = bh_run_actor_get_run (self);
  if (bh_run_state_is_terminal (run->state))
    return dex_future_new_take_boxed (BH_TYPE_RUN, bh_run_copy (run));
  status = g_strdup_printf ("Stopped by %s", by);
  return bh_run_actor_end (self, &(BhRunEnd) { .event = BH_EVENT_STOP, .status = status, .reason = status });
}

gboolean
bh_run_actor_begin_ending (BhRunActor *self)
{
  g_return_val_if_fail (BH_IS_RUN_ACTOR (self), FALSE);

  if (self->ending != NULL)
    return FALSE;
  self->ending = dex_promise_new ();
  return TRUE;
}

void
bh_run_actor_finish_ending (BhRunActor *self)
{
  g_autoptr (DexPromise) ending = g_steal_pointer (&self->ending);

  g_return_if_fail (ending != NULL);
  dex_promise_resolve_boolean (ending, TRUE);
}

DexFuture *
bh_run_actor_box_settled (BhRunActor *self)
{
  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));

  return self->ending != NULL ? dex_ref (DEX_FUTURE (self->ending)) : dex_future_new_for_boolean (TRUE);
}

DexFuture *
bh_run_actor_set_box_state (BhRunActor *self, const char *state)
{
  BhRun *run;

  dex_return_error_if_fail (BH_IS_RUN_ACTOR (self));
  if (bh_run_actor_is_closed (self))
    return refuse_closed ();

  run = bh_run_copy (bh_run_actor_get_run (self));
  g_free (run->box_state);
  run->box_state = g_strdup (state);
  run->can_continue = run->can_continue && g_str_equal (state, "running");
  bh_journal_set_state (self->journal, BH_STATE_END_BOX, NULL);
  bh_journal_put_run (self->journal, run);
  return commit_synced (self, BH_TYPE_RUN, bh_run_copy (bh_run_actor_get_run (self)));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/bh-coordinator-private.h"
#include "coordinator/runs/bh-box-ending.h"
#include "protocol/bh-text.h"

/* What is done to Runs that exist. Each is a fiber: find the Run, change it, wait for the disk. */

/* How often a Run that changes hands is looked up again. */
#define FIND_TRIES 8
#define NAME_MAX_BYTES 200
/* How long a message waits for the box's worker to say whether the box is there. */
#define OPEN_MS 10000

typedef struct
{
  BhCoordinator *self;
  char *run_id;
  char *text; /* name, text or message id */
  char *by;
  gboolean interrupt;
  JsonNode *body;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->self);
  g_free (call->run_id);
  g_free (call->text);
  g_free (call->by);
  g_clear_pointer (&call->body, json_node_unref);
  g_free (call);
}

static Call *
call_new (BhCoordinator *self, const char *run_id, const char *text, const char *by)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->run_id = g_strdup (run_id);
  call->text = g_strdup (text);
  call->by = g_strdup (by);
  return call;
}

/* The Run's actor; NULL with error. */
static BhRunActor *
find (Call *call, GError **error)
{
  if (call->self->shutting_down)
    {
      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL,
                    "The coordinator is shutting down. Try again in a moment.");
      return NULL;
    }
  for (guint tries = 0; tries < FIND_TRIES; tries++)
    {
      g_autoptr (BhRunActor) actor =
          dex_await_object (bh_run_table_get (call->self->context.table, call->run_id), error);

      if (actor == NULL)
        return NULL;
      /* it was open when it was found, and the Run may have ended before it was this fiber's turn */
      if (!bh_run_actor_is_closed (actor))
        return g_steal_pointer (&actor);
    }
  bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL, "The Run is being taken up again. Try again in a moment.");
  return NULL;
}

/* The future's result, which the actor outlives. */
static DexFuture *
finish (DexFuture *future)
{
  GError *error = NULL;

  if (!dex_await (dex_ref (future), &error))
    {
      dex_unref (future);
      return dex_future_new_for_error (error);
    }
  return future;
}

static DexFuture *
rename_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autoptr (BhRunActor) actor = find (call, &error);

  if (actor == NULL)
    return dex_future_new_for_error (error);
  return finish (bh_run_actor_rename (actor, call->text));
}

DexFuture *
bh_coordinator_rename_run (BhCoordinator *self, const char *run_id, const char *name)
{
  g_autofree char *line = NULL;

  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (run_id != NULL && name != NULL);

  line = g_strstrip (bh_text_one_line (name, NAME_MAX_BYTES));
  if (*line == '\0')
    return dex_future_new_for_error (bh_error_new (BH_ERROR_INVALID_FIELD, "name", "A Run needs a name."));
  return bh_coordinator_spawn (rename_fiber, call_new (self, run_id, line, NULL), call_free);
}

/* --- messages --- */

static GError *
gone_error (const BhRun *run)
{
  return bh_error_new (BH_ERROR_DEVBOX_GONE, NULL,
                       "The DevBox of “%s” has ended, so the Run cannot be continued. Start a new Run.",
                       run->name);
}

static gboolean
check_continue (const BhRun *run, GError **error)
{
  gboolean up = run->box_id != NULL && g_strcmp0 (run->box_state, "running") == 0;

  if (up && run->can_continue)
    return TRUE;
  if (up && run->engine_used == NULL)
    bh_set_error (
        error, BH_ERROR_RUN_NOT_ACTIVE, NULL,
        "The Run ended before an engine was found, so there is nobody to continue it. Start a new Run.");
  else
    g_propagate_error (error, gone_error (run));
  return FALSE;
}

/* The box of a Run that ended; NULL with error. */
static BhBox *
open_for_continue (Call *call, BhRunActor *actor, GError **error)
{
  BhWorkers *workers = call->self->context.workers;
  const BhRun *run = bh_run_actor_get_run (actor);
  g_autoptr (BhWorkerInfo) info = bh_workers_lookup (workers, run->box_worker);
  g_autoptr (BhBox) box = NULL;
  g_autoptr (GError) local_error = NULL;

  if (info == NULL || !info->online)
    {
      bh_set_error (error, BH_ERROR_WORKER_OFFLINE, NULL,
                    "The worker “%s”, where the DevBox is, is not connected now. Start it, then send the "
                    "message again.",
                    run->box_worker);
      return NULL;
    }
  box = dex_await_object (bh_workers_open (workers, run->box_worker, run->box_id), &local_error);
  if (box != NULL && !bh_box_is_gone (box))
    return g_steal_pointer (&box);
  if (box == NULL && !g_error_matches (local_error, BH_ERROR, BH_ERROR_DEVBOX_GONE))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  g_propagate_error (error, gone_error (run));
  if (!bh_run_actor_is_closed (actor) && bh_run_state_is_terminal (run->state))
    dex_await (bh_run_actor_set_box_state (actor, "gone"), NULL);
  return NULL;
}

/* FALSE without an error: the Run works by now, it takes the message as any other. */
static gboolean
continue_run (Call *call, BhRunActor *actor, DexFuture **result, GError **error)
{
  g_autoptr (BhBox) box = NULL;

  if (!check_continue (bh_run_actor_get_run (actor), error))
    return FALSE;
  /* Who stopped it a moment ago may still be ending what runs in the box, and the engine of then may not have
   * noticed. */
  dex_await (bh_run_actor_box_settled (actor), NULL);
  dex_await (dex_future_first (bh_run_table_at_rest (call->self->context.table, call->run_id),
                               dex_timeout_new_msec (OPEN_MS), NULL),
             NULL);
  box = open_for_continue (call, actor, error);
  if (box == NULL || !bh_run_state_is_terminal (bh_run_actor_get_run (actor)->state))
    return FALSE;
  *result = finish (bh_run_actor_continue (actor, box, call->text, call->by));
  return TRUE;
}

static DexFuture *
post_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autoptr (BhRunActor) actor = NULL;
  DexFuture *result = NULL;

  /* what comes between two of its states is not the person's business: it goes to the one that follows */
  for (guint tries = 0; actor == NULL || (bh_run_actor_is_closed (actor) && tries < FIND_TRIES); tries++)
    {
      g_clear_object (&actor);
      actor = find (call, &error);
      if (actor == NULL)
        return dex_future_new_for_error (error);
      if (bh_run_state_is_terminal (bh_run_actor_get_run (actor)->state) &&
          continue_run (call, actor, &result, &error))
        return result;
      if (error != NULL)
        return dex_future_new_for_error (error);
    }
  return finish (bh_run_actor_post (actor, call->text, call->interrupt, call->by));
}

DexFuture *
bh_coordinator_post_message (
    BhCoordinator *self, const char *run_id, const char *text, gboolean interrupt, const char *by)
{
  GError *error = NULL;
  Call *call;

  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (run_id != NULL && text != NULL && by != NULL);

  if (!bh_inbox_check (text, &error))
    return dex_future_new_for_error (error);
  call = call_new (self, run_id, text, by);
  call->interrupt = interrupt;
  return bh_coordinator_spawn (post_fiber, call, call_free);
}

/* Why a message that waits no more cannot be withdrawn; a withdrawn one stays as it is. */
static DexFuture *
withdraw_late (Call *call)
{
  GError *error = NULL;
  BhMessage *message =
      dex_await_boxed (bh_store_message (call->self->context.store, call->run_id, call->text), &error);

  if (message == NULL)
    return dex_future_new_for_error (error);
  if (message->state == BH_MESSAGE_WITHDRAWN)
    return dex_future_new_take_boxed (BH_TYPE_MESSAGE, message);
  bh_message_unref (message);
  return dex_future_new_for_error (
      bh_error_new (BH_ERROR_MESSAGE_DELIVERED, NULL,
                    "The message %s was taken up already, so it cannot be withdrawn. Send another one.",
                    call->text));
}

static DexFuture *
withdraw_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autoptr (BhRunActor) actor = find (call, &error);
  DexFuture *result;

  if (actor == NULL)
    return dex_future_new_for_error (error);
  result = bh_run_actor_withdraw (actor, call->text);
  if (!dex_await (dex_ref (result), &error) && g_error_matches (error, BH_ERROR, BH_ERROR_MESSAGE_NOT_FOUND))
    {
      g_error_free (error);
      dex_unref (result);
      return withdraw_late (call);
    }
  g_clear_error (&error);
  return result;
}

DexFuture *
bh_coordinator_withdraw_message (BhCoordinator *self, const char *run_id, const char *message_id)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (run_id != NULL && message_id != NULL);

  return bh_coordinator_spawn (withdraw_fiber, call_new (self, run_id, message_id, NULL), call_free);
}

/* --- answers --- */

static DexFuture *
answer_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autoptr (BhRunActor) actor = find (call, &error);

  if (actor == NULL)
    return dex_future_new_for_error (error);
  return finish (bh_run_actor_answer (actor, call->body, call->by));
}

DexFuture *
bh_coordinator_answer (BhCoordinator *self, const char *run_id, JsonNode *body, const char *by)
{
  Call *call;

  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (run_id != NULL && body != NULL && by != NULL);

  call = call_new (self, run_id, NULL, by);
  call->body = json_node_ref (body);
  return bh_coordinator_spawn (answer_fiber, call, call_free);
}

/* --- the end --- */

static DexFuture *
stop_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autoptr (BhRunActor) actor = find (call, &error);

  if (actor == NULL)
    return dex_future_new_for_error (error);
  return finish (bh_run_actor_stop (actor, call->by));
}

DexFuture *
bh_coordinator_stop_run (BhCoordinator *self, const char *run_id, const char *by)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (run_id != NULL && by != NULL);

  return bh_coordinator_spawn (stop_fiber, call_new (self, run_id, NULL, by), call_free);
}

static gboolean
delete_run (Call *call, GError **error)
{
  BhCoordinator *self = call->self;
  g_autoptr (BhRunActor) stopping = find (call, error);
  g_autoptr (BhRunActor) actor = NULL;
  g_autoptr (BhChange) change = NULL;
  const BhRun *run;

  if (stopping == NULL || !dex_await (bh_run_actor_stop (stopping, "you"), error))
    return FALSE;
  actor = find (call, error);
  if (actor == NULL)
    return FALSE;
  if (!bh_run_table_begin_delete (self->context.table, call->run_id))
    {
      bh_set_error (error, BH_ERROR_RUN_NOT_FOUND, NULL, "There is no Run %s.", call->run_id);
      return FALSE;
    }
  run = bh_run_actor_get_run (actor);
  bh_run_actor_let_go (actor, NULL);
  if (run->box_id != NULL && !bh_removals_add (self->removals, run->box_worker, run->box_id, error))
    {
      bh_run_table_abort_delete (self->context.table, call->run_id);
      return FALSE;
    }
  change = bh_change_new (call->run_id);
  bh_change_delete_run (change);
  if (!dex_await (bh_store_commit (self->context.store, change, BH_SYNCED), error))
    {
      if (run->box_id != NULL)
        bh_removals_done (self->removals, run->box_id);
      bh_run_table_abort_delete (self->context.table, call->run_id);
      return FALSE;
    }
  if (run->box_id != NULL)
    dex_future_disown (bh_box_ending_remove (&self->context, self->removals, run->box_worker, run->box_id));
  return TRUE;
}

static DexFuture *
delete_fiber (gpointer data)
{
  GError *error = NULL;

  if (!delete_run (data, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (TRUE);
}

DexFuture *
bh_coordinator_delete_run (BhCoordinator *self, const char *run_id)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (run_id != NULL);

  return bh_coordinator_spawn (delete_fiber, call_new (self, run_id, NULL, NULL), call_free);
}

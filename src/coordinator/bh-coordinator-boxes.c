/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/bh-coordinator-private.h"

/* DevBoxes by their id alone, whether a Run has them or not. */

#define GRACE_MS 2000

typedef struct
{
  BhCoordinator *self;
  char *box_id;
  gboolean remove;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->self);
  g_free (call->box_id);
  g_free (call);
}

static Call *
call_new (BhCoordinator *self, const char *box_id, gboolean remove)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->box_id = g_strdup (box_id);
  call->remove = remove;
  return call;
}

/* The name of the worker that says it has the box. */
static char *
ask_workers (Call *call, GError **error)
{
  g_autoptr (GPtrArray) boxes = dex_await_boxed (bh_workers_boxes (call->self->context.workers), error);

  if (boxes == NULL)
    return NULL;
  for (guint i = 0; i < boxes->len; i++)
    {
      BhBoxInfo *info = g_ptr_array_index (boxes, i);

      if (g_strcmp0 (info->id, call->box_id) == 0)
        return g_strdup (info->worker);
    }
  bh_set_error (error, BH_ERROR_DEVBOX_NOT_FOUND, NULL, "No connected worker has a DevBox %s.", call->box_id);
  return NULL;
}

/* The box's worker, and its Run if it has one. */
static char *
find_box (Call *call, BhRunActor **actor, GError **error)
{
  g_autoptr (BhRun) run =
      dex_await_boxed (bh_store_run_of_box (call->self->context.store, call->box_id), NULL);

  *actor = NULL;
  if (run == NULL)
    return ask_workers (call, error);
  *actor = dex_await_object (bh_run_table_get (call->self->context.table, run->id), error);
  if (*actor == NULL)
    return NULL;
  return g_strdup (run->box_worker);
}

/* The Run says first what becomes of its box: its engine is not to wonder. Not its actor afterwards, which is
 * closed. */
static gboolean
end_run_of_box (Call *call, BhRunActor *actor, GError **error)
{
  const char *what = call->remove ? "You removed it." : "You stopped it.";
  g_autofree char *status = g_strdup_printf ("The DevBox ended: %s", what);
  g_autofree char *reason =
      g_strdup_printf ("The DevBox ended while the Run was at work: %s Start the Run again in a new DevBox.",
                       what);
  BhRunEnd end = { .event = BH_EVENT_BOX_GONE,
                   .status = status,
                   .report = TRUE,
                   .summary = reason,
                   .reason = reason,
                   .box_state = call->remove ? "gone" : "stopped" };

  return dex_await (bh_run_actor_end (actor, &end), error);
}

static gboolean
end_box (Call *call, GError **error)
{
  BhWorkers *workers = call->self->context.workers;
  g_autoptr (BhRunActor) actor = NULL;
  g_autofree char *worker = find_box (call, &actor, error);
  const char *state = call->remove ? "gone" : "stopped";
  gboolean at_work, ended;
  DexFuture *ending;

  if (worker == NULL)
    return FALSE;
  at_work = actor != NULL && !bh_run_state_is_terminal (bh_run_actor_get_run (actor)->state);
  if (at_work && !end_run_of_box (call, actor, error))
    return FALSE;
  ending = call->remove ? bh_workers_remove_box (workers, worker, call->box_id)
                        : bh_workers_stop_box (workers, worker, call->box_id, GRACE_MS);
  if (actor == NULL || at_work || !bh_run_actor_begin_ending (actor))
    return dex_await (ending, error);
  ended = dex_await (ending, error) &&
          (bh_run_actor_is_closed (actor) || dex_await (bh_run_actor_set_box_state (actor, state), error));
  bh_run_actor_finish_ending (actor);
  return ended;
}

static DexFuture *
end_fiber (gpointer data)
{
  GError *error = NULL;

  if (!end_box (data, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_boolean (TRUE);
}

DexFuture *
bh_coordinator_stop_box (BhCoordinator *self, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (box_id != NULL);

  return bh_coordinator_spawn (end_fiber, call_new (self, box_id, FALSE), call_free);
}

DexFuture *
bh_coordinator_remove_box (BhCoordinator *self, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (box_id != NULL);

  return bh_coordinator_spawn (end_fiber, call_new (self, box_id, TRUE), call_free);
}

static DexFuture *
open_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autofree char *worker = ask_workers (call, &error);
  BhBox *box;

  if (worker == NULL)
    return dex_future_new_for_error (error);
  box = dex_await_object (bh_workers_open (call->self->context.workers, worker, call->box_id), &error);
  if (box == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_object (box);
}

DexFuture *
bh_coordinator_open_box (BhCoordinator *self, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (box_id != NULL);

  return bh_coordinator_spawn (open_fiber, call_new (self, box_id, FALSE), call_free);
}

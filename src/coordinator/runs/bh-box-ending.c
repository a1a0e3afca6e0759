/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-box-ending.h"

#include <signal.h>

#include "coordinator/runs/bh-run-actor.h"
#include "coordinator/runs/bh-run-table.h"

/* From SIGTERM to SIGKILL. */
#define GRACE_MS 2000
/* Boxes of Runs older than this many are not looked for when a worker comes back; a message to one finds out.
 */
#define RECENT_RUNS 200

typedef struct
{
  const BhRunContext *context;
  BhRemovals *removals;
  char *run_id;
  char *worker;
  char *box_id;
} Ending;

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_free (ending->run_id);
  g_free (ending->worker);
  g_free (ending->box_id);
  g_free (ending);
}

/* --- the box of one Run --- */

/* Everything in the box ends, the box stays. */
static gboolean
quieten (const BhRunContext *context, const char *worker, const char *box_id, GError **error)
{
  g_autoptr (BhBox) box = dex_await_object (bh_workers_open (context->workers, worker, box_id), error);

  if (box == NULL || !dex_await (bh_box_signal_all (box, SIGTERM), error))
    return FALSE;
  /* a timeout is a rejection: there is nothing to learn from it */
  dex_await (dex_timeout_new_msec (GRACE_MS), NULL);
  return dex_await (bh_box_signal_all (box, SIGKILL), error);
}

/* The state of the box afterwards; NULL with error. */
static const char *
carry_out (
    const BhRunContext *context, BhEnding ending, const char *worker, const char *box_id, GError **error)
{
  switch (ending)
    {
    case BH_ENDING_QUIET:
      return quieten (context, worker, box_id, error) ? "running" : NULL;
    case BH_ENDING_STOP:
      return dex_await (bh_workers_stop_box (context->workers, worker, box_id, GRACE_MS), error) ? "stopped"
                                                                                                 : NULL;
    case BH_ENDING_REMOVE:
      return dex_await (bh_workers_remove_box (context->workers, worker, box_id), error) ? "gone" : NULL;
    case BH_ENDING_NONE:
    default:
      return "running";
    }
}

static DexFuture *
ending_fiber (gpointer data)
{
  Ending *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunActor) actor =
      dex_await_object (bh_run_table_get (self->context->table, self->run_id), &error);
  g_autofree char *worker = NULL, *box_id = NULL;
  const char *text, *state;
  BhRun *run;

  if (actor == NULL)
    return dex_future_new_for_boolean (FALSE);
  run = bh_run_actor_get_run (actor);
  text = bh_journal_get_state (bh_run_actor_get_journal (actor), BH_STATE_END_BOX);
  if (text == NULL || !bh_run_state_is_terminal (run->state) || !bh_run_actor_begin_ending (actor))
    return dex_future_new_for_boolean (FALSE);
  worker = g_strdup (run->box_worker);
  box_id = g_strdup (run->box_id);
  state = carry_out (self->context, bh_ending_from_string (text), worker, box_id, &error);
  if (state == NULL && g_error_matches (error, BH_ERROR, BH_ERROR_DEVBOX_GONE))
    state = "gone";
  if (state == NULL)
    g_message ("the DevBox of %s cannot be ended now: %s", self->run_id, error->message);
  else if (!bh_run_table_is_deleting (self->context->table, self->run_id) && !bh_run_actor_is_closed (actor))
    dex_await (bh_run_actor_set_box_state (actor, state), NULL);
  bh_run_actor_finish_ending (actor);
  return dex_future_new_for_boolean (state != NULL);
}

void
bh_box_ending_begin (const BhRunContext *context, const char *run_id)
{
  Ending *ending = g_new0 (Ending, 1);

  ending->context = context;
  ending->run_id = g_strdup (run_id);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, ending_fiber, ending, ending_free));
}

/* --- boxes of deleted Runs --- */

static DexFuture *
remove_fiber (gpointer data)
{
  Ending *self = data;
  g_autoptr (GError) error = NULL;

  if (!dex_await (bh_workers_remove_box (self->context->workers, self->worker, self->box_id), &error))
    {
      g_message ("the DevBox %s on %s will be removed when its worker is back: %s", self->box_id,
                 self->worker, error->message);
      return dex_future_new_for_boolean (FALSE);
    }
  bh_removals_done (self->removals, self->box_id);
  return dex_future_new_for_boolean (TRUE);
}

DexFuture *
bh_box_ending_remove (const BhRunContext *context,
                      BhRemovals *removals,
                      const char *worker,
                      const char *box_id)
{
  Ending *ending = g_new0 (Ending, 1);
  DexFuture *future;

  ending->context = context;
  ending->removals = removals;
  ending->worker = g_strdup (worker);
  ending->box_id = g_strdup (box_id);
  future = dex_scheduler_spawn (NULL, 0, remove_fiber, ending, ending_free);
  dex_future_disown (dex_ref (future));
  return future;
}

/* --- a worker is back --- */

/* A Run that ended while its box was being made may have one. */
static gboolean
may_be_up (const BhRun *run)
{
  return g_strcmp0 (run->box_state, "running") == 0 || g_strcmp0 (run->box_state, "launching") == 0;
}

static gboolean
is_up (GPtrArray *boxes, const char *box_id)
{
  for (guint i = 0; i < boxes->len; i++)
    {
      BhBoxInfo *info = g_ptr_array_index (boxes, i);

      if (g_strcmp0 (info->id, box_id) == 0)
        return g_strcmp0 (info->state, "running") == 0;
    }
  return FALSE;
}

static void
reconcile_run (Ending *self, const BhRun *run, GPtrArray *boxes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunActor) actor = NULL;
  gboolean pending;

  if (run->box_id == NULL || g_strcmp0 (run->box_worker, self->worker) != 0 || !may_be_up (run))
    return;
  actor = dex_await_object (bh_run_table_get (self->context->table, run->id), &error);
  if (actor == NULL || !bh_run_state_is_terminal (bh_run_actor_get_run (actor)->state))
    return;
  pending = bh_journal_get_state (bh_run_actor_get_journal (actor), BH_STATE_END_BOX) != NULL;
  if (pending)
    bh_box_ending_begin (self->context, run->id);
  else if (!is_up (boxes, run->box_id) && !bh_run_actor_is_closed (actor))
    dex_await (bh_run_actor_set_box_state (actor, "gone"), NULL);
}

static DexFuture *
reconcile_fiber (gpointer data)
{
  Ending *self = data;
  g_auto (GStrv) removals = bh_removals_list (self->removals, self->worker);
  guint terminal = 1u << BH_RUN_COMPLETED | 1u << BH_RUN_FAILED | 1u << BH_RUN_STOPPED;
  g_autoptr (GPtrArray) boxes = NULL;
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (BhWorkerInfo) info = NULL;

  for (guint i = 0; removals[i] != NULL; i++)
    dex_future_disown (bh_box_ending_remove (self->context, self->removals, self->worker, removals[i]));
  boxes = dex_await_boxed (bh_workers_boxes (self->context->workers), NULL);
  info = bh_workers_lookup (self->context->workers, self->worker);
  if (boxes == NULL || info == NULL || !info->online)
    return dex_future_new_for_boolean (FALSE);
  runs = dex_await_boxed (bh_store_list_runs (self->context->store, terminal, NULL, NULL, RECENT_RUNS), NULL);
  for (guint i = 0; runs != NULL && i < runs->len; i++)
    reconcile_run (self, g_ptr_array_index (runs, i), boxes);
  return dex_future_new_for_boolean (TRUE);
}

void
bh_box_ending_reconcile (const BhRunContext *context, BhRemovals *removals, const char *worker)
{
  Ending *ending = g_new0 (Ending, 1);

  ending->context = context;
  ending->removals = removals;
  ending->worker = g_strdup (worker);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, reconcile_fiber, ending, ending_free));
}

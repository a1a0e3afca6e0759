/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-run-launch.h"
#include "coordinator/placement/bh-placement.h"
#include "coordinator/mcp/bh-mcp-delegation.h"
#include "coordinator/runs/bh-run-sign-in.h"
#include "coordinator/runs/bh-run-table.h"
#include "coordinator/runs/bh-staging.h"
#include "protocol/bh-text.h"

/* --- where --- */

static void
stage_place (BhRunActor *actor, const BhPlacement *place)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);

  bh_journal_set_state (journal, BH_STATE_PLACE_WORKER, place->worker);
  bh_journal_set_state (journal, BH_STATE_PLACE_IMAGE, place->image);
  bh_journal_set_state (journal, BH_STATE_PLACE_WHY, place->why);
}

static gboolean
ask_place (BhRunActor *actor, BhQuestionSet *set, GError **error)
{
  g_autoptr (BhQuestionSet) answered = dex_await_boxed (
      bh_questions_ask (bh_run_actor_get_questions (actor), set, "placement", BH_ASKED_BY_BELLHOP), error);
  g_autoptr (BhPlacement) place = NULL;

  if (answered == NULL)
    return FALSE;
  if (!bh_run_actor_check_open (actor, error))
    return FALSE;
  place = bh_placement_from_answer (answered);
  if (place == NULL)
    {
      bh_set_error (error, BH_ERROR_INTERNAL, NULL, "The answer where to run names no worker.");
      return FALSE;
    }
  stage_place (actor, place);
  return TRUE;
}

typedef struct
{
  BhWorkers *workers;
  DexPromise *promise;
  gulong handler;
} Watch;

static void
changed_cb (BhWorkers *workers, BhWorkerInfo *info, gpointer data)
{
  DexPromise *promise = data;

  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

/* Before the workers are looked at, so that no change is missed. */
static void
watch_workers (Watch *watch, BhWorkers *workers)
{
  watch->workers = workers;
  watch->promise = dex_promise_new ();
  watch->handler = g_signal_connect (workers, "changed", G_CALLBACK (changed_cb), watch->promise);
}

static void
watch_clear (Watch *watch)
{
  g_signal_handler_disconnect (watch->workers, watch->handler);
  dex_clear (&watch->promise);
}

static gboolean
store_waiting (BhRunActor *actor, const char *why, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  BhRun *run = bh_run_actor_get_run (actor);

  if (g_strcmp0 (run->reason, why) == 0)
    return TRUE;
  run = bh_run_copy (run);
  g_free (run->reason);
  run->reason = g_strdup (why);
  g_free (run->current);
  run->current = g_strdup (why);
  bh_journal_put_run (journal, run);
  return dex_await (bh_journal_commit (journal, BH_RELAXED), error);
}

/* One look at the workers. *again: something has to change first, and it has. */
static gboolean
try_place (BhRunActor *actor, Watch *watch, gboolean *again, GError **error)
{
  const BhRun *run = bh_run_actor_get_run (actor);
  g_autoptr (GPtrArray) offers =
      dex_await_boxed (bh_placement_offers (bh_run_actor_get_context (actor)->workers, run->target_worker),
                       error);
  g_autoptr (BhPlacement) place = NULL;

  *again = FALSE;
  if (offers == NULL || !bh_run_actor_check_open (actor, error))
    return FALSE;
  place = bh_placement_choose (offers, run->target_worker, run->target_image, run->mode);
  switch (place->kind)
    {
    case BH_PLACEMENT_TAKEN:
      stage_place (actor, place);
      return TRUE;
    case BH_PLACEMENT_ASK:
      return ask_place (actor, place->question, error);
    case BH_PLACEMENT_WAIT:
      *again = TRUE;
      return store_waiting (actor, place->why, error) &&
             dex_await (dex_future_first (dex_ref (watch->promise), bh_run_actor_closed (actor), NULL),
                        error) &&
             bh_run_actor_check_open (actor, error);
    case BH_PLACEMENT_REFUSED:
    default:
      g_propagate_error (error, g_steal_pointer (&place->error));
      return FALSE;
    }
}

static gboolean
find_place (BhRunActor *actor, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  gboolean again = TRUE;

  if (bh_journal_get_state (journal, BH_STATE_PLACE_WORKER) != NULL)
    return TRUE;
  if (bh_journal_get_state (journal, "ask:placement") != NULL)
    {
      g_autoptr (BhQuestionSet) same = bh_question_set_new ();

      return ask_place (actor, same, error);
    }
  while (again)
    {
      Watch watch;
      gboolean placed;

      watch_workers (&watch, bh_run_actor_get_context (actor)->workers);
      placed = try_place (actor, &watch, &again, error);
      watch_clear (&watch);
      if (!placed)
        return FALSE;
    }
  return TRUE;
}

/* --- when --- */

static void
moved_cb (guint position, gpointer data)
{
  BhRunActor *actor = data;
  BhJournal *journal = bh_run_actor_get_journal (actor);
  BhRun *run;

  if (bh_run_actor_is_closed (actor))
    return;
  run = bh_run_copy (bh_run_actor_get_run (actor));
  run->position = position;
  g_free (run->reason);
  run->reason = g_strdup_printf (
      "Waits for a free slot on the worker “%s”. A DevBox that is kept has one until it is stopped.",
      bh_journal_get_state (journal, BH_STATE_PLACE_WORKER));
  g_free (run->current);
  run->current = g_strdup (run->reason);
  bh_journal_put_run (journal, run);
  /* a failed commit breaks the journal, and the driver's own next commit tells it so */
  dex_future_disown (bh_journal_commit (journal, BH_RELAXED));
}

static char *
launch_call (const BhRun *run, const char *network)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "worker", run->box_worker);
  json_object_set_string_member (object, "image", run->box_image);
  json_object_set_string_member (object, "network", network);
  json_node_set_object (node, object);
  return bh_json_to_text (node);
}

static void
stage_launching (BhRunActor *actor, BhRun *run)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  g_autofree char *call = NULL;
  BhRow *row = bh_row_new ();
  guint64 n;

  run->box_id = bh_id_new ('b');
  run->box_worker = g_strdup (bh_journal_get_state (journal, BH_STATE_PLACE_WORKER));
  run->box_image = g_strdup (bh_journal_get_state (journal, BH_STATE_PLACE_IMAGE));
  run->box_state = g_strdup ("launching");
  run->started_at = g_get_real_time ();
  run->position = 0;
  g_clear_pointer (&run->reason, g_free);
  g_free (run->current);
  run->current = g_strdup_printf ("Launches a DevBox on the worker “%s”", run->box_worker);
  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup ("bellhop");
  row->tool = g_strdup ("launch DevBox");
  row->title = g_strdup_printf ("worker %s · image %s", run->box_worker, run->box_image);
  row->exit_status = -1;
  n = bh_journal_add_row (journal, row);
  call = launch_call (run, bh_run_actor_get_network (actor));
  bh_journal_append_text (journal, n, BH_PART_CALL, call);
  bh_journal_set_state_int (journal, BH_STATE_LAUNCH_ROW, (gint64) n);
  bh_journal_put_run (journal, run);
}

gboolean
bh_run_launch_prepare (BhRunActor *actor, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  g_autofree char *worker = NULL;
  const BhRun *before;
  BhRun *run;

  if (!find_place (actor, error))
    return FALSE;
  worker = g_strdup (bh_journal_get_state (journal, BH_STATE_PLACE_WORKER));
  before = bh_run_actor_get_run (actor);
  if (!dex_await (bh_slots_wait (bh_run_actor_get_context (actor)->slots, worker, before->id,
                                 before->created_at, moved_cb, actor),
                  error) ||
      !bh_run_actor_check_open (actor, error))
    return FALSE;
  run = bh_staging_event (journal, BH_EVENT_SLOT_FREE, error);
  if (run == NULL)
    return FALSE;
  stage_launching (actor, run);
  return dex_await (bh_journal_commit (journal, BH_RELAXED), error) && bh_run_actor_check_open (actor, error);
}

/* --- the box and the engine --- */

static guint64
launch_row (BhRunActor *actor)
{
  return (guint64) bh_journal_get_state_int (bh_run_actor_get_journal (actor), BH_STATE_LAUNCH_ROW, 0);
}

/* Text of the step, and its state; nothing is committed. */
static void
stage_step_end (BhRunActor *actor, const char *text, BhRowState state)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  guint64 n = launch_row (actor);
  BhRow *row = bh_journal_get_row (journal, n);

  if (row == NULL || row->state != BH_ROW_OPEN)
    return;
  bh_journal_append_text (journal, n, BH_PART_RESULT, text);
  bh_journal_end_row (journal, n, state, -1);
}

static char *
chosen_line (BhRunActor *actor)
{
  const BhRun *run = bh_run_actor_get_run (actor);
  const char *why = bh_journal_get_state (bh_run_actor_get_journal (actor), BH_STATE_PLACE_WHY);

  return g_strdup_printf ("worker %s · image %s – %s", run->box_worker, run->box_image,
                          why != NULL ? why : "as asked");
}

/* Stopped or deleted while it was being made: its end may have been asked for before it was there. */
static void
end_late_box (BhRunActor *actor)
{
  const BhRunContext *context = bh_run_actor_get_context (actor);
  const BhRun *run = bh_run_actor_get_run (actor);

  if (bh_run_table_is_deleting (context->table, run->id) ||
      (bh_run_actor_was_stopped (actor) && run->keep == BH_KEEP_REMOVE))
    dex_future_disown (bh_workers_remove_box (context->workers, run->box_worker, run->box_id));
  else if (bh_run_actor_was_stopped (actor) && run->keep != BH_KEEP_KEEP)
    dex_future_disown (bh_workers_stop_box (context->workers, run->box_worker, run->box_id, 0));
}

BhBox *
bh_run_launch (BhRunActor *actor, char **told, GError **error)
{
  const BhRunContext *context = bh_run_actor_get_context (actor);
  const BhRun *run = bh_run_actor_get_run (actor);
  BhLaunch launch = { .id = run->box_id,
                      .image = run->box_image,
                      .network = bh_run_actor_get_network (actor),
                      .programs = bh_engines_get_programs (context->engines) };
  g_autofree char *chosen = chosen_line (actor);
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GError) local_error = NULL;
  g_autoptr (BhBox) box =
      dex_await_object (bh_workers_launch (context->workers, run->box_worker, &launch), &local_error);
  g_autofree char *text = NULL;

  if (!bh_run_actor_check_open (actor, error))
    {
      if (box != NULL)
        end_late_box (actor);
      return NULL;
    }
  if (box == NULL)
    {
      text = g_strdup_printf ("%s\n%s", chosen, local_error->message);
      stage_step_end (actor, text, BH_ROW_FAILED);
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  /* Not appended yet: a coordinator that dies before the engine is found begins the step's text anew. */
  *told = g_strdup_printf ("%s\nDevBox ready in %" G_GINT64_FORMAT " ms\n", chosen,
                           (g_get_monotonic_time () - begin + 500) / 1000);
  return g_steal_pointer (&box);
}

static void
stage_launched (BhRunActor *actor, BhRun *run, const BhPick *pick)
{
  g_free (run->engine_used);
  run->engine_used = g_strdup (pick->id);
  g_free (run->engine_why);
  run->engine_why = g_strdup (pick->why);
  g_free (run->box_state);
  run->box_state = g_strdup ("running");
  run->turns = 1;
  bh_mcp_set_engines (bh_run_actor_get_journal (actor), (const char *const *) pick->others,
                      (const char *const *) pick->asking);
  g_free (run->current);
  run->current = g_strdup_printf ("%s is at work", pick->name);
  bh_journal_put_run (bh_run_actor_get_journal (actor), run);
}

/* The box is there, no engine is: the Run's end says so in its record. */
static void
stage_no_engine (BhRunActor *actor)
{
  BhRun *run = bh_run_copy (bh_run_actor_get_run (actor));

  g_free (run->box_state);
  run->box_state = g_strdup ("running");
  bh_journal_put_run (bh_run_actor_get_journal (actor), run);
}

/* Found, and signed in: with the person's own sign-in, if it needs that and may have it. Without it there may
 * be another. */
static BhPick *
pick_engine (BhRunActor *actor, BhBox *box, GError **error)
{
  BhEngines *engines = bh_run_actor_get_context (actor)->engines;
  const BhRun *run = bh_run_actor_get_run (actor);
  gboolean may_ask = run->mode != BH_MODE_AUTONOMOUS;
  g_autofree char *wanted = g_strdup (run->engine), *instructions = g_strdup (run->instructions);

  if (!bh_run_sign_in_resume (actor, box, error))
    return NULL;
  for (;;)
    {
      g_autoptr (BhPick) pick = dex_await_boxed (bh_engines_pick (engines, box, wanted, instructions,
                                                                  bh_run_actor_get_env (actor), may_ask),
                                                 error);

      if (pick == NULL || !bh_run_actor_check_open (actor, error))
        return NULL;
      if (!pick->sign_in)
        return g_steal_pointer (&pick);
      switch (bh_run_sign_in (actor, box, pick->id, error))
        {
        case BH_SIGN_IN_LET_IN:
          return g_steal_pointer (&pick);
        case BH_SIGN_IN_REFUSED:
          break;
        case BH_SIGN_IN_FAILED:
        default:
          return NULL;
        }
    }
}

/* The step's text: where, how long it took, which engine, and what it was let in. */
static char *
describe_launch (BhRunActor *actor, const char *told, const BhPick *pick)
{
  g_autofree char *sign_in = bh_run_sign_in_told (actor, pick->id);

  return g_strconcat (told, pick->why, sign_in != NULL ? "\n" : NULL, sign_in, NULL);
}

gboolean
bh_run_launch_finish (BhRunActor *actor, BhBox *box, const char *told, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (actor);
  g_autoptr (GError) local_error = NULL;
  BhPick *pick = pick_engine (actor, box, &local_error);
  g_autofree char *text = NULL;
  BhRun *run = NULL;

  if (!bh_run_actor_check_open (actor, error))
    goto out;
  text = pick != NULL ? describe_launch (actor, told, pick) : g_strconcat (told, local_error->message, NULL);
  stage_step_end (actor, text, pick != NULL ? BH_ROW_DONE : BH_ROW_FAILED);
  if (pick == NULL)
    {
      stage_no_engine (actor);
      g_propagate_error (error, g_steal_pointer (&local_error));
      goto out;
    }
  run = bh_staging_event (journal, BH_EVENT_LAUNCHED, error);
  if (run != NULL)
    stage_launched (actor, run, pick);

out:
  g_clear_pointer (&pick, bh_pick_free);
  if (run == NULL)
    return FALSE;
  return dex_await (bh_journal_commit (journal, BH_RELAXED), error) && bh_run_actor_check_open (actor, error);
}

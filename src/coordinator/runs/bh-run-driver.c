/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-run-driver.h"
#include "coordinator/placement/bh-placement.h"
#include "coordinator/questions/bh-ask-desk.h"
#include "coordinator/runs/bh-run-launch.h"
#include "coordinator/runs/bh-run-table.h"
#include "coordinator/runs/bh-staging.h"

struct _BhRunDriver
{
  GObject parent;
  BhRunActor *actor;
  BhBox *box;       /* (nullable) */
  BhEngine *engine; /* (nullable) while it works */
  char *gone_reason;
};

static void bh_run_driver_host_init (BhEngineHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhRunDriver,
                               bh_run_driver,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_ENGINE_HOST, bh_run_driver_host_init))

static void
bh_run_driver_finalize (GObject *object)
{
  BhRunDriver *self = BH_RUN_DRIVER (object);

  if (bh_run_actor_get_driver (self->actor) == self)
    bh_run_actor_set_driver (self->actor, NULL);
  g_clear_object (&self->engine);
  g_clear_object (&self->box);
  g_object_unref (self->actor);
  g_free (self->gone_reason);
  G_OBJECT_CLASS (bh_run_driver_parent_class)->finalize (object);
}

static void
bh_run_driver_class_init (BhRunDriverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_run_driver_finalize;
}

static void
bh_run_driver_init (BhRunDriver *self)
{
}

BhRunDriver *
bh_run_driver_new (BhRunActor *actor)
{
  BhRunDriver *self;

  g_return_val_if_fail (BH_IS_RUN_ACTOR (actor), NULL);

  self = g_object_new (BH_TYPE_RUN_DRIVER, NULL);
  self->actor = g_object_ref (actor);
  return self;
}

static const BhRunContext *
context_of (BhRunDriver *self)
{
  return bh_run_actor_get_context (self->actor);
}

/* --- what the engine is offered --- */

static BhJournal *
host_get_journal (BhEngineHost *host)
{
  return bh_run_actor_get_journal (BH_RUN_DRIVER (host)->actor);
}

static BhBox *
host_get_box (BhEngineHost *host)
{
  return BH_RUN_DRIVER (host)->box;
}

static GHashTable *
host_get_env (BhEngineHost *host)
{
  return bh_run_actor_get_env (BH_RUN_DRIVER (host)->actor);
}

static DexFuture *
host_ask (BhEngineHost *host, BhQuestionSet *set, const char *key)
{
  BhRunDriver *self = BH_RUN_DRIVER (host);
  const char *asked_by = bh_run_actor_get_run (self->actor)->engine_used;

  return bh_questions_ask (bh_run_actor_get_questions (self->actor), set, key, asked_by);
}

static BhMessage *
host_next_message (BhEngineHost *host)
{
  return bh_inbox_next (bh_run_actor_get_inbox (BH_RUN_DRIVER (host)->actor));
}

static void
host_take_up (BhEngineHost *host, BhMessage *message)
{
  bh_inbox_take_up (bh_run_actor_get_inbox (BH_RUN_DRIVER (host)->actor), message);
}

static void
bh_run_driver_host_init (BhEngineHostInterface *iface)
{
  iface->get_journal = host_get_journal;
  iface->get_box = host_get_box;
  iface->get_env = host_get_env;
  iface->ask = host_ask;
  iface->next_message = host_next_message;
  iface->take_up = host_take_up;
}

/* --- the box --- */

static void
gone_cb (BhBox *box, const char *reason, BhRunDriver *self)
{
  g_free (self->gone_reason);
  self->gone_reason = g_strdup (reason);
}

static void
use_box (BhRunDriver *self, BhBox *box)
{
  g_set_object (&self->box, box);
  g_signal_connect_object (box, "gone", G_CALLBACK (gone_cb), self, G_CONNECT_DEFAULT);
}

void
bh_run_driver_leave_box (BhRunDriver *self)
{
  g_return_if_fail (BH_IS_RUN_DRIVER (self));

  if (self->box == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->box, self);
  bh_ask_desk_set_questions (bh_ask_desk_of_box (self->box), NULL);
}

static gboolean
reopen (BhRunDriver *self, GError **error)
{
  const BhRun *run = bh_run_actor_get_run (self->actor);
  g_autoptr (BhBox) box =
      dex_await_object (bh_workers_open (context_of (self)->workers, run->box_worker, run->box_id), error);

  if (box == NULL)
    return FALSE;
  use_box (self, box);
  return TRUE;
}

static gboolean
launch (BhRunDriver *self, GError **error)
{
  g_autofree char *told = NULL;
  g_autoptr (BhBox) box = bh_run_launch (self->actor, &told, error);

  if (box == NULL)
    return FALSE;
  use_box (self, box);
  return bh_run_launch_finish (self->actor, box, told, error);
}

/* --- turns --- */

static gboolean
end_run (BhRunDriver *self, const BhRunEnd *end, GError **error)
{
  if (!dex_await (bh_run_actor_end (self->actor, end), error))
    return FALSE;
  if (end->box_state == NULL && self->box != NULL && bh_run_actor_get_run (self->actor)->keep == BH_KEEP_KEEP)
    bh_run_table_watch_box (context_of (self)->table, bh_run_actor_get_id (self->actor), self->box);
  return TRUE;
}

/* The messages that came while the engine said it was done are work too. */
static gboolean
next_turn (BhRunDriver *self, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (self->actor);
  BhRun *run = bh_staging_event (journal, BH_EVENT_TURN_STARTED, error);

  if (run == NULL)
    return FALSE;
  run->turns++;
  bh_journal_put_run (journal, run);
  return dex_await (bh_journal_commit (journal, BH_RELAXED), error);
}

static BhVerdict *
one_turn (BhRunDriver *self, GError **error)
{
  const char *id = bh_run_actor_get_run (self->actor)->engine_used;
  g_autoptr (BhEngine) engine = bh_engines_create (context_of (self)->engines, id, error);
  g_autoptr (BhVerdict) verdict = NULL;
  DexFuture *work;

  if (engine == NULL)
    return NULL;
  g_set_object (&self->engine, engine);
  work = bh_engine_work (engine, BH_ENGINE_HOST (self));
  if (bh_inbox_wants_interrupt (bh_run_actor_get_inbox (self->actor)))
    bh_engine_interrupt (engine);
  verdict = dex_await_boxed (work, error);
  g_clear_object (&self->engine);
  return g_steal_pointer (&verdict);
}

static gboolean
work (BhRunDriver *self, GError **error)
{
  bh_ask_desk_set_questions (bh_ask_desk_of_box (self->box), bh_run_actor_get_questions (self->actor));
  for (;;)
    {
      g_autoptr (BhVerdict) verdict = one_turn (self, error);
      BhRunEnd end = { .report = TRUE };

      if (verdict == NULL)
        return FALSE;
      if (bh_run_actor_is_closed (self->actor))
        return TRUE;
      if (verdict->outcome == BH_RUN_COMPLETED && bh_inbox_count (bh_run_actor_get_inbox (self->actor)) > 0)
        {
          if (!next_turn (self, error))
            return FALSE;
          continue;
        }
      end.event = verdict->outcome == BH_RUN_COMPLETED ? BH_EVENT_COMPLETED : BH_EVENT_FAILED;
      end.summary = verdict->summary;
      end.reason = verdict->reason;
      return end_run (self, &end, error);
    }
}

/* --- the way of a Run --- */

static gboolean
drive (BhRunDriver *self, GError **error)
{
  if (bh_run_actor_get_run (self->actor)->box_id == NULL && !bh_run_launch_prepare (self->actor, error))
    return FALSE;
  if (bh_run_actor_get_run (self->actor)->state == BH_RUN_LAUNCHING)
    {
      if (!launch (self, error))
        return FALSE;
    }
  else if (self->box == NULL && !reopen (self, error))
    return FALSE;
  return work (self, error);
}

static void
fail_box_gone (BhRunDriver *self, const char *what)
{
  gsize length = strlen (what);
  /* the worker's words, with or without a full stop */
  g_autofree char *cause = g_strndup (what, length > 0 && what[length - 1] == '.' ? length - 1 : length);
  g_autofree char *status = g_strdup_printf ("The DevBox ended. %s.", cause);
  g_autofree char *reason =
      g_strdup_printf ("The DevBox ended while the Run was at work. %s. Start the Run again in a new DevBox.",
                       cause);
  g_autoptr (GError) error = NULL;
  BhRunEnd end = { .event = BH_EVENT_BOX_GONE,
                   .status = status,
                   .report = TRUE,
                   .summary = reason,
                   .reason = reason,
                   .box_state = "gone" };

  if (!end_run (self, &end, &error))
    g_message ("the end of the DevBox of %s could not be stored: %s", bh_run_actor_get_id (self->actor),
               error->message);
}

static void
fail_with (BhRunDriver *self, const char *why)
{
  BhRunState state = bh_run_actor_get_run (self->actor)->state;
  gboolean at_work = bh_run_actor_get_run (self->actor)->engine_used != NULL;
  BhRunEnd end = {
    .event = at_work ? BH_EVENT_FAILED : BH_EVENT_LAUNCH_FAILED, .report = TRUE, .summary = why, .reason = why
  };
  g_autoptr (GError) error = NULL;

  if (bh_run_state_is_terminal (state))
    return;
  if (!end_run (self, &end, &error))
    g_message ("the failure of %s could not be stored: %s", bh_run_actor_get_id (self->actor),
               error->message);
}

static void
handle_error (BhRunDriver *self, const GError *error)
{
  BhJournal *journal = bh_run_actor_get_journal (self->actor);

  if (bh_run_actor_is_closed (self->actor))
    return;
  if (bh_journal_is_broken (journal) || bh_staging_is_storage_error (error) || error->domain == DEX_ERROR)
    bh_run_actor_let_go (self->actor, error);
  else if ((self->box != NULL && bh_box_is_gone (self->box)) ||
           g_error_matches (error, BH_ERROR, BH_ERROR_DEVBOX_GONE))
    fail_box_gone (self, self->gone_reason != NULL ? self->gone_reason : error->message);
  else
    fail_with (self, error->message);
}

static DexFuture *
drive_fiber (gpointer data)
{
  BhRunDriver *self = data;
  g_autoptr (GError) error = NULL;

  if (!drive (self, &error))
    handle_error (self, error);
  bh_run_table_driver_ended (context_of (self)->table, self->actor);
  return dex_future_new_for_boolean (TRUE);
}

void
bh_run_driver_start (BhRunDriver *self, BhBox *box)
{
  const BhRun *run;

  g_return_if_fail (BH_IS_RUN_DRIVER (self));

  run = bh_run_actor_get_run (self->actor);
  bh_run_actor_set_driver (self->actor, self);
  bh_run_table_driver_started (context_of (self)->table, self->actor);
  if (run->box_id != NULL)
    bh_slots_take (context_of (self)->slots, run->box_worker, run->id);
  if (box != NULL)
    use_box (self, box);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, drive_fiber, g_object_ref (self), g_object_unref));
}

gboolean
bh_run_driver_is_working (BhRunDriver *self)
{
  g_return_val_if_fail (BH_IS_RUN_DRIVER (self), FALSE);

  return self->engine != NULL;
}

void
bh_run_driver_interrupt (BhRunDriver *self)
{
  g_return_if_fail (BH_IS_RUN_DRIVER (self));

  if (self->engine != NULL && !bh_run_actor_is_closed (self->actor))
    bh_engine_interrupt (self->engine);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-run-driver.h"
#include "coordinator/mcp/bh-mcp-delegation.h"
#include "coordinator/placement/bh-placement.h"
#include "coordinator/questions/bh-ask-desk.h"
#include "coordinator/runs/bh-delegate.h"
#include "coordinator/runs/bh-run-keys.h"
#include "coordinator/runs/bh-run-launch.h"
#include "coordinator/runs/bh-run-sign-in.h"
#include "coordinator/runs/bh-run-table.h"
#include "coordinator/runs/bh-staging.h"

struct _BhRunDriver
{
  GObject parent;
  BhRunActor *actor;
  BhBox *box;           /* (nullable) */
  BhEngine *engine;     /* (nullable) while it works */
  BhDelegate *delegate; /* (nullable) carries out what it delegates */
  char *gone_reason;
  gboolean unheard; /* what is in the box must not be listened to */
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
  g_clear_object (&self->delegate);
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
host_get_keys (BhEngineHost *host, const char *const *names)
{
  return bh_run_keys_give (BH_RUN_DRIVER (host)->actor, names);
}

static DexFuture *
host_ask (BhEngineHost *host, BhQuestionSet *set, const char *key)
{
  BhRunDriver *self = BH_RUN_DRIVER (host);
  const char *asked_by = bh_run_actor_get_run (self->actor)->engine_used;

  return bh_questions_ask (bh_run_actor_get_questions (self->actor), set, key, asked_by);
}

static gboolean
host_may_ask (BhEngineHost *host)
{
  return bh_questions_may_ask (bh_run_actor_get_questions (BH_RUN_DRIVER (host)->actor));
}

static void
host_take_back (BhEngineHost *host, const char *key)
{
  BhQuestions *questions = bh_run_actor_get_questions (BH_RUN_DRIVER (host)->actor);

  bh_questions_take_back (questions, key);
  bh_questions_forget (questions, key);
}

static DexFuture *
host_sign_in (BhEngineHost *host, const char *engine)
{
  return bh_run_sign_in_refresh (BH_RUN_DRIVER (host)->actor, engine);
}

static BhMessage *
host_next_message (BhEngineHost *host)
{
  BhRunDriver *self = BH_RUN_DRIVER (host);
  BhMessage *message = bh_inbox_next (bh_run_actor_get_inbox (self->actor));

  /* Between two turns the engine may take it up before bh_run_driver_interrupt() comes, and what it gave away
   * goes on meanwhile. In the transaction of the prompt: later nobody would know of it any more. */
  if (message != NULL && message->interrupt)
    bh_delegate_interrupt (self->delegate);
  return message;
}

static void
host_take_up (BhEngineHost *host, BhMessage *message)
{
  bh_inbox_take_up (bh_run_actor_get_inbox (BH_RUN_DRIVER (host)->actor), message);
}

static gboolean
host_has_message (BhEngineHost *host)
{
  return bh_inbox_count (bh_run_actor_get_inbox (BH_RUN_DRIVER (host)->actor)) > 0;
}

static void
bh_run_driver_host_init (BhEngineHostInterface *iface)
{
  iface->get_journal = host_get_journal;
  iface->get_box = host_get_box;
  iface->get_env = host_get_env;
  iface->get_keys = host_get_keys;
  iface->ask = host_ask;
  iface->may_ask = host_may_ask;
  iface->sign_in = host_sign_in;
  iface->take_back = host_take_back;
  iface->next_message = host_next_message;
  iface->has_message = host_has_message;
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
  bh_ask_desk_set_questions (bh_ask_desk_of_box (self->box), NULL, NULL);
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

static void
interrupt (BhRunDriver *self)
{
  bh_engine_interrupt (self->engine);
  bh_delegate_interrupt (self->delegate);
  dex_future_disown (bh_journal_flush (bh_run_actor_get_journal (self->actor)));
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
    interrupt (self);
  verdict = dex_await_boxed (work, error);
  g_clear_object (&self->engine);
  return g_steal_pointer (&verdict);
}

static void
delegation_ended_cb (BhDelegations *delegations, BhRunDriver *self)
{
  if (self->engine != NULL)
    bh_engine_nudge (self->engine);
}

static void
begin_work (BhRunDriver *self)
{
  BhDelegations *delegations = bh_run_actor_get_delegations (self->actor);

  self->delegate = bh_delegate_new (self->actor, self->box);
  g_signal_connect_object (delegations, "ended", G_CALLBACK (delegation_ended_cb), self, G_CONNECT_DEFAULT);
  bh_ask_desk_set_questions (bh_ask_desk_of_box (self->box), bh_run_actor_get_questions (self->actor),
                             delegations);
}

static gboolean
work (BhRunDriver *self, GError **error)
{
  if (!bh_run_keys_recall (self->actor, error))
    {
      self->unheard = TRUE;
      return FALSE;
    }
  begin_work (self);
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
      /* of an engine that failed meanwhile */
      if (!bh_delegate_call_off (self->delegate, error))
        return FALSE;
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
  /* the launch may have been left in the middle, waiting for an answer */
  if (bh_run_actor_get_run (self->actor)->engine_used == NULL)
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
  BhRunEnd end = { .event = at_work ? BH_EVENT_FAILED : BH_EVENT_LAUNCH_FAILED,
                   .report = TRUE,
                   .summary = why,
                   .reason = why,
                   /* nobody hears a part that was given away any more, either */
                   .quiet =
                       self->unheard || bh_delegation_is_at_work (bh_run_actor_get_journal (self->actor)) };
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

  /* not the turn that has taken up the message already, and what that gives away */
  if (self->engine != NULL && !bh_run_actor_is_closed (self->actor) &&
      bh_inbox_wants_interrupt (bh_run_actor_get_inbox (self->actor)))
    interrupt (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-delegate.h"

#include <string.h>

#include "coordinator/mcp/bh-mcp-state.h"
#include "coordinator/runs/bh-run-keys.h"
#include "coordinator/runs/bh-run-sign-in.h"
#include "coordinator/runs/bh-staging.h"

/* in the states of the engine: the delegation that it was given last */
#define STATE_GIVEN "delegate.given"

/* The host of one delegation. */
#define BH_TYPE_DELEGATE_HOST (bh_delegate_host_get_type ())
G_DECLARE_FINAL_TYPE (BhDelegateHost, bh_delegate_host, BH, DELEGATE_HOST, GObject)

struct _BhDelegateHost
{
  GObject parent_instance;

  BhRunActor *actor;
  BhBox *box;
  BhDelegation *delegation;
  BhStateView *states;
  char *giver;
};

struct _BhDelegate
{
  GObject parent_instance;

  BhRunActor *actor;
  BhBox *box;
  BhEngine *engine; /* (nullable) at work */
  gboolean busy;    /* with one, also before it is at work */
  gboolean cut;     /* was interrupted before it was at work */
};

static void bh_delegate_host_iface_init (BhEngineHostInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhDelegateHost,
                               bh_delegate_host,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_ENGINE_HOST, bh_delegate_host_iface_init))
G_DEFINE_FINAL_TYPE (BhDelegate, bh_delegate, G_TYPE_OBJECT)

/* --- what the engine is offered --- */

static void
bh_delegate_host_finalize (GObject *object)
{
  BhDelegateHost *self = BH_DELEGATE_HOST (object);

  g_clear_pointer (&self->delegation, bh_delegation_free);
  g_clear_object (&self->states);
  g_clear_object (&self->box);
  g_clear_object (&self->actor);
  g_free (self->giver);
  G_OBJECT_CLASS (bh_delegate_host_parent_class)->finalize (object);
}

static void
bh_delegate_host_class_init (BhDelegateHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_delegate_host_finalize;
}

static void
bh_delegate_host_init (BhDelegateHost *self)
{
}

static BhJournal *
host_get_journal (BhEngineHost *host)
{
  return bh_run_actor_get_journal (BH_DELEGATE_HOST (host)->actor);
}

static BhBox *
host_get_box (BhEngineHost *host)
{
  return BH_DELEGATE_HOST (host)->box;
}

static GHashTable *
host_get_env (BhEngineHost *host)
{
  return bh_run_actor_get_env (BH_DELEGATE_HOST (host)->actor);
}

static DexFuture *
host_get_keys (BhEngineHost *host, const char *const *names)
{
  return bh_run_keys_give (BH_DELEGATE_HOST (host)->actor, names);
}

static DexFuture *
host_sign_in (BhEngineHost *host, const char *engine)
{
  return bh_run_sign_in_refresh (BH_DELEGATE_HOST (host)->actor, engine);
}

static gboolean
host_may_ask (BhEngineHost *host)
{
  return bh_questions_may_ask (bh_run_actor_get_questions (BH_DELEGATE_HOST (host)->actor));
}

static void
host_take_back (BhEngineHost *host, const char *key)
{
  BhQuestions *questions = bh_run_actor_get_questions (BH_DELEGATE_HOST (host)->actor);

  bh_questions_take_back (questions, key);
  bh_questions_forget (questions, key);
}

static DexFuture *
host_ask (BhEngineHost *host, BhQuestionSet *set, const char *key)
{
  BhDelegateHost *self = BH_DELEGATE_HOST (host);

  return bh_questions_ask (bh_run_actor_get_questions (self->actor), set, key, self->delegation->engine);
}

/* The one message is what was delegated. */
static gboolean
host_has_message (BhEngineHost *host)
{
  BhDelegateHost *self = BH_DELEGATE_HOST (host);

  return g_strcmp0 (bh_state_view_get (self->states, STATE_GIVEN), self->delegation->key) != 0;
}

static BhMessage *
host_next_message (BhEngineHost *host)
{
  BhDelegateHost *self = BH_DELEGATE_HOST (host);
  BhMessage *message;

  if (!host_has_message (host))
    return NULL;
  bh_state_view_set (self->states, STATE_GIVEN, self->delegation->key);
  message = bh_message_new ();
  message->text = g_strdup (self->delegation->instructions);
  return message;
}

static void
host_take_up (BhEngineHost *host, BhMessage *message)
{
}

static void
host_get_task (BhEngineHost *host, BhEngineTask *task)
{
  BhDelegateHost *self = BH_DELEGATE_HOST (host);

  task->states = self->states;
  task->instructions = NULL;
  task->turn = self->delegation->turn;
  task->giver = self->giver;
}

static void
bh_delegate_host_iface_init (BhEngineHostInterface *iface)
{
  iface->get_journal = host_get_journal;
  iface->get_box = host_get_box;
  iface->get_env = host_get_env;
  iface->get_keys = host_get_keys;
  iface->sign_in = host_sign_in;
  iface->take_back = host_take_back;
  iface->ask = host_ask;
  iface->may_ask = host_may_ask;
  iface->next_message = host_next_message;
  iface->has_message = host_has_message;
  iface->take_up = host_take_up;
  iface->get_task = host_get_task;
}

/* Takes `delegation`. */
static BhDelegateHost *
host_new (BhDelegate *delegate, BhDelegation *delegation)
{
  BhDelegateHost *self = g_object_new (BH_TYPE_DELEGATE_HOST, NULL);
  const char *engine = bh_run_actor_get_run (delegate->actor)->engine_used;
  const BhEngineFile *file =
      bh_engines_get_file (bh_run_actor_get_context (delegate->actor)->engines, engine);

  self->actor = g_object_ref (delegate->actor);
  self->box = g_object_ref (delegate->box);
  self->delegation = delegation;
  self->states = bh_state_view_new (bh_run_actor_get_journal (delegate->actor), delegation->engine);
  self->giver = g_strdup (file != NULL ? file->name : engine);
  return self;
}

/* --- carrying it out --- */

static void
bh_delegate_finalize (GObject *object)
{
  BhDelegate *self = BH_DELEGATE (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->box);
  g_clear_object (&self->actor);
  G_OBJECT_CLASS (bh_delegate_parent_class)->finalize (object);
}

static void
bh_delegate_class_init (BhDelegateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_delegate_finalize;
}

static void
bh_delegate_init (BhDelegate *self)
{
}

/* What it still asks is of no use to anybody. */
static void
withdraw_questions (BhDelegate *self, const char *engine)
{
  g_autoptr (BhStateView) theirs = bh_state_view_new (bh_run_actor_get_journal (self->actor), engine);
  g_autoptr (GPtrArray) keys = bh_mcp_undelivered (theirs, FALSE);

  for (guint i = 0; i < keys->len; i++)
    bh_questions_take_back (bh_run_actor_get_questions (self->actor), keys->pdata[i]);
  bh_mcp_run_ended (theirs);
}

static void
end (BhDelegate *self, gboolean failed, const char *report)
{
  BhJournal *journal = bh_run_actor_get_journal (self->actor);
  g_autoptr (BhDelegation) current = bh_delegation_get_current (journal);

  if (current != NULL)
    withdraw_questions (self, current->engine);
  bh_delegations_end (bh_run_actor_get_delegations (self->actor), failed, report);
  dex_future_disown (bh_journal_flush (journal));
}

/* What was done before it failed may be all that there is to know. */
static void
end_with_verdict (BhDelegate *self, const BhVerdict *verdict)
{
  const char *summary = verdict->summary != NULL ? verdict->summary : "";
  g_autofree char *report = NULL;

  if (verdict->outcome == BH_RUN_COMPLETED)
    {
      end (self, FALSE, summary);
      return;
    }
  if (verdict->reason == NULL || strstr (summary, verdict->reason) != NULL || *summary == '\0')
    report = g_strdup (*summary != '\0' ? summary : verdict->reason);
  else
    report = g_strdup_printf ("%s\n\nIts last words: %s", verdict->reason, summary);
  end (self, TRUE, report != NULL ? report : "It did not say why.");
}

/* Whoever takes up the Run again goes on with the delegation; the end of the box is the end of the Run. */
static gboolean
is_let_go (BhDelegate *self, const GError *error)
{
  return bh_run_actor_is_closed (self->actor) ||
         bh_journal_is_broken (bh_run_actor_get_journal (self->actor)) || bh_box_is_gone (self->box) ||
         error->domain == DEX_ERROR || g_error_matches (error, BH_ERROR, BH_ERROR_DEVBOX_GONE) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_ACTIVE);
}

/* With the person's own sign-in, if it needs that and may have it. */
static gboolean
let_in (BhDelegate *self, const BhDelegation *delegation, GError **error)
{
  if (!bh_mcp_engine_is_asking (bh_run_actor_get_journal (self->actor), delegation->engine))
    return TRUE;
  switch (bh_run_sign_in (self->actor, self->box, delegation->engine, error))
    {
    case BH_SIGN_IN_LET_IN:
      return TRUE;
    case BH_SIGN_IN_REFUSED:
      bh_set_error (error, BH_ERROR_ENGINE_SIGNED_OUT, NULL,
                    "It is not signed in in this DevBox, and the person does not let their sign-in into it.");
      return FALSE;
    case BH_SIGN_IN_FAILED:
    default:
      return FALSE;
    }
}

static BhVerdict *
carry_out (BhDelegate *self, BhDelegateHost *host, GError **error)
{
  BhEngines *engines = bh_run_actor_get_context (self->actor)->engines;
  DexFuture *work;

  /* One that has its part is in already, and may be at it: it alone can end that, also when it was
   * interrupted before this coordinator was there. */
  if (!self->cut && host_has_message (BH_ENGINE_HOST (host)) && !let_in (self, host->delegation, error))
    return NULL;
  self->engine = bh_engines_create (engines, host->delegation->engine, error);
  if (self->engine == NULL)
    return NULL;
  work = bh_engine_work (self->engine, BH_ENGINE_HOST (host));
  if (self->cut)
    bh_engine_interrupt (self->engine);
  return dex_await_boxed (work, error);
}

typedef struct
{
  BhDelegate *delegate;
  BhDelegateHost *host;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->host);
  g_object_unref (job->delegate);
  g_free (job);
}

static DexFuture *
carry_out_fiber (gpointer data)
{
  Job *job = data;
  BhDelegate *self = job->delegate;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhVerdict) verdict = carry_out (self, job->host, &error);
  gboolean cut = self->cut;

  g_clear_object (&self->engine);
  self->busy = self->cut = FALSE;
  if (verdict != NULL && !bh_run_actor_is_closed (self->actor))
    end_with_verdict (self, verdict);
  else if (verdict == NULL && is_let_go (self, error))
    return dex_future_new_true ();
  /* as the Run's own engine's would be: it is taken up again with the next start */
  else if (verdict == NULL && bh_staging_is_storage_error (error))
    bh_run_actor_let_go (self->actor, error);
  else if (verdict == NULL)
    end (self, TRUE,
         cut && g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_CLOSED)
             ? "The person interrupted it before it had begun."
             : error->message);
  return dex_future_new_true ();
}

static void
go_on (BhDelegate *self)
{
  BhDelegation *current = bh_delegation_get_current (bh_run_actor_get_journal (self->actor));
  Job *job;

  if (current == NULL || self->busy)
    {
      g_clear_pointer (&current, bh_delegation_free);
      return;
    }
  self->busy = TRUE;
  /* given away in a turn that is being cut short */
  self->cut = bh_inbox_wants_interrupt (bh_run_actor_get_inbox (self->actor));
  job = g_new0 (Job, 1);
  job->delegate = g_object_ref (self);
  job->host = host_new (self, current);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, carry_out_fiber, job, job_free));
}

static void
begun_cb (BhDelegations *delegations, BhDelegate *self)
{
  go_on (self);
}

BhDelegate *
bh_delegate_new (BhRunActor *actor, BhBox *box)
{
  BhDelegate *self;

  g_return_val_if_fail (BH_IS_RUN_ACTOR (actor) && BH_IS_BOX (box), NULL);

  self = g_object_new (BH_TYPE_DELEGATE, NULL);
  self->actor = g_object_ref (actor);
  self->box = g_object_ref (box);
  g_signal_connect_object (bh_run_actor_get_delegations (actor), "begun", G_CALLBACK (begun_cb), self,
                           G_CONNECT_DEFAULT);
  go_on (self);
  return self;
}

void
bh_delegate_interrupt (BhDelegate *self)
{
  g_return_if_fail (BH_IS_DELEGATE (self));

  if (!self->busy || bh_run_actor_is_closed (self->actor))
    return;
  if (self->engine != NULL)
    {
      bh_engine_interrupt (self->engine);
      return;
    }
  self->cut = TRUE;
  bh_run_sign_in_call_off (self->actor);
}

gboolean
bh_delegate_call_off (BhDelegate *self, GError **error)
{
  BhJournal *journal = bh_run_actor_get_journal (self->actor);
  g_autoptr (BhDelegation) current = bh_delegation_get_current (journal);

  if (current == NULL)
    return TRUE;
  bh_delegate_interrupt (self);
  return dex_await (bh_delegations_await (bh_run_actor_get_delegations (self->actor), current->key), error);
}

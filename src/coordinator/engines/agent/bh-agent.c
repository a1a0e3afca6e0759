/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent.h"

#include "coordinator/engines/agent/bh-agent-permits.h"
#include "coordinator/engines/agent/bh-agent-process.h"
#include "coordinator/engines/agent/bh-agent-prompt.h"
#include "coordinator/engines/agent/bh-agent-questions.h"
#include "coordinator/engines/agent/bh-agent-verdict.h"
#include "coordinator/engines/agent/bh-agent-watch.h"
#include "coordinator/mcp/bh-mcp-delegation.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "protocol/bh-text.h"

/* So many lines go into one transaction at most. */
#define BATCH_LINES 512
/* So many at once are no chatter: they do not wait until it is time for what nobody looks at. */
#define MUCH_LINES 64
/* What cancel does not end by then is killed. */
#define CANCEL_SECONDS 15
#define DEATHS_MOST 3

struct _BhAgent
{
  GObject parent_instance;

  const BhEngineFile *file; /* borrowed */
  BhDialect *dialect;
  BhAgentWork *work; /* (nullable) under way */
};

static void bh_agent_engine_init (BhEngineInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhAgent,
                               bh_agent,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_ENGINE, bh_agent_engine_init))

/* --- boundaries --- */

/* After an end of the Run nothing of before is under way, and nothing that failed then has failed now. */
static void
begin_turn_of_run (BhAgentWork *work)
{
  BhEngineTask task;

  bh_engine_host_get_task (work->host, &task);
  if (bh_state_view_get_int (work->states, BH_AGENT_TURN, 0) == task.turn)
    return;
  bh_state_view_set_int (work->states, BH_AGENT_TURN, task.turn);
  if (task.turn <= 1)
    return;
  bh_agent_questions_forget (work);
  bh_agent_permits_turn_ended (work);
  bh_agent_process_kill (work);
  bh_turn_log_end (work->log);
  bh_agent_work_set (work, BH_AGENT_CUT, NULL);
  bh_agent_work_set (work, BH_AGENT_DEATHS, NULL);
  bh_agent_work_set (work, BH_AGENT_DIED,
                     bh_agent_work_get (work, BH_AGENT_PROMPT) != NULL ? BH_AGENT_DIED_STOPPED : NULL);
  bh_agent_work_set (work, BH_AGENT_FAILURE, NULL);
  bh_agent_verdict_reset (work);
}

static gboolean
has_something_to_say (BhAgentWork *work)
{
  return bh_agent_work_get (work, BH_AGENT_BEGUN) == NULL ||
         bh_agent_work_get (work, BH_AGENT_DIED) != NULL || bh_agent_questions_has_answer (work) ||
         bh_delegation_has_report (work->states) || bh_engine_host_has_message (work->host);
}

static gboolean
begin_turn (BhAgentWork *work, GError **error)
{
  g_autofree char *prompt = bh_agent_prompt_compose (work);

  if (prompt == NULL)
    return TRUE;
  bh_agent_verdict_reset (work);
  /* it goes to the engine as it is */
  bh_state_view_set_plain (work->states, BH_AGENT_PROMPT, prompt);
  bh_agent_work_set (work, BH_AGENT_CUT, NULL);
  bh_agent_work_set_phase (work, BH_PHASE_TURN);
  bh_mcp_turn_begun (work->states);
  bh_dialect_prompt (work->dialect, BH_DIALECT_SINK (work), prompt);
  bh_agent_work_heard (work);
  work->cancelled_at = 0;
  return bh_agent_work_talk (work, error);
}

/* --- how it ends --- */

static void
tell_death (BhAgentWork *work, const char *how, const char *advice)
{
  g_autofree char *what = g_strdup_printf ("%s ended unexpectedly: %s", work->file->name, how);
  g_autofree char *text = bh_agent_work_explain (work, what, advice);

  bh_turn_log_notice (work->log, text);
}

static void
die_in_turn (BhAgentWork *work, const char *how)
{
  gint64 deaths = bh_state_view_get_int (work->states, BH_AGENT_DEATHS, 0) + 1;
  g_autofree char *what = NULL;

  if (deaths <= DEATHS_MOST)
    {
      tell_death (work, how, "It is started again.");
      bh_turn_log_end (work->log);
      bh_state_view_set_int (work->states, BH_AGENT_DEATHS, deaths);
      bh_agent_work_set (work, BH_AGENT_DIED, how);
      return;
    }
  tell_death (work, how, "It is not started again.");
  bh_turn_log_end (work->log);
  what = g_strdup_printf ("%s ended %d times in the middle of its work (%s).%s", work->file->name,
                          (int) deaths, how, bh_agent_work_nothing_printed (work));
  bh_agent_work_fail (work, what, BH_AGENT_AGAIN);
}

/* A resumed session that is not known makes some engines exit. */
static void
die_at_start (BhAgentWork *work, const char *how)
{
  g_autofree char *why = g_strdup_printf ("it ended (%s)", how);
  g_autofree char *what = NULL, *text = NULL;

  if (bh_agent_work_give_up_session (work, why))
    return;
  what = g_strdup_printf ("%s ended before it was ready (%s).%s", work->file->name, how,
                          bh_agent_work_nothing_printed (work));
  text = g_strdup_printf ("Start “%s” in a terminal of the DevBox to see what is wrong. " BH_AGENT_AGAIN,
                          work->file->argv[0]);
  bh_agent_work_fail (work, what, text);
}

static gboolean
take_death (BhAgentWork *work, GError **error)
{
  g_autofree char *how = bh_agent_process_await_end (work);

  switch (bh_agent_work_get_phase (work))
    {
    case BH_PHASE_TURN:
      die_in_turn (work, how);
      break;
    case BH_PHASE_STARTING:
      die_at_start (work, how);
      break;
    case BH_PHASE_NONE:
    case BH_PHASE_READY:
    default:
      break;
    }
  bh_agent_process_kill (work);
  return dex_await (bh_journal_commit (work->journal, BH_RELAXED), error);
}

/* --- a turn under way --- */

/* The turn is asked to end; an engine that does not listen is killed and taken up again. */
static gboolean
cut_short (BhAgentWork *work, GError **error)
{
  if (work->cancelled_at == 0)
    {
      work->cancelled_at = g_get_monotonic_time ();
      bh_dialect_cancel (work->dialect, BH_DIALECT_SINK (work));
      return bh_agent_work_talk (work, error);
    }
  if (g_get_monotonic_time () - work->cancelled_at < CANCEL_SECONDS * G_USEC_PER_SEC)
    return TRUE;
  bh_turn_log_notice (work->log, "It did not stop when it was asked to, and was ended.");
  bh_turn_log_end (work->log);
  /* one that was delegated to is done with that; others get the message that they were interrupted for */
  bh_agent_work_set (work, BH_AGENT_DIED, work->delegated ? NULL : BH_AGENT_DIED_CUT);
  bh_agent_work_set (work, BH_AGENT_CUT, work->delegated ? "1" : NULL);
  bh_agent_process_kill (work);
  return dex_await (bh_journal_commit (work->journal, BH_RELAXED), error);
}

/* An engine that says much is read on while that is stored, and others have their turn; the pipe sees to it
 * that no more than a few MiB are on their way. */
static gboolean
store_lines (BhAgentWork *work, guint taken, GError **error)
{
  if (taken < MUCH_LINES)
    return taken == 0 || dex_await (bh_journal_flush_soon (work->journal), error);
  dex_future_disown (bh_journal_flush (work->journal));
  dex_await (dex_timeout_new_msec (0), NULL);
  return TRUE;
}

/* FALSE with error; `*any`: there were lines. */
static gboolean
take_lines (BhAgentWork *work, gboolean *any, GError **error)
{
  BhPhase before = bh_agent_work_get_phase (work);
  guint taken = 0;

  while (taken < BATCH_LINES)
    {
      guint64 skipped = 0;
      g_autoptr (GBytes) line = bh_line_pipe_next (work->pipe, &skipped);

      if (line == NULL && skipped == 0)
        break;
      taken++;
      if (line != NULL)
        bh_agent_work_take_line (work, line);
      else
        bh_agent_work_note_skipped (work, skipped);
    }
  *any = taken > 0;
  if (work->talked || bh_agent_work_get_phase (work) != before)
    return bh_agent_work_talk (work, error);
  return store_lines (work, taken, error);
}

/* Until there is a line, something else to do, or it is time for the watchdogs. */
static gboolean
wait_for_anything (BhAgentWork *work, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (dex_await (dex_future_first (bh_line_pipe_ready (work->pipe), dex_ref (DEX_FUTURE (work->wake)),
                                   dex_timeout_new_msec (bh_agent_watch_next (work)), NULL),
                 &local))
    return TRUE;
  if (g_error_matches (local, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return dex_await (bh_journal_flush (work->journal), error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* One look at the process: its lines, its end, what it is to be told. */
static gboolean
attend (BhAgentWork *work, GError **error)
{
  gboolean any = FALSE;

  if (!bh_agent_process_open (work, error) || !take_lines (work, &any, error))
    return FALSE;
  bh_agent_questions_answer (work);
  if ((work->talked && !bh_agent_work_talk (work, error)) || !bh_agent_watch (work, error))
    return FALSE;
  if (bh_agent_work_get_phase (work) == BH_PHASE_TURN && bh_agent_work_get (work, BH_AGENT_CUT) != NULL &&
      !cut_short (work, error))
    return FALSE;
  if (any || bh_agent_work_get (work, BH_AGENT_FAILURE) != NULL || work->pipe == NULL)
    return TRUE;
  if (bh_agent_process_has_ended (work))
    return take_death (work, error);
  return wait_for_anything (work, error);
}

static gboolean
start_process (BhAgentWork *work, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *what = NULL, *advice = NULL;

  if (bh_agent_process_open (work, &local))
    return TRUE;
  if (local->domain != G_IO_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  what = g_strdup_printf ("%s could not be started in the DevBox (%s): %s", work->file->name,
                          work->file->argv[0], local->message);
  advice = work->file->install != NULL ? g_strconcat ("It is installed by: ", work->file->install, NULL)
                                       : g_strdup ("Choose an image that has it, or another engine.");
  bh_agent_work_fail (work, what, advice);
  bh_agent_process_kill (work);
  return TRUE;
}

/* A question is open, for hours maybe: until it is answered, a message comes, or the box ends. What the
 * engine says by itself meanwhile is no part of its next turn. */
static gboolean
wait_at_boundary (BhAgentWork *work, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (bh_box_is_gone (bh_engine_host_get_box (work->host)))
    {
      bh_set_error (error, BH_ERROR_DEVBOX_GONE, NULL, "The DevBox ended while an answer was waited for.");
      return FALSE;
    }
  if (work->pipe != NULL)
    return wait_for_anything (work, error);
  if (dex_await (dex_future_first (dex_ref (DEX_FUTURE (work->wake)),
                                   dex_timeout_new_msec (bh_agent_watch_next (work)), NULL),
                 &local) ||
      g_error_matches (local, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What an idle engine has said, and whether it is there at all. */
static gboolean
drain (BhAgentWork *work, GError **error)
{
  gboolean any = TRUE;

  while (any && work->pipe != NULL && bh_agent_work_get_phase (work) == BH_PHASE_READY)
    if (!take_lines (work, &any, error))
      return FALSE;
  if (work->pipe != NULL && bh_agent_process_has_ended (work))
    return take_death (work, error);
  return TRUE;
}

/* Between two turns there is nothing to cancel. */
static gboolean
is_called_off (BhAgentWork *work)
{
  return work->delegated && bh_agent_work_get (work, BH_AGENT_CUT) != NULL &&
         bh_agent_work_get_phase (work) != BH_PHASE_TURN;
}

/* TRUE when there is something to go on with or it was called off, or `*over`: nothing is left to do. */
static gboolean
at_boundary (BhAgentWork *work, gboolean *over, GError **error)
{
  if (!drain (work, error))
    return FALSE;
  bh_agent_questions_watch (work);
  if (is_called_off (work))
    return TRUE;
  if (has_something_to_say (work))
    {
      /* after a restart of the coordinator the process is there, and its pipe is not */
      if (work->pipe == NULL)
        return start_process (work, error);
      return begin_turn (work, error);
    }
  if (bh_agent_questions_is_owed (work) || bh_delegation_is_owed (work->states))
    return wait_at_boundary (work, error);
  *over = TRUE;
  return TRUE;
}

/* A failure is told with the engine's last lines. */
static void
hear_out (BhAgentWork *work)
{
  BhVerdict *verdict = bh_agent_verdict_give (work);

  if (verdict->outcome == BH_RUN_FAILED)
    bh_agent_process_hear_out (work);
  bh_verdict_free (verdict);
}

static BhVerdict *
drive (BhAgentWork *work, GError **error)
{
  gboolean over = FALSE;

  bh_agent_questions_watch (work);
  while (!over && bh_agent_work_get (work, BH_AGENT_FAILURE) == NULL && !is_called_off (work))
    {
      BhPhase phase = bh_agent_work_get_phase (work);
      gboolean went_on = phase == BH_PHASE_STARTING || phase == BH_PHASE_TURN
                             ? attend (work, error)
                             : at_boundary (work, &over, error);

      if (!went_on)
        return NULL;
      if (!bh_journal_check_open (work->journal, error))
        return NULL;
    }
  bh_turn_log_end (work->log);
  hear_out (work);
  bh_agent_process_end (work);
  /* the Run goes on, and nobody waits for an answer any more */
  if (work->delegated)
    bh_agent_permits_turn_ended (work);
  return bh_agent_verdict_give (work);
}

/* --- the engine --- */

typedef struct
{
  BhAgent *agent;
  BhAgentWork *work;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->agent->work == job->work)
    g_clear_object (&job->agent->work);
  g_object_unref (job->work);
  g_object_unref (job->agent);
  g_free (job);
}

static DexFuture *
work_fiber (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  BhVerdict *verdict = drive (job->work, &error);

  if (verdict == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (BH_TYPE_VERDICT, verdict);
}

static DexFuture *
bh_agent_do_work (BhEngine *engine, BhEngineHost *host)
{
  BhAgent *self = BH_AGENT (engine);
  Job *job = g_new0 (Job, 1);

  job->agent = g_object_ref (self);
  job->work = bh_agent_work_new (self->file, self->dialect, host);
  g_set_object (&self->work, job->work);
  /* at once: an interrupt may come before the fiber is there */
  begin_turn_of_run (job->work);
  return dex_scheduler_spawn (NULL, 0, work_fiber, job, job_free);
}

static void
bh_agent_interrupt (BhEngine *engine)
{
  BhAgent *self = BH_AGENT (engine);

  if (self->work == NULL || bh_journal_is_closed (self->work->journal))
    return;
  bh_agent_work_set (self->work, BH_AGENT_CUT, "1");
  bh_mcp_turn_cut (self->work->states);
  bh_agent_work_wake (self->work);
}

static void
bh_agent_nudge (BhEngine *engine)
{
  BhAgent *self = BH_AGENT (engine);

  if (self->work != NULL)
    bh_agent_work_wake (self->work);
}

static void
bh_agent_finalize (GObject *object)
{
  BhAgent *self = BH_AGENT (object);

  g_clear_object (&self->work);
  g_clear_object (&self->dialect);
  G_OBJECT_CLASS (bh_agent_parent_class)->finalize (object);
}

static void
bh_agent_engine_init (BhEngineInterface *iface)
{
  iface->work = bh_agent_do_work;
  iface->interrupt = bh_agent_interrupt;
  iface->nudge = bh_agent_nudge;
}

static void
bh_agent_class_init (BhAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_agent_finalize;
}

static void
bh_agent_init (BhAgent *self)
{
}

BhAgent *
bh_agent_new (const BhEngineFile *file, BhDialect *dialect)
{
  BhAgent *self;

  g_return_val_if_fail (file != NULL && file->argv != NULL, NULL);
  g_return_val_if_fail (BH_IS_DIALECT (dialect), NULL);
  self = g_object_new (BH_TYPE_AGENT, NULL);
  self->file = file;
  self->dialect = g_object_ref (dialect);
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-watch.h"

#include "coordinator/engines/agent/bh-agent-process.h"
#include "coordinator/engines/agent/bh-silence.h"
#include "coordinator/mcp/bh-mcp-delegation.h"

/* How often the watchdogs look. */
#define LOOK_SECONDS 5
/* An engine that has no session by then will not get one; tests have less patience. */
#define START_SECONDS 120
#define START_VARIABLE "BELLHOP_ENGINE_START_SECONDS"
/* What counts as a minute of silence. */
#define SILENCE_SECONDS 60
#define SILENCE_VARIABLE "BELLHOP_ENGINE_SILENCE_SECONDS"

static gboolean
is_waiting_for_person (BhAgentWork *work)
{
  return bh_agent_work_get (work, BH_AGENT_ASKS) != NULL ||
         bh_journal_get_run (work->journal)->state == BH_RUN_NEEDS_YOU;
}

/* In microseconds. */
static gint64
time_of (const char *variable, gint64 otherwise)
{
  const char *text = g_getenv (variable);
  double seconds = text != NULL ? g_ascii_strtod (text, NULL) : 0.0;

  return (gint64) ((seconds > 0 ? seconds : (double) otherwise) * (double) G_USEC_PER_SEC);
}

static gboolean
is_waiting_for_engine (BhAgentWork *work)
{
  return !work->delegated && bh_delegation_is_at_work (work->journal);
}

static gint64
quiet_time (BhAgentWork *work)
{
  return g_get_monotonic_time () - work->heard_at;
}

/* It asks and asks, and reads no answer: its lines wait until it does. */
static gboolean
is_held_up (BhAgentWork *work)
{
  return work->pipe != NULL && bh_line_pipe_is_held_up (work->pipe);
}

/* What is told of a silence of that time. (transfer full) */
static char *
describe_silence (BhAgentWork *work, const char *time, gboolean at_step)
{
  if (is_held_up (work))
    return g_strdup_printf ("%s does not read the answers to what it asks. What it says waits until it does, "
                            "and for %s nothing was heard of it.%s",
                            work->file->name, time, bh_agent_work_nothing_printed (work));
  return g_strdup_printf ("%s has said nothing for %s. %s%s", work->file->name, time,
                          at_step ? "A step of it is still at work, or hangs."
                                  : "Its model may be out of reach, or busy.",
                          bh_agent_work_nothing_printed (work));
}

/* It is nobody's failure yet. The clock stands while somebody else is to do something. */
static gboolean
tell_silence (BhAgentWork *work, GError **error)
{
  gint64 minute = time_of (SILENCE_VARIABLE, SILENCE_SECONDS);
  gboolean held_up = is_held_up (work), at_step;
  const char *time;
  g_autofree char *what = NULL, *text = NULL;

  if (bh_agent_work_get_phase (work) != BH_PHASE_TURN)
    return TRUE;
  if (!held_up && (is_waiting_for_person (work) || is_waiting_for_engine (work)))
    bh_agent_work_heard (work);
  if (quiet_time (work) < minute)
    return TRUE;
  at_step = !held_up && bh_turn_log_has_open_step (work->log);
  time = bh_silence_take (&work->quiet_notices, quiet_time (work), minute, at_step);
  if (time == NULL)
    return TRUE;
  what = describe_silence (work, time, at_step);
  text = bh_agent_work_explain (work, what, "Wait, interrupt it with a message, or stop the Run.");
  bh_turn_log_notice (work->log, text);
  return dex_await (bh_journal_flush (work->journal), error);
}

int
bh_agent_watch_next (BhAgentWork *work)
{
  gint64 minute = time_of (SILENCE_VARIABLE, SILENCE_SECONDS), quiet = quiet_time (work);
  gint64 most = LOOK_SECONDS * G_USEC_PER_SEC, next = most;

  if (bh_agent_work_get_phase (work) == BH_PHASE_TURN)
    next = bh_silence_next (work->quiet_notices, quiet, minute, FALSE);
  /* after each line: whether a step is open takes long to find out in a long turn */
  if (next < most)
    next = bh_silence_next (work->quiet_notices, quiet, minute,
                            !is_held_up (work) && bh_turn_log_has_open_step (work->log));
  return (int) (MIN (most, next) / 1000 + 1);
}

/* Whatever it prints meanwhile. The session may be what it hangs at. */
static gboolean
watch_start (BhAgentWork *work, GError **error)
{
  gint64 most = time_of (START_VARIABLE, START_SECONDS);
  g_autofree char *what = NULL, *advice = NULL, *why = NULL;

  if (bh_agent_work_get_phase (work) != BH_PHASE_STARTING ||
      g_get_monotonic_time () - work->started_at < most)
    return TRUE;
  why = g_strdup_printf ("it was not ready after %d seconds", (int) (most / G_USEC_PER_SEC));
  if (bh_agent_work_give_up_session (work, why))
    {
      bh_agent_process_kill (work);
      return dex_await (bh_journal_commit (work->journal, BH_RELAXED), error);
    }
  what = g_strdup_printf ("%s was started, and was not ready after %d seconds.%s", work->file->name,
                          (int) (most / G_USEC_PER_SEC), bh_agent_work_nothing_printed (work));
  advice =
      g_strdup_printf ("Start “%s” in a terminal of the DevBox to see what it waits for. " BH_AGENT_AGAIN,
                       work->file->argv[0]);
  bh_agent_work_fail (work, what, advice);
  return TRUE;
}

gboolean
bh_agent_watch (BhAgentWork *work, GError **error)
{
  return watch_start (work, error) && tell_silence (work, error);
}

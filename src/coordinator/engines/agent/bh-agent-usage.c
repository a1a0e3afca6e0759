/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-usage.h"

/* Each time the whole Run is told to everybody who looks at it. */
#define STAGE_INTERVAL (2 * G_USEC_PER_SEC)
/* What the Run's cost holds of this session. Costs of several engines add up there. */
#define STATE_COST_TOLD "agent.cost.told"
/* as it was kept before: of the sessions before this one */
#define STATE_COST_BEFORE "agent.cost"

void
bh_agent_usage_clear (BhAgentWork *self)
{
  self->usage.context_used = self->usage.context_size = -1;
  self->usage.input_tokens = self->usage.output_tokens = -1;
  g_clear_pointer (&self->usage.currency, g_free);
  self->usage.told = FALSE;
}

static void
take_number (gint64 *known, gint64 said)
{
  if (said >= 0)
    *known = said;
}

void
bh_agent_usage_take (BhAgentWork *self, const BhUsage *usage)
{
  take_number (&self->usage.context_used, usage->context_used);
  take_number (&self->usage.context_size, usage->context_size);
  take_number (&self->usage.input_tokens, usage->input_tokens);
  take_number (&self->usage.output_tokens, usage->output_tokens);
  if (usage->output_tokens > 0)
    bh_agent_work_set (self, BH_AGENT_TOKENS, "1");
  if (usage->cost >= 0 && usage->currency != NULL)
    {
      self->usage.cost = usage->cost;
      g_free (self->usage.currency);
      self->usage.currency = g_strndup (usage->currency, 8);
    }
  self->usage.told = TRUE;
  /* tokens of a turn are told once, at its end, and added up: they must not wait */
  if (self->usage.input_tokens >= 0 || self->usage.output_tokens >= 0 ||
      g_get_monotonic_time () - self->usage.staged_at >= STAGE_INTERVAL)
    bh_agent_usage_stage (self);
}

static void
add_number (gint64 *sum, gint64 more)
{
  if (more >= 0 && *sum <= G_MAXINT64 / 2 && more <= G_MAXINT64 / 2)
    *sum = MAX (*sum, 0) + more;
}

static double
cost_told (BhAgentWork *self, const BhRun *run)
{
  const char *told = bh_agent_work_get (self, STATE_COST_TOLD);
  const char *before = bh_agent_work_get (self, STATE_COST_BEFORE);

  if (told != NULL)
    return g_ascii_strtod (told, NULL);
  /* a session that began with an older coordinator */
  if (!self->delegated && run->currency != NULL)
    return run->cost - (before != NULL ? g_ascii_strtod (before, NULL) : 0);
  return 0;
}

static void
add_cost (BhAgentWork *self, BhRun *run)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double told = cost_told (self, run);

  if (self->usage.currency == NULL ||
      (run->currency != NULL && g_strcmp0 (run->currency, self->usage.currency) != 0))
    return;
  run->cost = (run->currency != NULL ? run->cost : 0) + self->usage.cost - told;
  g_free (run->currency);
  run->currency = g_strdup (self->usage.currency);
  bh_state_view_set_plain (self->states, STATE_COST_TOLD,
                           g_ascii_dtostr (text, sizeof text, self->usage.cost));
}

static void
fill_in (BhAgentWork *self, BhRun *run)
{
  if (!run->has_usage)
    run->context_used = run->context_size = run->input_tokens = run->output_tokens = -1;
  run->has_usage = TRUE;
  if (!self->delegated)
    {
      take_number (&run->context_used, self->usage.context_used);
      take_number (&run->context_size, self->usage.context_size);
    }
  add_number (&run->input_tokens, self->usage.input_tokens);
  add_number (&run->output_tokens, self->usage.output_tokens);
  add_cost (self, run);
}

void
bh_agent_usage_stage (BhAgentWork *self)
{
  BhRun *run;

  if (!self->usage.told)
    return;
  run = bh_run_copy (bh_journal_get_run (self->journal));
  fill_in (self, run);
  bh_journal_put_run (self->journal, run);
  bh_agent_usage_clear (self);
  self->usage.staged_at = g_get_monotonic_time ();
}

void
bh_agent_usage_new_session (BhAgentWork *self)
{
  bh_agent_work_set (self, STATE_COST_TOLD, "0");
}

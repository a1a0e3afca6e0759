/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-verdict.h"

#include <string.h>

#include "coordinator/mcp/bh-mcp-state.h"
#include "protocol/bh-text.h"

#define WHY_MAX 1000
/* bytes of an error that stands where an answer would */
#define ERROR_MAX 1000
#define TRY_AGAIN "When its model can be reached again, send a message to let it go on."
#define GO_ON "Send a message to let it go on."

void
bh_agent_verdict_reset (BhAgentWork *self)
{
  bh_agent_work_set (self, BH_AGENT_END, NULL);
  bh_agent_work_set (self, BH_AGENT_END_WHY, NULL);
  bh_agent_work_set (self, BH_AGENT_SUMMARY, NULL);
  bh_agent_work_set (self, BH_AGENT_DID, NULL);
  bh_agent_work_set (self, BH_AGENT_REJECTED, NULL);
  bh_agent_work_set (self, BH_AGENT_TOKENS, NULL);
  bh_mcp_clear_report (self->states);
}

/* Copilot and codex-acp end such a turn as a good one, with the error as its message (measured 22 Nov 2026).
 * It is told from an answer by four things together: no tool was called, the engine counts no token that the
 * model wrote, the words are those of an error, and they are few. */
static gboolean
looks_like_model_error (BhAgentWork *self, const char *words)
{
  static GRegex *errors;

  if (g_strcmp0 (bh_agent_work_get (self, BH_AGENT_DID), BH_AGENT_SAID) != 0 ||
      bh_agent_work_get (self, BH_AGENT_TOKENS) != NULL || strlen (words) > ERROR_MAX)
    return FALSE;
  if (errors == NULL)
    errors = g_regex_new (
        "\\b(api error|http 4\\d\\d|http 5\\d\\d|status:? (code )?[45]\\d\\d|unauthori[sz]ed|"
        "authentication (failed|required|error)|invalid api key|rate limit|quota|overloaded|"
        "high demand|temporary errors?|request failed|internal server error|(network|connection) error|"
        "could not connect)\\b",
        G_REGEX_CASELESS | G_REGEX_OPTIMIZE, G_REGEX_MATCH_DEFAULT, NULL);
  return g_regex_match (errors, words, G_REGEX_MATCH_DEFAULT, NULL);
}

static const char *
summary_of (BhAgentWork *self)
{
  const char *words = bh_agent_work_get (self, BH_AGENT_SUMMARY);

  return words != NULL ? words : "";
}

static BhVerdict *failed (BhAgentWork *self, const char *advice, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

static BhVerdict *
failed (BhAgentWork *self, const char *advice, const char *format, ...)
{
  g_autofree char *what = NULL, *reason = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  reason = bh_agent_work_explain (self, what, advice);
  return bh_verdict_new (BH_RUN_FAILED, summary_of (self), reason);
}

/* (transfer full) Who is not let in is helped by no waiting. */
static char *
advice_on (BhAgentWork *self, const char *words)
{
  const char *hint = self->file->sign_in_hint;

  if (hint == NULL || !g_regex_match_simple (
                          "\\b401\\b|unauthori[sz]ed|authentication (failed|required|error)|invalid api key",
                          words, G_REGEX_CASELESS, G_REGEX_MATCH_DEFAULT))
    return g_strdup (TRY_AGAIN);
  return g_strdup_printf ("%s Then send a message to let it go on.", hint);
}

/* From how its last turn ended. */
static BhVerdict *
judge_turn (BhAgentWork *self)
{
  const char *name = self->file->name;
  const char *end = bh_agent_work_get (self, BH_AGENT_END);
  const char *why = bh_agent_work_get (self, BH_AGENT_END_WHY);
  g_autofree char *words = bh_text_head (why != NULL ? why : "It did not say why.", WHY_MAX);
  g_autofree char *advice = advice_on (self, g_strcmp0 (end, "failed") == 0 ? words : summary_of (self));

  if (g_strcmp0 (end, "refused") == 0)
    return failed (self, "Send a message that asks in another way.", "%s refused to go on: %s", name, words);
  if (g_strcmp0 (end, "limited") == 0)
    return failed (self, GO_ON, "%s stopped at a limit: %s", name, words);
  if (g_strcmp0 (end, "failed") == 0)
    return failed (self, advice, "The turn of %s failed: %s", name, words);
  /* codex-acp says then that it was cancelled, opencode and Copilot that all is done */
  if (bh_agent_work_get (self, BH_AGENT_REJECTED) != NULL)
    return failed (self, "Send a message that says how to go on.",
                   "You rejected what %s asked permission for, and with that it ended its turn.", name);
  if (g_strcmp0 (end, "cancelled") == 0)
    return failed (self, GO_ON, "The turn of %s was cancelled.", name);
  if (bh_agent_work_get (self, BH_AGENT_DID) == NULL)
    return failed (
        self, TRY_AGAIN,
        "%s ended its turn without saying or doing anything. That happens when its model cannot be "
        "reached, or when it is not signed in.",
        name);
  if (looks_like_model_error (self, summary_of (self)))
    return failed (self, advice, "%s ended its turn as if all was well, but its model failed: %s", name,
                   summary_of (self));
  return bh_verdict_new (BH_RUN_COMPLETED, summary_of (self), NULL);
}

BhVerdict *
bh_agent_verdict_give (BhAgentWork *self)
{
  const char *failure = bh_agent_work_get (self, BH_AGENT_FAILURE);
  BhRunState reported;
  const char *report;

  /* it had done its work when it said so, whatever came after */
  if (bh_mcp_get_report (self->states, &reported, &report))
    return bh_verdict_new (reported, report, reported == BH_RUN_FAILED ? report : NULL);
  if (failure != NULL)
    return failed (self, NULL, "%s", failure);
  if (self->delegated && bh_agent_work_get (self, BH_AGENT_CUT) != NULL)
    {
      g_autofree char *reason =
          g_strdup_printf ("The person interrupted %s before it had done its part.", self->file->name);

      return bh_verdict_new (BH_RUN_FAILED, summary_of (self), reason);
    }
  return judge_turn (self);
}

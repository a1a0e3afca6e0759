/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-prompt.h"

#include "coordinator/engines/agent/bh-agent-questions.h"

#include <string.h>

#include "coordinator/mcp/bh-mcp-delegation.h"
#include "protocol/bh-text.h"

/* What was said, for a session that knows nothing of it: each text by itself, so that none is written again.
 */
#define STATE_TOLD "agent.told."
#define STATE_TOLD_COUNT "agent.told"
#define STORY_MAX (64 * 1024)
/* more than anybody wrote in a Run; short answers would be without end */
#define TOLD_MOST 256

static const char common[] = "You work on a job in a DevBox of Bellhop: an isolated environment that is "
                             "yours alone. Everything in it may "
                             "be changed, installed and run; nothing outside of it can be reached. Your "
                             "working folder is /workspace.\n";
static const char interactive[] = "Where a decision is the person's to take, call the tool ask_human of the "
                                  "MCP server “bellhop” with options "
                                  "and a recommendation, instead of ending your turn with a question or "
                                  "guessing. The answer may take hours.\n";
static const char autonomous[] =
    "Nobody can be asked while you work: decide for yourself, and say in the summary what you decided.\n";
static const char reporting[] = "When the work is done, or cannot be done, call the tool report_result of "
                                "the same server with the outcome "
                                "and a summary of one paragraph, then end your turn.\n\n";

static void
add_part (GString *text, const char *part)
{
  if (text->len > 0 && !g_str_has_suffix (text->str, "\n\n"))
    g_string_append (text, g_str_has_suffix (text->str, "\n") ? "\n" : "\n\n");
  g_string_append (text, part);
}

/* "codex (Codex), gemini (Gemini CLI)": who may be given a part of the job */
static void
add_engines (BhAgentWork *self, GString *text)
{
  g_auto (GStrv) engines = bh_mcp_get_engines (self->journal);

  if (self->delegated || engines[0] == NULL)
    return;
  g_string_append (text, "Other engines are in this DevBox, by their ids: ");
  for (guint i = 0; engines[i] != NULL; i++)
    {
      int length = (int) strcspn (engines[i], " ");

      g_string_append_printf (text, "%s%.*s (%s)", i > 0 ? ", " : "", length, engines[i],
                              engines[i][length] != '\0' ? engines[i] + length + 1 : engines[i]);
    }
  g_string_append (text,
                   ". Where the instructions name one of them for a part of the job, give it that part with "
                   "the tool delegate of the same server, with all that it has to know, instead of doing it "
                   "yourself. Do everything else yourself.\n");
}

static void
add_preamble (BhAgentWork *self, GString *text)
{
  gboolean alone = bh_journal_get_run (self->journal)->mode == BH_MODE_AUTONOMOUS;
  BhEngineTask task;

  bh_engine_host_get_task (self->host, &task);
  add_part (text, common);
  if (task.giver != NULL)
    g_string_append_printf (
        text,
        "%s coordinates the job, and gives you a part of it. It works in the same folder, "
        "and reads your report.\n",
        task.giver);
  g_string_append (text, alone ? autonomous : interactive);
  add_engines (self, text);
  g_string_append (text, reporting);
}

static void
add_instructions (BhAgentWork *self, GString *text, const char *before)
{
  BhEngineTask task;

  bh_engine_host_get_task (self->host, &task);
  if (task.instructions == NULL)
    return;
  if (before != NULL)
    add_part (text, before);
  add_part (text, task.instructions);
}

/* --- what was told --- */

static char *
told_key (gint64 n)
{
  return g_strdup_printf (STATE_TOLD "%" G_GINT64_FORMAT, n);
}

/* The first of the newest that fit. */
static gint64
find_first (BhAgentWork *self, gint64 count)
{
  gint64 first = count;
  gsize room = STORY_MAX;

  while (first > 0 && count - first < TOLD_MOST)
    {
      g_autofree char *key = told_key (first - 1);
      const char *told = bh_state_view_get (self->states, key);

      if (told == NULL || strlen (told) > room)
        break;
      room -= strlen (told);
      first--;
    }
  return first;
}

/* What does not fit now never will. */
static void
remember (BhAgentWork *self, const char *what)
{
  gint64 count = bh_state_view_get_int (self->states, STATE_TOLD_COUNT, 0);
  g_autofree char *key = told_key (count);

  bh_state_view_set (self->states, key, what);
  bh_state_view_set_int (self->states, STATE_TOLD_COUNT, count + 1);
  for (gint64 n = find_first (self, count + 1); n > 0; n--)
    {
      g_autofree char *old = told_key (n - 1);

      if (bh_agent_work_get (self, old) == NULL)
        return;
      bh_agent_work_set (self, old, NULL);
    }
}

/* The newest that fit, oldest first. */
static void
add_told (BhAgentWork *self, GString *text)
{
  gint64 count = bh_state_view_get_int (self->states, STATE_TOLD_COUNT, 0);
  gint64 first = find_first (self, count);

  if (first > 0)
    add_part (text, "(Earlier messages are left out.)");
  for (gint64 i = first; i < count; i++)
    {
      g_autofree char *key = told_key (i);
      const char *told = bh_state_view_get (self->states, key);

      if (told != NULL)
        add_part (text, told);
    }
}

/* --- parts --- */

static gboolean
add_answers (BhAgentWork *self, GString *text)
{
  gboolean any = FALSE;
  BhAgentAnswer *next;

  while ((next = bh_agent_questions_next_answer (self)) != NULL)
    {
      g_autoptr (BhAgentAnswer) answer = next;
      g_autofree char *part = NULL;

      any = TRUE;
      for (guint i = 0; answer->set != NULL && i < answer->set->questions->len; i++)
        {
          const BhQuestion *question = answer->set->questions->pdata[i];
          const BhChoice *choice = answer->set->answers != NULL && i < answer->set->answers->len
                                       ? answer->set->answers->pdata[i]
                                       : NULL;
          g_autofree char *said =
              choice != NULL ? bh_choice_to_text (question, choice) : g_strdup ("no answer");
          g_autofree char *line =
              g_strdup_printf ("You asked: %s\nThe person answered: %s", question->text, said);

          add_part (text, line);
          remember (self, line);
        }
    }
  return any;
}

static gboolean
add_messages (BhAgentWork *self, GString *text)
{
  gboolean any = FALSE;
  BhMessage *next;

  while ((next = bh_engine_host_next_message (self->host)) != NULL)
    {
      g_autoptr (BhMessage) message = next;
      g_autofree char *told =
          g_strdup_printf (self->delegated ? "You were given: %s" : "The person wrote: %s", message->text);

      any = TRUE;
      add_part (text, message->text);
      remember (self, told);
      bh_engine_host_take_up (self->host, message);
    }
  return any;
}

static gboolean
add_reports (BhAgentWork *self, GString *text)
{
  gboolean any = FALSE;
  char *next;

  while ((next = bh_delegation_take_report (self->states)) != NULL)
    {
      g_autofree char *report = next;

      any = TRUE;
      add_part (text, report);
      remember (self, report);
    }
  return any;
}

static void
add_story (BhAgentWork *self, GString *text)
{
  const char *words = bh_agent_work_get (self, BH_AGENT_SUMMARY);

  add_preamble (self, text);
  add_part (text, "You have worked on this before, in a session that is lost: what you did is in the working "
                  "folder, so look there first.");
  add_instructions (self, text, "The instructions were:");
  if (bh_state_view_get_int (self->states, STATE_TOLD_COUNT, 0) > 0)
    add_part (text, "Since then:");
  add_told (self, text);
  if (words != NULL && *words != '\0')
    {
      g_autofree char *last = g_strdup_printf ("Your last words were: %s", words);

      add_part (text, last);
    }
}

/* What happened, and in case the session did not keep it, what the engine was told before. */
static void
add_death (BhAgentWork *self, GString *text)
{
  g_autofree char *died = g_strdup (bh_agent_work_get (self, BH_AGENT_DIED));
  g_autofree char *prompt = g_strdup (bh_agent_work_get (self, BH_AGENT_PROMPT));
  g_autofree char *line = NULL;

  bh_agent_work_set (self, BH_AGENT_DIED, NULL);
  if (strcmp (died, BH_AGENT_DIED_CUT) == 0)
    line = g_strdup ("The person interrupted you. You did not stop, so you were started again.");
  else if (strcmp (died, BH_AGENT_DIED_STOPPED) == 0)
    line = g_strdup ("The person had stopped you in the middle of the work.");
  else
    line =
        g_strdup_printf ("Your process ended in the middle of the work (%s) and was started again. Look at "
                         "what is done already, and go on from there.",
                         died);
  add_part (text, line);
  if (prompt != NULL)
    {
      g_autofree char *last = bh_text_head (prompt, STORY_MAX);

      add_part (text, "In case you do not remember it, this is what you were working on:");
      add_part (text, last);
    }
}

char *
bh_agent_prompt_compose (BhAgentWork *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean any = FALSE;

  if (bh_agent_work_get (self, BH_AGENT_BEGUN) == NULL)
    {
      add_preamble (self, text);
      add_instructions (self, text, NULL);
      bh_agent_work_set (self, BH_AGENT_BEGUN, "1");
      any = TRUE;
    }
  else if (bh_agent_work_get (self, BH_AGENT_STORY) != NULL)
    add_story (self, text);
  if (bh_agent_work_get (self, BH_AGENT_DIED) != NULL)
    {
      add_death (self, text);
      any = TRUE;
    }
  any = add_answers (self, text) || any;
  any = add_reports (self, text) || any;
  any = add_messages (self, text) || any;
  if (!any)
    return NULL;
  bh_agent_work_set (self, BH_AGENT_STORY, NULL);
  return g_strdup (text->str);
}

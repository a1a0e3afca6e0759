/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-questions.h"

#include <string.h>

#include "coordinator/engines/agent/bh-agent-permits.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "protocol/bh-text.h"

/* An engine that withdraws its questions and asks others, again and again: nobody could answer so many. All
 * of a Run together have the same limit (BH_QUESTIONS_OPEN_MAX). */
#define OPEN_MOST 32
#define QUESTION_SHOWN_MAX 300

/* Requests that are open lie in BH_AGENT_ASKS, a line each: "KEY REQUEST". A key holds no space, a request no
 * newline. What is known of the question itself is kept where those asked through MCP are: when no request
 * waits for it any more, its answer is owed, whoever asked. */

static char **
requests (BhAgentWork *self)
{
  const char *state = bh_agent_work_get (self, BH_AGENT_ASKS);

  return state != NULL ? g_strsplit (state, "\n", -1) : g_new0 (char *, 1);
}

static char *
key_of (const char *line)
{
  return g_strndup (line, strcspn (line, " "));
}

static const char *
request_of (const char *line)
{
  const char *space = strchr (line, ' ');

  return space != NULL ? space + 1 : "";
}

static void
add_request (BhAgentWork *self, const char *key, const char *request)
{
  const char *before = bh_agent_work_get (self, BH_AGENT_ASKS);
  g_autofree char *after =
      g_strconcat (before != NULL ? before : "", before != NULL ? "\n" : "", key, " ", request, NULL);

  bh_agent_work_set (self, BH_AGENT_ASKS, after);
}

static void
remove_request (BhAgentWork *self, const char *line)
{
  g_auto (GStrv) lines = requests (self);
  g_autoptr (GString) rest = g_string_new (NULL);
  gboolean removed = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    if (!removed && strcmp (lines[i], line) == 0)
      removed = TRUE;
    else
      g_string_append_printf (rest, "%s%s", rest->len > 0 ? "\n" : "", lines[i]);
  bh_agent_work_set (self, BH_AGENT_ASKS, rest->len > 0 ? rest->str : NULL);
}

/* --- waiting --- */

typedef struct
{
  BhAgentWork *work;
  char *key;
} Wait;

static void
wait_free (gpointer data)
{
  Wait *wait = data;

  g_object_unref (wait->work);
  g_free (wait->key);
  g_free (wait);
}

/* Without a set: it was withdrawn, and nobody will answer. Who waits for nothing but this is woken also when
 * the Run was stopped, and finds out. */
static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  Wait *wait = data;
  const GValue *value = dex_future_get_value (future, NULL);
  BhAgentAnswer *answer;

  g_hash_table_remove (wait->work->watched, wait->key);
  if (!bh_journal_is_closed (wait->work->journal))
    {
      answer = g_new0 (BhAgentAnswer, 1);
      answer->key = g_strdup (wait->key);
      answer->set = value != NULL ? g_value_dup_boxed (value) : NULL;
      if (value == NULL)
        bh_mcp_forget (wait->work->states, wait->key);
      g_queue_push_tail (&wait->work->answers, answer);
    }
  bh_agent_work_wake (wait->work);
  return dex_future_new_true ();
}

static gboolean
has_come (BhAgentWork *self, const char *key)
{
  for (GList *l = self->answers.head; l != NULL; l = l->next)
    if (strcmp (((BhAgentAnswer *) l->data)->key, key) == 0)
      return TRUE;
  return FALSE;
}

void
bh_agent_questions_watch_key (BhAgentWork *self, const char *key, BhQuestionSet *set)
{
  g_autoptr (BhQuestionSet) asked = NULL;
  Wait *wait;

  if (has_come (self, key) || !g_hash_table_add (self->watched, g_strdup (key)))
    return;
  asked = set != NULL ? bh_question_set_ref (set) : bh_question_set_new ();
  wait = g_new0 (Wait, 1);
  wait->work = g_object_ref (self);
  wait->key = g_strdup (key);
  dex_future_disown (
      dex_future_finally (bh_engine_host_ask (self->host, asked, key), answered_cb, wait, wait_free));
}

void
bh_agent_questions_watch (BhAgentWork *self)
{
  g_autoptr (GPtrArray) deferred = bh_mcp_deferred (self->states);
  g_auto (GStrv) lines = requests (self);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *key = key_of (lines[i]);

      bh_agent_questions_watch_key (self, key, NULL);
    }
  bh_agent_permits_watch (self);
  for (guint i = 0; i < deferred->len; i++)
    bh_agent_questions_watch_key (self, ((BhMcpDeferred *) deferred->pdata[i])->key, NULL);
}

/* --- answers --- */

/* To all requests that wait for this one; FALSE if there is none. */
static gboolean
give_to_requests (BhAgentWork *self, const BhAgentAnswer *answer)
{
  g_auto (GStrv) lines = requests (self);
  gboolean given = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *key = key_of (lines[i]);

      if (strcmp (key, answer->key) != 0)
        continue;
      given = TRUE;
      remove_request (self, lines[i]);
      bh_mcp_end_wait (self->states, key, answer->set != NULL);
      bh_dialect_answer (self->dialect, BH_DIALECT_SINK (self), request_of (lines[i]), answer->set);
    }
  return given;
}

void
bh_agent_questions_answer (BhAgentWork *self)
{
  for (GList *l = self->answers.head, *next; l != NULL; l = next)
    {
      BhAgentAnswer *answer = l->data;

      next = l->next;
      if (!bh_agent_permits_give (self, answer) && !give_to_requests (self, answer))
        continue;
      g_queue_delete_link (&self->answers, l);
      bh_agent_answer_free (answer);
    }
}

static gboolean
is_deferred (BhAgentWork *self, const char *key)
{
  g_autoptr (GPtrArray) deferred = bh_mcp_deferred (self->states);

  for (guint i = 0; i < deferred->len; i++)
    if (strcmp (((BhMcpDeferred *) deferred->pdata[i])->key, key) == 0)
      return TRUE;
  return FALSE;
}

gboolean
bh_agent_questions_is_owed (BhAgentWork *self)
{
  g_autoptr (GPtrArray) deferred = bh_mcp_deferred (self->states);

  return deferred->len > 0;
}

gboolean
bh_agent_questions_has_answer (BhAgentWork *self)
{
  for (GList *l = self->answers.head; l != NULL; l = l->next)
    if (is_deferred (self, ((BhAgentAnswer *) l->data)->key))
      return TRUE;
  return FALSE;
}

BhAgentAnswer *
bh_agent_questions_next_answer (BhAgentWork *self)
{
  for (GList *l = self->answers.head; l != NULL; l = l->next)
    {
      BhAgentAnswer *answer = l->data;

      if (!is_deferred (self, answer->key))
        continue;
      bh_mcp_take_deferred (self->states, answer->key);
      g_queue_delete_link (&self->answers, l);
      return answer;
    }
  return NULL;
}

/* --- requests --- */

/* The same words are the same question: an engine that was resumed asks again. */
static char *
digest_of (const BhQuestionSet *set)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];

      g_checksum_update (sum, (const guchar *) question->text, (gssize) strlen (question->text) + 1);
      for (guint j = 0; j < question->options->len; j++)
        {
          const BhOption *option = question->options->pdata[j];

          g_checksum_update (sum, (const guchar *) option->label, (gssize) strlen (option->label) + 1);
        }
    }
  return g_strdup_printf ("native:%s", g_checksum_get_string (sum));
}

/* An autonomous Run never pauses: what is recommended, else the engine decides. */
static void
settle_by_policy (BhAgentWork *self, const char *request, const BhQuestionSet *asked)
{
  g_autoptr (BhQuestionSet) set = bh_question_set_copy (asked);
  g_autofree char *text = NULL, *answer = NULL;
  const char *first;

  /* as if a person had been asked: the answer lies in the journal until the engine has it */
  bh_journal_mask_questions (self->journal, set);
  first = ((BhQuestion *) set->questions->pdata[0])->text;
  set->answers = bh_question_set_recommended (set);
  answer = set->answers != NULL ? bh_question_set_answer_text (set) : NULL;
  text = answer != NULL
             ? g_strdup_printf ("Autonomous: took the recommended answer to “%s”: %s", first, answer)
             : g_strdup_printf ("Autonomous: asked “%s”, and was told to decide for itself.", first);
  bh_turn_log_notice (self->log, text);
  bh_dialect_answer (self->dialect, BH_DIALECT_SINK (self), request, answer != NULL ? set : NULL);
}

/* One that was asked before is none more, whoever asks again. */
static gboolean
asks_too_much (BhAgentWork *self, const char *digest)
{
  g_autoptr (GPtrArray) deferred = bh_mcp_deferred (self->states);
  g_auto (GStrv) lines = requests (self);

  return !bh_mcp_is_asked (self->states, digest) &&
         (deferred->len + g_strv_length (lines) >= OPEN_MOST || !bh_engine_host_may_ask (self->host));
}

/* A person hears of it: the engine goes on as if it had been answered. */
static void
turn_down (BhAgentWork *self, const char *request, const BhQuestionSet *asked)
{
  g_autoptr (BhQuestionSet) set = bh_question_set_copy (asked);
  g_autofree char *first = NULL, *text = NULL;

  bh_journal_mask_questions (self->journal, set);
  first = bh_text_one_line (((BhQuestion *) set->questions->pdata[0])->text, QUESTION_SHOWN_MAX);
  text =
      g_strdup_printf ("%s asked “%s” while %d questions were open. It was told to decide for itself; send a "
                       "message if you want it otherwise.",
                       self->file->name, first, OPEN_MOST);
  bh_turn_log_notice (self->log, text);
  bh_dialect_answer (self->dialect, BH_DIALECT_SINK (self), request, NULL);
}

void
bh_agent_questions_settle (BhAgentWork *self, const char *request, BhQuestionSet *set)
{
  g_autofree char *digest = NULL, *key = NULL;

  if (bh_journal_get_run (self->journal)->mode == BH_MODE_AUTONOMOUS)
    {
      settle_by_policy (self, request, set);
      return;
    }
  digest = digest_of (set);
  if (strchr (request, '\n') != NULL || asks_too_much (self, digest))
    {
      turn_down (self, request, set);
      return;
    }
  key = bh_mcp_begin_wait (self->states, digest);
  add_request (self, key, request);
  bh_agent_questions_watch_key (self, key, set);
}

void
bh_agent_questions_withdrawn (BhAgentWork *self, const char *request)
{
  g_auto (GStrv) lines = requests (self);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *key = key_of (lines[i]);

      if (strcmp (request_of (lines[i]), request) != 0)
        continue;
      remove_request (self, lines[i]);
      bh_mcp_end_wait (self->states, key, FALSE);
    }
}

void
bh_agent_questions_lose (BhAgentWork *self)
{
  g_auto (GStrv) lines = requests (self);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *key = key_of (lines[i]);

      bh_mcp_end_wait (self->states, key, FALSE);
    }
  bh_agent_work_set (self, BH_AGENT_ASKS, NULL);
}

void
bh_agent_questions_forget (BhAgentWork *self)
{
  g_auto (GStrv) lines = requests (self);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *key = key_of (lines[i]);

      bh_mcp_forget (self->states, key);
    }
  bh_agent_work_set (self, BH_AGENT_ASKS, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/mcp/bh-mcp-channel.h"

#include "coordinator/mcp/bh-mcp-ended.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "coordinator/mcp/bh-mcp-waits.h"
#include "coordinator/mcp/bh-mcp.h"
#include "coordinator/runs/bh-line-pipe.h"
#include "coordinator/runs/bh-staging.h"

/* States of the journal, besides those of the line pipe of the same prefix, of which "in" stays for long: the
 * box may tell of the channel once more before it knows that it was released.
 *   mcp.channel.ID.calls   calls that wait (bh-mcp-waits.c)
 *   mcp.channel.ID.engine  the one that it speaks for, if that works for another */
#define KEY_FORMAT BH_MCP_CHANNEL_KEY
#define CALLS_MAX 32

#define DEFERRED_TEXT                                                                                        \
  "Your question was sent to the person. End your turn now; you will be resumed with the answer."
#define STOPPED_TEXT "The Run was stopped before the person answered. End your turn now."
#define DELEGATED_TEXT                                                                                       \
  "The part was delegated, and the engine is still at work on it. End your turn now; you will be resumed "   \
  "with its report."
#define STOPPED_PART_TEXT "The Run was stopped before the engine had done its part. End your turn now."
#define PART_OVER_TEXT "Your part is over, and nobody was asked. End your turn now."
#define PROGRESS_TEXT "Waiting for the person"
#define PROGRESS_PART_TEXT "The engine is at work"
#define BUSY_TEXT "Too many questions wait at once. Ask again when some of them are answered."

#define BH_TYPE_MCP_CHANNEL (bh_mcp_channel_get_type ())
G_DECLARE_FINAL_TYPE (BhMcpChannel, bh_mcp_channel, BH, MCP_CHANNEL, GObject)

struct _BhMcpChannel
{
  GObject parent_instance;

  BhProcess *channel;
  BhQuestions *questions;
  BhDelegations *delegations; /* (nullable) */
  BhJournal *journal;
  BhStateView *states;
  BhLinePipe *pipe;
  char *key;
  GPtrArray *waits; /* BhMcpWait */
  gint64 wait_us, progress_us;
  DexPromise *wake; /* something is to be done */
  guint timer;
};

G_DEFINE_FINAL_TYPE (BhMcpChannel, bh_mcp_channel, G_TYPE_OBJECT)

static void
bh_mcp_channel_finalize (GObject *object)
{
  BhMcpChannel *self = BH_MCP_CHANNEL (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->waits, g_ptr_array_unref);
  g_clear_object (&self->pipe);
  g_clear_object (&self->questions);
  g_clear_object (&self->delegations);
  g_clear_object (&self->states);
  g_clear_object (&self->journal);
  g_clear_object (&self->channel);
  dex_clear (&self->wake);
  g_free (self->key);
  G_OBJECT_CLASS (bh_mcp_channel_parent_class)->finalize (object);
}

static void
bh_mcp_channel_class_init (BhMcpChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_mcp_channel_finalize;
}

static gint64
limit_us (const char *variable, gint64 fallback_ms)
{
  const char *text = g_getenv (variable);
  gint64 ms;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 1, fallback_ms, &ms, NULL))
    ms = fallback_ms;
  return ms * 1000;
}

static void
bh_mcp_channel_init (BhMcpChannel *self)
{
  self->waits = bh_mcp_waits_new ();
  self->wake = dex_promise_new ();
  self->wait_us = limit_us ("BELLHOP_MCP_WAIT_MS", BH_MCP_WAIT_MS);
  self->progress_us = limit_us ("BELLHOP_MCP_PROGRESS_MS", BH_MCP_PROGRESS_MS);
}

static void
wake (BhMcpChannel *self)
{
  g_autoptr (DexPromise) before = self->wake;

  self->wake = dex_promise_new ();
  dex_promise_resolve_boolean (before, TRUE);
}

/* --- what waits, in the journal --- */

static char *
state_key (BhMcpChannel *self, const char *name)
{
  return g_strdup_printf ("%s.%s", self->key, name);
}

static void
stage_waits (BhMcpChannel *self)
{
  g_autofree char *key = state_key (self, "calls");

  bh_mcp_waits_stage (self->waits, self->journal, key);
}

/* --- what the client wants --- */

static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhMcpChannel) self = g_weak_ref_get (data);

  if (self != NULL)
    wake (self);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* Takes `answer`. */
static void
await_answer (BhMcpChannel *self, BhMcpWait *wait, DexFuture *answer)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  wait->answer = answer;
  dex_future_disown (dex_future_finally (dex_ref (answer), answered_cb, weak, weak_free));
}

static void
on_send (gpointer user_data, const char *line)
{
  BhMcpChannel *self = user_data;
  /* what the client said may be told back, and lies in the journal until it was */
  g_autofree char *shown = bh_journal_masked_json (self->journal, line);

  bh_line_pipe_send (self->pipe, shown);
}

static void
answer_call (BhMcpChannel *self, const BhMcpCall *call, const char *text, gboolean is_error)
{
  g_autofree char *line = bh_mcp_result (call, text, is_error);

  bh_line_pipe_send (self->pipe, line);
}

/* The id of a call, or a token, as it is stored and told back: a text with secrets hidden. A number stays
 * one. (transfer full) (nullable) */
static char *
masked_name (BhMcpChannel *self, const char *name)
{
  return bh_journal_masked_json (self->journal, name);
}

static BhMcpCall *
masked_call (BhMcpChannel *self, const BhMcpCall *call)
{
  BhMcpCall *copy = g_new0 (BhMcpCall, 1);

  copy->id = masked_name (self, call->id);
  copy->token = masked_name (self, call->token);
  copy->stateless = call->stateless;
  return copy;
}

/* (nullable) */
static BhMcpWait *
begin_wait (BhMcpChannel *self, const BhMcpCall *call, const char *digest)
{
  g_autoptr (BhMcpCall) shown = masked_call (self, call);
  BhMcpWait *wait;

  if (self->waits->len >= CALLS_MAX)
    {
      answer_call (self, shown, BUSY_TEXT, TRUE);
      return NULL;
    }
  wait = bh_mcp_wait_new (self->states, g_steal_pointer (&shown), digest);
  g_ptr_array_add (self->waits, wait);
  return wait;
}

/* That the line was read, that the call waits and that the question is asked is one transaction, which
 * bh_questions_ask() commits. */
static void
on_ask (gpointer user_data, const BhMcpCall *call, BhQuestionSet *set, const char *digest)
{
  BhMcpChannel *self = user_data;
  const char *engine = bh_state_view_get_engine (self->states);
  BhMcpWait *wait;

  /* what was left behind in the box: nobody would withdraw its question */
  if (bh_delegation_is_over (self->states))
    {
      g_autoptr (BhMcpCall) shown = masked_call (self, call);

      answer_call (self, shown, PART_OVER_TEXT, TRUE);
      return;
    }
  wait = begin_wait (self, call, digest);
  if (wait == NULL)
    return;
  if (engine == NULL)
    engine = bh_journal_get_run (self->journal)->engine_used;
  stage_waits (self);
  await_answer (self, wait,
                bh_questions_ask (self->questions, set, wait->key, engine != NULL ? engine : "script"));
}

static void
refuse_second (BhMcpChannel *self, const BhMcpCall *call)
{
  g_autoptr (BhDelegation) current = bh_delegation_get_current (self->journal);
  g_autofree char *text =
      g_strdup_printf ("Nothing was delegated: %s is at work on another part, and only one engine works at a "
                       "time. End your turn now; you will be resumed with its report, and can delegate then.",
                       current->name);

  answer_call (self, call, text, TRUE);
}

static void
on_delegate (gpointer user_data, const BhMcpCall *call, const char *engine, const char *instructions)
{
  BhMcpChannel *self = user_data;
  g_autofree char *digest = bh_delegation_digest (engine, instructions);
  BhMcpWait *wait = begin_wait (self, call, digest);

  if (wait == NULL)
    return;
  /* nobody hears the report of a call outside of a turn, and it would keep that out of the next prompt */
  if (!bh_mcp_is_in_turn (self->states))
    wait->at = 0;
  if (!bh_delegation_is_known (self->journal, wait->key))
    {
      if (bh_delegation_is_at_work (self->journal))
        {
          bh_mcp_forget (self->states, wait->key);
          refuse_second (self, wait->call);
          g_ptr_array_remove (self->waits, wait);
          return;
        }
      bh_delegations_begin (self->delegations, wait->key, engine, instructions);
    }
  stage_waits (self);
  await_answer (self, wait, bh_delegations_await (self->delegations, wait->key));
}

static void
on_report (gpointer user_data, BhRunState outcome, const char *summary)
{
  bh_mcp_set_report (((BhMcpChannel *) user_data)->states, outcome, summary);
}

static void
on_cancelled (gpointer user_data, const char *id)
{
  BhMcpChannel *self = user_data;
  g_autofree char *shown = masked_name (self, id);

  for (guint i = 0; i < self->waits->len; i++)
    {
      const BhMcpWait *wait = self->waits->pdata[i];

      if (!g_str_equal (wait->call->id, shown))
        continue;
      /* the question stays: its answer will be told in a prompt */
      bh_mcp_wait_end (wait, self->states, FALSE);
      g_ptr_array_remove_index (self->waits, i);
      stage_waits (self);
      return;
    }
}

static const BhMcpHost host = {
  .send = on_send,
  .ask = on_ask,
  .report = on_report,
  .cancelled = on_cancelled,
  .delegate = on_delegate,
};

static void
receive_lines (BhMcpChannel *self)
{
  gboolean delegated = bh_state_view_get_engine (self->states) != NULL;
  g_auto (GStrv) engines =
      !delegated && self->delegations != NULL ? bh_mcp_get_engines (self->journal) : NULL;
  const BhMcpOffer offer = { .autonomous = bh_journal_get_run (self->journal)->mode == BH_MODE_AUTONOMOUS,
                             .delegated = delegated,
                             .engines = (const char *const *) engines };

  for (;;)
    {
      guint64 skipped;
      g_autoptr (GBytes) line = bh_line_pipe_next (self->pipe, &skipped);

      if (line != NULL)
        bh_mcp_receive (&host, self, &offer, line);
      else if (skipped > 0)
        {
          g_autofree char *refusal = bh_mcp_too_long (skipped);

          bh_line_pipe_send (self->pipe, refusal);
        }
      else
        return;
    }
}

/* --- calls that wait --- */

/* The Run was let go of, its question stays open: whoever takes up the Run again answers, not we. */
static gboolean
is_let_go (const GError *error)
{
  return error->domain == BH_ERROR &&
         (error->code == BH_ERROR_RUN_NOT_ACTIVE || bh_staging_is_storage_error (error));
}

/* (transfer full) (nullable) */
static char *
answer_text (BhMcpChannel *self, const BhMcpWait *wait, const GValue *value, gboolean *failed)
{
  *failed = FALSE;
  return wait->part ? bh_delegation_get_report (self->journal, wait->key, failed)
                    : bh_mcp_answer_text (g_value_get_boxed (value));
}

/* What may not be goes into a prompt besides. */
static gboolean
is_heard (BhMcpChannel *self)
{
  return bh_mcp_is_in_turn (self->states) && !bh_line_pipe_ended (self->pipe);
}

/* TRUE when the call was answered, and is to be forgotten. */
static gboolean
answer_wait (BhMcpChannel *self, BhMcpWait *wait)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const GValue *value = dex_future_get_value (wait->answer, &error);
  gboolean failed;

  if (value != NULL)
    text = answer_text (self, wait, value, &failed);
  if (text != NULL)
    {
      bh_mcp_wait_end (wait, self->states, is_heard (self));
      answer_call (self, wait->call, text, failed);
      return TRUE;
    }
  if (error == NULL)
    error = bh_error_new (BH_ERROR_UNAVAILABLE, NULL, "This part is not known any more. Delegate it again.");
  if (is_let_go (error))
    return FALSE;
  bh_mcp_forget (self->states, wait->key);
  answer_call (self, wait->call,
               g_error_matches (error, BH_ERROR, BH_ERROR_QUESTION_CLOSED) ? STOPPED_TEXT : error->message,
               TRUE);
  return TRUE;
}

/* TRUE when the call was told to wait no more. */
static gboolean
keep_waiting (BhMcpChannel *self, BhMcpWait *wait)
{
  gint64 elapsed = bh_mcp_wait_elapsed_us (wait);
  guint due;
  g_autofree char *line = NULL;

  if (elapsed >= self->wait_us)
    {
      bh_mcp_wait_end (wait, self->states, FALSE);
      answer_call (self, wait->call, wait->part ? DELEGATED_TEXT : DEFERRED_TEXT, FALSE);
      return TRUE;
    }
  due = (guint) (elapsed / self->progress_us);
  if (due <= wait->told)
    return FALSE;
  wait->told = due;
  line = bh_mcp_progress (wait->call, due, wait->part ? PROGRESS_PART_TEXT : PROGRESS_TEXT);
  if (line != NULL)
    bh_line_pipe_send (self->pipe, line);
  return FALSE;
}

static gboolean
timer_cb (gpointer data)
{
  BhMcpChannel *self = data;

  self->timer = 0;
  wake (self);
  return G_SOURCE_REMOVE;
}

static void
set_timer (BhMcpChannel *self)
{
  gint64 next = G_MAXINT64;

  g_clear_handle_id (&self->timer, g_source_remove);
  for (guint i = 0; i < self->waits->len; i++)
    {
      const BhMcpWait *wait = self->waits->pdata[i];
      gint64 progress = (wait->told + 1) * self->progress_us;

      next = MIN (next, MIN (progress, self->wait_us) - bh_mcp_wait_elapsed_us (wait));
    }
  if (next < G_MAXINT64)
    self->timer = g_timeout_add ((guint) (MAX (next, 0) / 1000 + 1), timer_cb, self);
}

static void
settle_waits (BhMcpChannel *self)
{
  gboolean changed = FALSE;

  for (guint i = self->waits->len; i > 0; i--)
    {
      BhMcpWait *wait = self->waits->pdata[i - 1];

      if (!(dex_future_is_pending (wait->answer) ? keep_waiting (self, wait) : answer_wait (self, wait)))
        continue;
      g_ptr_array_remove_index (self->waits, i - 1);
      changed = TRUE;
    }
  if (changed)
    stage_waits (self);
  set_timer (self);
}

/* The Run ends. In the same transaction as that. */
static void
withdrawing_cb (BhQuestions *questions, BhMcpChannel *self)
{
  for (guint i = 0; i < self->waits->len; i++)
    {
      const BhMcpWait *wait = self->waits->pdata[i];

      bh_mcp_forget (self->states, wait->key);
      answer_call (self, wait->call, wait->part ? STOPPED_PART_TEXT : STOPPED_TEXT, TRUE);
    }
  g_ptr_array_set_size (self->waits, 0);
  stage_waits (self);
  wake (self);
}

/* --- the way of a channel --- */

/* The program has hung up, or its input is at its end: it is told what it was still to be told. Questions
 * that it waited for stay. */
static void
end_channel (BhMcpChannel *self)
{
  g_autofree char *key_in = state_key (self, "in");
  g_autofree char *in = g_strdup (bh_journal_get_state (self->journal, key_in));

  for (guint i = 0; i < self->waits->len; i++)
    bh_mcp_wait_end (self->waits->pdata[i], self->states, FALSE);
  g_ptr_array_set_size (self->waits, 0);
  stage_waits (self);
  /* an error means that nobody listens */
  if (dex_await (bh_line_pipe_flush (self->pipe), NULL))
    dex_await (bh_line_pipe_drained (self->pipe), NULL);
  bh_line_pipe_forget (self->pipe);
  bh_journal_set_state (self->journal, key_in, in);
  bh_mcp_channel_ended (self->journal, bh_process_get_id (self->channel));
  dex_future_disown (bh_journal_flush_soon (self->journal));
  bh_process_close (self->channel);
  bh_process_release (self->channel);
}

static gboolean
serve (BhMcpChannel *self)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      /* the one that what happens from here on resolves */
      g_autoptr (DexFuture) woken = dex_ref (DEX_FUTURE (self->wake));

      receive_lines (self);
      settle_waits (self);
      if (bh_journal_is_closed (self->journal) || bh_journal_is_broken (self->journal))
        break;
      if (bh_line_pipe_ended (self->pipe))
        {
          end_channel (self);
          return TRUE;
        }
      dex_future_disown (bh_line_pipe_flush (self->pipe));
      if (dex_await (dex_future_first (bh_line_pipe_ready (self->pipe), g_steal_pointer (&woken), NULL),
                     &error))
        continue;
      if (is_let_go (error))
        break;
      g_debug ("MCP channel %s is over: %s", self->key, error->message);
      return TRUE;
    }
  /* the last words of a Run that has ended */
  dex_await (bh_line_pipe_flush (self->pipe), NULL);
  return FALSE;
}

gboolean
bh_mcp_is_known (BhJournal *journal, guint32 channel)
{
  g_autofree char *key = g_strdup_printf (KEY_FORMAT ".in", channel);

  g_return_val_if_fail (BH_IS_JOURNAL (journal), FALSE);
  return bh_journal_get_state (journal, key) != NULL;
}

/* What it says of itself counts only once, and for an engine that there is. */
static void
find_engine (BhMcpChannel *self, const char *engine)
{
  g_autofree char *key = state_key (self, "engine"), *name = NULL;

  if (bh_mcp_is_known (self->journal, bh_process_get_id (self->channel)))
    engine = bh_journal_get_state (self->journal, key);
  name = engine != NULL ? bh_mcp_engine_name (self->journal, engine) : NULL;
  self->states = bh_state_view_new (self->journal, name != NULL ? engine : NULL);
  if (name != NULL)
    bh_journal_set_state (self->journal, key, bh_state_view_get_engine (self->states));
}

static DexFuture *
await_again (BhMcpChannel *self, const BhMcpWait *wait)
{
  if (!wait->part)
    return bh_questions_await (self->questions, wait->key);
  return self->delegations != NULL ? bh_delegations_await (self->delegations, wait->key)
                                   : dex_future_new_true ();
}

gboolean
bh_mcp_serve (BhProcess *channel, const BhMcpServer *server, const char *engine, guint64 from)
{
  g_autoptr (BhMcpChannel) self = NULL;
  g_autofree char *calls = NULL;

  g_return_val_if_fail (BH_IS_PROCESS (channel), TRUE);
  g_return_val_if_fail (server != NULL && BH_IS_QUESTIONS (server->questions), TRUE);

  self = g_object_new (BH_TYPE_MCP_CHANNEL, NULL);
  self->channel = g_object_ref (channel);
  self->questions = g_object_ref (server->questions);
  self->delegations = server->delegations != NULL ? g_object_ref (server->delegations) : NULL;
  self->journal = g_object_ref (bh_questions_get_journal (server->questions));
  self->key = g_strdup_printf (KEY_FORMAT, bh_process_get_id (channel));
  find_engine (self, engine);
  self->pipe = bh_line_pipe_new (self->journal, channel, self->key, from, BH_MCP_LINE_MAX);
  calls = state_key (self, "calls");
  bh_mcp_waits_load (self->waits, self->journal, calls);
  for (guint i = 0; i < self->waits->len; i++)
    {
      BhMcpWait *wait = self->waits->pdata[i];

      wait->told = (guint) MIN (bh_mcp_wait_elapsed_us (wait) / self->progress_us, G_MAXINT);
      await_answer (self, wait, await_again (self, wait));
    }
  g_signal_connect_object (server->questions, "withdrawing", G_CALLBACK (withdrawing_cb), self,
                           G_CONNECT_DEFAULT);
  return serve (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-agent-work.h"

#include <string.h>

#include "coordinator/engines/agent/bh-agent-permits.h"
#include "coordinator/engines/agent/bh-agent-questions.h"
#include "coordinator/engines/agent/bh-agent-usage.h"
#include "coordinator/mcp/bh-mcp-state.h"
#include "protocol/bh-text.h"

#define STRAYS_MAX 4096
#define LINE_SHOWN_MAX 500
#define WHY_MAX 1000

static void bh_agent_work_sink_init (BhDialectSinkInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhAgentWork,
                               bh_agent_work,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_DIALECT_SINK, bh_agent_work_sink_init))

static void asked_free (gpointer data);
static void permit_free (gpointer data);

static const char *const phases[] = { "none", "starting", "ready", "turn" };

void
bh_agent_answer_free (BhAgentAnswer *self)
{
  g_free (self->key);
  g_clear_pointer (&self->set, bh_question_set_unref);
  g_free (self);
}

static void
bh_agent_work_finalize (GObject *object)
{
  BhAgentWork *self = BH_AGENT_WORK (object);

  g_clear_object (&self->pipe);
  g_clear_object (&self->process);
  g_clear_object (&self->log);
  g_clear_object (&self->dialect);
  g_clear_object (&self->states);
  g_clear_object (&self->journal);
  g_clear_object (&self->host);
  g_clear_pointer (&self->keys, g_hash_table_unref);
  g_string_free (self->strays, TRUE);
  g_free (self->usage.currency);
  g_queue_clear_full (&self->answers, (GDestroyNotify) bh_agent_answer_free);
  g_queue_clear_full (&self->permits, permit_free);
  g_queue_clear_full (&self->asked, asked_free);
  g_hash_table_unref (self->watched);
  dex_clear (&self->wake);
  dex_clear (&self->err_read);
  G_OBJECT_CLASS (bh_agent_work_parent_class)->finalize (object);
}

static void
bh_agent_work_class_init (BhAgentWorkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_agent_work_finalize;
}

static void
bh_agent_work_init (BhAgentWork *self)
{
  self->strays = g_string_new (NULL);
  self->wake = dex_promise_new ();
  self->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->answers);
  g_queue_init (&self->permits);
  g_queue_init (&self->asked);
}

BhAgentWork *
bh_agent_work_new (const BhEngineFile *file, BhDialect *dialect, BhEngineHost *host)
{
  BhAgentWork *self = g_object_new (BH_TYPE_AGENT_WORK, NULL);
  BhEngineTask task;

  bh_engine_host_get_task (host, &task);
  self->file = file;
  self->host = g_object_ref (host);
  self->journal = g_object_ref (bh_engine_host_get_journal (host));
  self->states = task.states != NULL ? g_object_ref (task.states) : bh_state_view_new (self->journal, NULL);
  self->delegated = task.giver != NULL;
  self->dialect = g_object_ref (dialect);
  self->log = bh_turn_log_new (self->states, file->id);
  self->heard_at = g_get_monotonic_time ();
  bh_agent_usage_clear (self);
  return self;
}

const char *
bh_agent_work_get (BhAgentWork *self, const char *key)
{
  return bh_state_view_get (self->states, key);
}

void
bh_agent_work_set (BhAgentWork *self, const char *key, const char *value)
{
  bh_state_view_set (self->states, key, value);
}

BhPhase
bh_agent_work_get_phase (BhAgentWork *self)
{
  const char *name = bh_agent_work_get (self, BH_AGENT_PHASE);

  for (guint i = 0; i < G_N_ELEMENTS (phases); i++)
    if (g_strcmp0 (name, phases[i]) == 0)
      return (BhPhase) i;
  return BH_PHASE_NONE;
}

void
bh_agent_work_set_phase (BhAgentWork *self, BhPhase phase)
{
  bh_agent_work_set (self, BH_AGENT_PHASE, phase != BH_PHASE_NONE ? phases[phase] : NULL);
}

void
bh_agent_work_wake (BhAgentWork *self)
{
  g_autoptr (DexPromise) wake = self->wake;

  self->wake = dex_promise_new ();
  dex_promise_resolve_boolean (wake, TRUE);
}

void
bh_agent_work_add_stray (BhAgentWork *self, const char *text)
{
  g_autofree char *masked = bh_journal_masked (self->journal, text);
  g_autofree char *shown = bh_text_shown (masked, strlen (masked), NULL);

  g_string_append (self->strays, shown);
  if (self->strays->len > 0 && self->strays->str[self->strays->len - 1] != '\n')
    g_string_append_c (self->strays, '\n');
  if (self->strays->len > STRAYS_MAX)
    {
      const char *from = self->strays->str + self->strays->len - STRAYS_MAX;
      const char *line = strchr (from, '\n');

      g_string_erase (self->strays, 0,
                      line != NULL ? line + 1 - self->strays->str : from - self->strays->str);
    }
}

/* What an engine says ends as it likes. */
static char *
as_sentences (const char *what, const char *advice)
{
  g_autofree char *said = g_strchomp (g_strdup (what));
  gboolean ends = said[0] != '\0' && strchr (".!?:", said[strlen (said) - 1]) != NULL;

  return g_strconcat (said, ends || g_str_has_suffix (said, "…") ? "" : ".",
                      strchr (said, '\n') != NULL ? "\n" : " ", advice, NULL);
}

const char *
bh_agent_work_nothing_printed (BhAgentWork *self)
{
  return self->strays->len == 0 ? " It printed nothing that says why." : "";
}

char *
bh_agent_work_explain (BhAgentWork *self, const char *what, const char *advice)
{
  g_autofree char *text = advice != NULL ? as_sentences (what, advice) : g_strdup (what);

  if (self->strays->len == 0)
    return g_steal_pointer (&text);
  return g_strdup_printf ("%s Its last lines:\n%s", text, self->strays->str);
}

gboolean
bh_agent_work_give_up_session (BhAgentWork *self, const char *why)
{
  g_autofree char *what = NULL, *text = NULL;

  if (bh_agent_work_get (self, BH_AGENT_SESSION) == NULL || bh_agent_work_get (self, BH_AGENT_STALE) != NULL)
    return FALSE;
  what = g_strdup_printf ("%s could not take up its session again: %s", self->file->name, why);
  text = bh_agent_work_explain (self, what, "It is started again without it.");
  bh_turn_log_notice (self->log, text);
  bh_agent_work_set (self, BH_AGENT_STALE, "1");
  return TRUE;
}

void
bh_agent_work_fail (BhAgentWork *self, const char *what, const char *advice)
{
  g_autofree char *text = as_sentences (what, advice);

  bh_agent_work_set (self, BH_AGENT_FAILURE, text);
}

gboolean
bh_agent_work_talk (BhAgentWork *self, GError **error)
{
  self->talked = FALSE;
  return self->pipe == NULL || dex_await (bh_line_pipe_flush (self->pipe), error);
}

static void
asked_free (gpointer data)
{
  BhAgentAsked *asked = data;

  g_free (asked->request);
  bh_question_set_unref (asked->set);
  g_free (asked);
}

/* --- lines --- */

static void
settle_queued (BhAgentWork *self)
{
  BhAgentAsked *asked;

  while ((asked = g_queue_pop_head (&self->asked)) != NULL)
    {
      bh_agent_questions_settle (self, asked->request, asked->set);
      asked_free (asked);
    }
}

static void
permit_free (gpointer data)
{
  BhAgentPermit *permit = data;

  g_free (permit->request);
  g_free (permit->tool);
  g_free (permit->title);
  g_free (permit->call);
  g_free (permit->always);
  g_free (permit);
}

static void
settle_permits (BhAgentWork *self)
{
  BhAgentPermit *permit;

  while ((permit = g_queue_pop_head (&self->permits)) != NULL)
    {
      bh_agent_permits_settle (self, permit);
      permit_free (permit);
    }
}

void
bh_agent_work_heard (BhAgentWork *self)
{
  self->heard_at = g_get_monotonic_time ();
  self->quiet_notices = 0;
}

/* A line that is no message: it says nothing of the work, and once it is told of. */
static void
take_stray (BhAgentWork *self, const char *data, gsize size)
{
  g_autofree char *text = g_strndup (data, size);
  g_autofree char *masked = bh_journal_masked (self->journal, text);
  g_autofree char *shown = bh_text_head (masked, LINE_SHOWN_MAX);
  g_autofree char *line = bh_text_one_line (masked, LINE_SHOWN_MAX);
  g_autofree char *notice = NULL;

  bh_agent_work_add_stray (self, shown);
  if (bh_agent_work_get_phase (self) != BH_PHASE_TURN || bh_agent_work_get (self, BH_AGENT_STRAYED) != NULL)
    return;
  bh_agent_work_set (self, BH_AGENT_STRAYED, "1");
  notice = g_strdup_printf (
      "%s printed lines that are no messages of its protocol. They are left out: “%s”. If it "
      "says nothing else, stop the Run and see whether its version works with Bellhop.",
      self->file->name, line);
  bh_turn_log_notice (self->log, notice);
}

void
bh_agent_work_take_line (BhAgentWork *self, GBytes *line)
{
  gsize size;
  const char *data = g_bytes_get_data (line, &size);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (size == 0)
    return;
  node = bh_json_parse (data, (gssize) size, &error);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      take_stray (self, data, size);
      return;
    }
  bh_dialect_receive (self->dialect, BH_DIALECT_SINK (self), json_node_get_object (node));
  settle_permits (self);
  settle_queued (self);
  bh_agent_questions_answer (self);
}

void
bh_agent_work_note_skipped (BhAgentWork *self, guint64 bytes)
{
  g_autofree char *text = g_strdup_printf ("%s said something of %" G_GUINT64_FORMAT
                                           " MiB in one line, which is more than is taken. It "
                                           "is left out. If the work needs it, send a message that asks "
                                           "for it in smaller pieces.",
                                           self->file->name, bytes >> 20);

  bh_agent_work_heard (self);
  bh_turn_log_notice (self->log, text);
}

/* --- what the dialect says --- */

static BhAgentWork *
work_of (BhDialectSink *sink)
{
  return BH_AGENT_WORK (sink);
}

static void
sink_send (BhDialectSink *sink, JsonNode *line)
{
  BhAgentWork *self = work_of (sink);
  g_autofree char *text = bh_json_to_text (line);

  bh_line_pipe_send (self->pipe, text);
  self->talked = TRUE;
}

static const char *
sink_get_state (BhDialectSink *sink, const char *key)
{
  return bh_agent_work_get (work_of (sink), key);
}

static void
sink_set_state (BhDialectSink *sink, const char *key, const char *value)
{
  bh_agent_work_set (work_of (sink), key, value);
}

static void
sink_set_json (BhDialectSink *sink, const char *key, const char *value)
{
  bh_state_view_set_json (work_of (sink)->states, key, value);
}

/* Whether it remembers is not to be seen from what it does next. */
static void
tell_session (BhAgentWork *self, gboolean resumed)
{
  g_autofree char *text =
      g_strdup_printf (resumed ? "%s goes on in its earlier session."
                               : "%s goes on in a new session, which is told the story so far.",
                       self->file->name);

  bh_turn_log_notice (self->log, text);
}

static void
sink_session (BhDialectSink *sink, const char *id, BhSessionHow how)
{
  BhAgentWork *self = work_of (sink);

  if (id != NULL && *id != '\0')
    bh_agent_work_set (self, BH_AGENT_SESSION, id);
  if (bh_agent_work_get_phase (self) != BH_PHASE_STARTING)
    return;
  bh_agent_work_set (self, BH_AGENT_STALE, NULL);
  if (how == BH_SESSION_NEW)
    bh_agent_usage_new_session (self);
  if (how == BH_SESSION_NEW && bh_agent_work_get (self, BH_AGENT_BEGUN) != NULL)
    bh_agent_work_set (self, BH_AGENT_STORY, "1");
  if (bh_agent_work_get (self, BH_AGENT_BEGUN) != NULL)
    tell_session (self, how == BH_SESSION_RESUMED);
  bh_agent_work_set_phase (self, BH_PHASE_READY);
}

static void
sink_failed (BhDialectSink *sink, BhDialectFailure failure, const char *detail)
{
  BhAgentWork *self = work_of (sink);
  /* before it is cut: half a secret would not be known */
  g_autofree char *masked = bh_journal_masked (self->journal, detail != NULL ? detail : "");
  g_autofree char *line = bh_text_one_line (masked, LINE_SHOWN_MAX);
  g_autofree char *what = NULL, *advice = NULL;

  switch (failure)
    {
    case BH_DIALECT_SIGNED_OUT:
      what = g_strdup_printf ("%s is not signed in in this DevBox%s%s", self->file->name,
                              *line != '\0' ? ": " : "", line);
      advice = g_strdup (self->file->sign_in_hint != NULL ? self->file->sign_in_hint
                                                          : "Sign in to it, then start the Run again.");
      break;
    case BH_DIALECT_REFUSED:
      what = g_strdup_printf ("%s refused to start a session: %s", self->file->name, line);
      advice = g_strdup_printf (
          "Start “%s” in a terminal of the DevBox to see whether it works there. " BH_AGENT_AGAIN,
          self->file->argv[0]);
      break;
    case BH_DIALECT_BROKEN:
    default:
      what = g_strdup_printf ("%s said something that makes no sense: %s", self->file->name, line);
      advice = g_strdup ("Its version may not be one that works with Bellhop: install another one, or choose "
                         "another engine.");
      break;
    }
  bh_agent_work_fail (self, what, advice);
}

/* It goes on after it was not allowed something. */
static void
goes_on (BhAgentWork *self)
{
  if (bh_agent_work_get (self, BH_AGENT_REJECTED) != NULL)
    bh_agent_work_set (self, BH_AGENT_REJECTED, NULL);
}

/* Copilot ends its turn after a rejection with these words of its own, in one piece (measured 24 Nov 2026).
 */
static gboolean
tells_of_rejection (const char *text)
{
  g_autofree char *words = g_strstrip (g_strdup (text));

  return g_str_equal (words, "Info: Operation cancelled by user");
}

static void
sink_said (BhDialectSink *sink, BhSaid what, const char *id, const char *text)
{
  BhAgentWork *self = work_of (sink);

  if (*text != '\0')
    bh_agent_work_heard (self);
  if (what == BH_SAID_MESSAGE && text[strspn (text, " \t\r\n")] != '\0' && !tells_of_rejection (text))
    goes_on (self);
  bh_turn_log_said (self->log, what, id, text);
}

static void
sink_tool (BhDialectSink *sink, const BhToolUpdate *update)
{
  BhAgentWork *self = work_of (sink);

  bh_agent_work_heard (self);
  if (g_strcmp0 (update->id, bh_agent_work_get (self, BH_AGENT_REJECTED)) != 0)
    goes_on (self);
  bh_turn_log_tool (self->log, update);
}

static void
sink_plan (BhDialectSink *sink, const BhPlanEntry *entries, guint n_entries)
{
  bh_agent_work_heard (work_of (sink));
  bh_turn_log_plan (work_of (sink)->log, entries, n_entries);
}

static void
sink_usage (BhDialectSink *sink, const BhUsage *usage)
{
  bh_agent_usage_take (work_of (sink), usage);
}

static void
sink_notice (BhDialectSink *sink, const char *text)
{
  bh_agent_work_heard (work_of (sink));
  bh_turn_log_notice (work_of (sink)->log, text);
}

static void
sink_ask (BhDialectSink *sink, const char *request, BhQuestionSet *set)
{
  BhAgentWork *self = work_of (sink);
  BhAgentAsked *asked;

  bh_agent_work_heard (self);
  bh_turn_log_pause (self->log);
  asked = g_new0 (BhAgentAsked, 1);
  asked->request = g_strdup (request);
  asked->set = bh_question_set_ref (set);
  g_queue_push_tail (&self->asked, asked);
}

static void
sink_permit (BhDialectSink *sink, const char *request, const BhPermission *permission)
{
  BhAgentPermit *permit = g_new0 (BhAgentPermit, 1);

  bh_agent_work_heard (work_of (sink));
  permit->request = g_strdup (request);
  permit->tool = g_strdup (permission->tool);
  permit->title = g_strdup (permission->title);
  permit->call = g_strdup (permission->call);
  permit->always = g_strdup (permission->always);
  g_queue_push_tail (&work_of (sink)->permits, permit);
}

static void
sink_withdrawn (BhDialectSink *sink, const char *request)
{
  bh_agent_permits_withdrawn (work_of (sink), request);
  bh_agent_questions_withdrawn (work_of (sink), request);
}

static void
sink_turn_ended (BhDialectSink *sink, BhTurnEnd end, const char *detail)
{
  static const char *const ends[] = { "done", "cancelled", "refused", "limited", "failed" };
  BhAgentWork *self = work_of (sink);
  g_autofree char *words = NULL;
  g_autofree char *masked = bh_journal_masked (self->journal, detail);
  g_autofree char *why = masked != NULL ? bh_text_head (masked, WHY_MAX) : NULL;

  if (bh_agent_work_get_phase (self) != BH_PHASE_TURN)
    return;
  words = bh_turn_log_last_words (self->log);
  bh_agent_work_set (self, BH_AGENT_SUMMARY, words);
  bh_agent_work_set (self, BH_AGENT_DID,
                     bh_turn_log_has_stepped (self->log)    ? BH_AGENT_STEPPED
                     : bh_turn_log_did_anything (self->log) ? BH_AGENT_SAID
                                                            : NULL);
  bh_turn_log_end (self->log);
  bh_agent_usage_stage (self);
  bh_agent_work_set (self, BH_AGENT_END, ends[end]);
  bh_agent_work_set (self, BH_AGENT_END_WHY, why);
  bh_agent_work_set (self, BH_AGENT_PROMPT, NULL);
  bh_agent_work_set (self, BH_AGENT_DEATHS, NULL);
  bh_agent_work_set_phase (self, BH_PHASE_READY);
  bh_agent_questions_lose (self);
  bh_agent_permits_turn_ended (self);
  bh_mcp_turn_ended (self->states);
}

static char *
sink_masked (BhDialectSink *sink, const char *text)
{
  return bh_journal_masked (work_of (sink)->journal, text);
}

static void
bh_agent_work_sink_init (BhDialectSinkInterface *iface)
{
  iface->send = sink_send;
  iface->get_state = sink_get_state;
  iface->set_state = sink_set_state;
  iface->set_json = sink_set_json;
  iface->session = sink_session;
  iface->failed = sink_failed;
  iface->said = sink_said;
  iface->tool = sink_tool;
  iface->plan = sink_plan;
  iface->usage = sink_usage;
  iface->notice = sink_notice;
  iface->ask = sink_ask;
  iface->permit = sink_permit;
  iface->withdrawn = sink_withdrawn;
  iface->turn_ended = sink_turn_ended;
  iface->masked = sink_masked;
}

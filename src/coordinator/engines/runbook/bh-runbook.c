/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-runbook.h"

#include "coordinator/engines/runbook/bh-runbook-plan.h"
#include "coordinator/engines/runbook/bh-runbook-report.h"
#include "coordinator/engines/runbook/bh-shell.h"
#include "protocol/bh-text.h"

/* Why the turn failed: said again when the coordinator dies before its driver has stored the end of the Run.
 */
#define STATE_FAILURE "runbook.failure"

struct _BhRunbook
{
  GObject parent_instance;

  BhShell *shell; /* (nullable) of the work under way */
};

/* One call of work(). */
typedef struct
{
  BhRunbook *engine;  /* owned */
  BhEngineHost *host; /* owned */
  BhJournal *journal; /* owned */
  BhShell *shell;     /* owned */
  BhRunbookPlan *plan;
  char *failure; /* (nullable) why the Run failed: nothing more is worked on */
} Work;

static void bh_runbook_engine_init (BhEngineInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhRunbook,
                               bh_runbook,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_ENGINE, bh_runbook_engine_init))

static void
work_free (gpointer data)
{
  Work *self = data;

  if (self->engine->shell == self->shell)
    g_clear_object (&self->engine->shell);
  g_clear_pointer (&self->plan, bh_runbook_plan_free);
  g_clear_object (&self->shell);
  g_clear_object (&self->journal);
  g_clear_object (&self->host);
  g_clear_object (&self->engine);
  g_free (self->failure);
  g_free (self);
}

/* Stages the failure; takes `why`. */
static void
fail_turn (Work *self, char *why)
{
  self->failure = why;
  bh_journal_set_state (self->journal, STATE_FAILURE, why);
  bh_runbook_plan_clear (self->plan);
}

static void
add_text (Work *self, BhRowKind kind, const char *author, const char *text)
{
  BhRow *row = bh_row_new ();
  guint64 n;

  row->kind = kind;
  row->state = BH_ROW_DONE;
  row->author = g_strdup (author);
  row->head = bh_text_head (text, BH_HEAD_MAX);
  row->exit_status = -1;
  n = bh_journal_add_row (self->journal, row);
  bh_journal_append_text (self->journal, n, BH_PART_TEXT, text);
}

static void
say (Work *self, const char *text)
{
  add_text (self, BH_ROW_MESSAGE, BH_RUNBOOK_ID, text);
}

static void G_GNUC_PRINTF (2, 3) say_format (Work *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  say (self, text);
}

/* --- messages of the person --- */

/* Puts the message's blocks on the plan. (transfer full) (nullable) what there is to say when that cannot be.
 */
static char *
plan_message (Work *self, const BhMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  if (bh_runbook_plan_push (self->plan, message, &error))
    return NULL;
  if (error != NULL)
    return g_strdup_printf ("This message was not worked on. %s", error->message);
  line = bh_text_one_line (message->text, 200);
  return g_strdup_printf (
      "Nothing to run in this message: %s\n\nThe runbook engine runs fenced `sh` and `bash` blocks; "
      "put what is to be done into one.",
      line);
}

/* All that wait, at a boundary. What is pushed last is worked on first, so they are pushed in reverse. */
static gboolean
take_messages (Work *self, GError **error)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_message_unref);
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func (g_free);
  BhMessage *message;

  while ((message = bh_engine_host_next_message (self->host)) != NULL)
    g_ptr_array_add (messages, message);
  if (messages->len == 0)
    return TRUE;
  for (guint i = messages->len; i > 0; i--)
    g_ptr_array_add (replies, plan_message (self, messages->pdata[i - 1]));
  for (guint i = 0; i < messages->len; i++)
    {
      const char *reply = replies->pdata[messages->len - 1 - i];

      if (reply != NULL)
        say (self, reply);
      bh_engine_host_take_up (self->host, messages->pdata[i]);
    }
  return dex_await (bh_journal_commit (self->journal, BH_SYNCED), error);
}

/* --- blocks --- */

static guint64
add_step (Work *self, const BhSection *section)
{
  BhRow *row = bh_row_new ();
  guint64 n;

  row->kind = BH_ROW_STEP;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (BH_RUNBOOK_ID);
  row->tool = g_strdup ("exec in DevBox");
  row->title = bh_section_title (section);
  row->exit_status = -1;
  n = bh_journal_add_row (self->journal, row);
  bh_journal_append_text (self->journal, n, BH_PART_CALL, section->text);
  return n;
}

static gboolean
begin_block (Work *self, const BhSection *section, GError **error)
{
  if (bh_shell_take_lost (self->shell))
    add_text (self, BH_ROW_STATUS, "bellhop",
              "The shell ended with an earlier block. A new one goes on: variables, functions and the folder "
              "set there "
              "are gone; answers are kept.");
  bh_shell_begin (self->shell, add_step (self, section));
  return dex_await (bh_journal_commit (self->journal, BH_RELAXED), error);
}

static gboolean
work_on_block (Work *self, const BhSection *section, GError **error)
{
  g_autofree char *title = bh_section_title (section);
  g_autofree char *outcome = NULL;
  BhBlockEnd end = { 0 };
  guint64 row;

  if (bh_shell_get_row (self->shell) < 0 && !begin_block (self, section, error))
    return FALSE;
  row = (guint64) bh_shell_get_row (self->shell);
  if (!bh_shell_run (self->shell, section->text, &end, error))
    return FALSE;

  outcome = bh_runbook_report_block (self->journal, title, end.status, end.cut);
  bh_journal_end_row (self->journal, row,
                      end.cut           ? BH_ROW_STOPPED
                      : end.status == 0 ? BH_ROW_DONE
                                        : BH_ROW_FAILED,
                      end.status);
  if (end.status != 0 && !end.cut && !section->continue_on_error)
    fail_turn (self, g_steal_pointer (&outcome));
  else
    bh_runbook_plan_advance (self->plan);
  if (!dex_await (bh_journal_commit (self->journal, BH_SYNCED), error))
    return FALSE;
  bh_shell_trim (self->shell);
  return TRUE;
}

/* --- questions --- */

static void
take_answers (Work *self, const BhQuestionSet *set)
{
  for (guint i = 0; i < set->questions->len && set->answers != NULL && i < set->answers->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];

      if (question->var != NULL)
        {
          g_autofree char *value = bh_choice_to_text (question, set->answers->pdata[i]);

          bh_shell_set_var (self->shell, question->var, value);
        }
    }
  bh_runbook_report_asked (self->journal, set);
}

/* An autonomous Run never pauses: the recommended answer, or none and the Run fails. */
static void
answer_by_itself (Work *self, const BhSection *section)
{
  g_autoptr (BhQuestionSet) set = bh_question_set_copy (section->questions);

  set->answers = bh_question_set_recommended (set);
  if (set->answers == NULL)
    {
      const BhQuestion *question = set->questions->pdata[0];
      g_autofree char *text = bh_text_one_line (question->text, 200);

      fail_turn (self, g_strdup_printf (
                           "Line %u asks “%s”, and an autonomous Run cannot ask: recommend an answer to each "
                           "question of that ask block, or start the Run in interactive mode",
                           section->line, text));
      return;
    }
  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = set->questions->pdata[i];
      g_autofree char *answer = bh_choice_to_text (question, set->answers->pdata[i]);

      say_format (self, "Autonomous: took the recommended answer to “%s”: %s", question->text, answer);
    }
  take_answers (self, set);
  bh_runbook_plan_advance (self->plan);
}

static gboolean
work_on_ask (Work *self, const BhSection *section, GError **error)
{
  if (bh_journal_get_run (self->journal)->mode == BH_MODE_AUTONOMOUS)
    answer_by_itself (self, section);
  else
    {
      g_autofree char *key = bh_runbook_plan_key (self->plan);
      g_autoptr (BhQuestionSet) set = bh_question_set_copy (section->questions);
      g_autoptr (DexFuture) future = NULL;
      const GValue *value;

      set->asked_by = g_strdup (BH_RUNBOOK_ID);
      future = bh_engine_host_ask (self->host, set, key);
      if (!dex_await (dex_ref (future), error))
        return FALSE;
      value = dex_future_get_value (future, error);
      if (value == NULL)
        return FALSE;
      take_answers (self, g_value_get_boxed (value));
      bh_runbook_plan_advance (self->plan);
    }
  return dex_await (bh_journal_commit (self->journal, BH_SYNCED), error);
}

static gboolean
work_on_prose (Work *self, const BhSection *section, GError **error)
{
  say (self, section->text);
  bh_runbook_plan_advance (self->plan);
  return dex_await (bh_journal_flush (self->journal), error);
}

/* --- the whole --- */

static gboolean
work_on (Work *self, const BhSection *section, GError **error)
{
  switch (section->kind)
    {
    case BH_SECTION_PROSE:
      return work_on_prose (self, section, error);
    case BH_SECTION_BLOCK:
      return work_on_block (self, section, error);
    case BH_SECTION_ASK:
      return work_on_ask (self, section, error);
    default:
      g_assert_not_reached ();
    }
}

/* A block whose row is not open any more was cut off when the Run was stopped. */
static void
drop_stopped_block (Work *self, gboolean new_turn)
{
  gint64 row = bh_shell_get_row (self->shell);
  const BhRow *record = row >= 0 ? bh_journal_get_row (self->journal, (guint64) row) : NULL;

  if (row >= 0 && (new_turn || record == NULL || record->state != BH_ROW_OPEN))
    bh_shell_abandon (self->shell);
}

static DexFuture *
give_verdict (Work *self)
{
  g_autofree char *summary = bh_runbook_report_summary (self->journal);
  BhRunState outcome = self->failure != NULL ? BH_RUN_FAILED : BH_RUN_COMPLETED;

  return dex_future_new_take_boxed (BH_TYPE_VERDICT, bh_verdict_new (outcome, summary, self->failure));
}

static DexFuture *
work_fiber (gpointer data)
{
  Work *self = data;
  GError *error = NULL;
  gboolean new_turn = FALSE;
  const BhSection *section;

  self->plan = bh_runbook_plan_new (self->journal, &new_turn, &error);
  if (self->plan == NULL)
    return dex_future_new_for_error (error);
  drop_stopped_block (self, new_turn);
  if (new_turn)
    {
      bh_runbook_report_reset (self->journal);
      bh_journal_set_state (self->journal, STATE_FAILURE, NULL);
    }
  self->failure = g_strdup (bh_journal_get_state (self->journal, STATE_FAILURE));
  while (self->failure == NULL)
    {
      /* in the middle of a block there is no boundary: that is where a restart goes on */
      if (bh_shell_get_row (self->shell) < 0 && !take_messages (self, &error))
        return dex_future_new_for_error (error);
      section = bh_runbook_plan_peek (self->plan);
      if (section == NULL)
        break;
      if (!work_on (self, section, &error))
        return dex_future_new_for_error (error);
    }
  return give_verdict (self);
}

static DexFuture *
bh_runbook_work (BhEngine *engine, BhEngineHost *host)
{
  BhRunbook *self = BH_RUNBOOK (engine);
  Work *work = g_new0 (Work, 1);

  work->engine = g_object_ref (self);
  work->host = g_object_ref (host);
  work->journal = g_object_ref (bh_engine_host_get_journal (host));
  work->shell = bh_shell_new (host);
  g_set_object (&self->shell, work->shell);
  return dex_scheduler_spawn (NULL, 0, work_fiber, work, work_free);
}

static void
bh_runbook_interrupt (BhEngine *engine)
{
  BhRunbook *self = BH_RUNBOOK (engine);

  if (self->shell != NULL)
    bh_shell_interrupt (self->shell);
}

static void
bh_runbook_finalize (GObject *object)
{
  g_clear_object (&BH_RUNBOOK (object)->shell);
  G_OBJECT_CLASS (bh_runbook_parent_class)->finalize (object);
}

static void
bh_runbook_engine_init (BhEngineInterface *iface)
{
  iface->work = bh_runbook_work;
  iface->interrupt = bh_runbook_interrupt;
}

static void
bh_runbook_class_init (BhRunbookClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_runbook_finalize;
}

static void
bh_runbook_init (BhRunbook *self)
{
}

BhRunbook *
bh_runbook_new (void)
{
  return g_object_new (BH_TYPE_RUNBOOK, NULL);
}

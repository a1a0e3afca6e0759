/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/questions/bh-questions.h"

#include "coordinator/questions/bh-answers.h"
#include "coordinator/runs/bh-staging.h"
#include "protocol/bh-text.h"

struct _BhQuestions
{
  GObject parent;
  BhStore *store;
  BhJournal *journal;
  GHashTable *open;    /* id -> BhQuestionSet */
  GHashTable *settled; /* id -> BhQuestionSet: those that may not be committed yet, and the latest */
  GQueue answered;     /* char *: ids of those that are committed, oldest first */
  GHashTable *waiters; /* id -> DexPromise */
  GError *closed;      /* (nullable) what whoever asks is told */
};

G_DEFINE_FINAL_TYPE (BhQuestions, bh_questions, G_TYPE_OBJECT)

/* What "current" said before the first question, to say it again after the last answer. */
#define CURRENT_BEFORE "question.current"
/* So many sets that are over are at hand. */
#define ANSWERED_KEPT 32

enum
{
  WITHDRAWING,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static GError *
closed_error (void)
{
  return bh_error_new (BH_ERROR_QUESTION_CLOSED, "question",
                       "The question was withdrawn because its Run ended.");
}

static void
bh_questions_finalize (GObject *object)
{
  BhQuestions *self = BH_QUESTIONS (object);

  bh_questions_close (self, NULL);
  g_hash_table_unref (self->open);
  g_hash_table_unref (self->settled);
  g_queue_clear_full (&self->answered, g_free);
  g_hash_table_unref (self->waiters);
  g_clear_error (&self->closed);
  g_object_unref (self->journal);
  g_object_unref (self->store);
  G_OBJECT_CLASS (bh_questions_parent_class)->finalize (object);
}

static void
bh_questions_class_init (BhQuestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_questions_finalize;
  signals[WITHDRAWING] = g_signal_new ("withdrawing", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 0);
}

static void
bh_questions_init (BhQuestions *self)
{
  self->open =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bh_question_set_unref);
  self->settled =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) bh_question_set_unref);
  self->waiters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
}

BhQuestions *
bh_questions_new (BhStore *store, BhJournal *journal, GPtrArray *open)
{
  BhQuestions *self = g_object_new (BH_TYPE_QUESTIONS, NULL);

  self->store = g_object_ref (store);
  self->journal = g_object_ref (journal);
  for (guint i = 0; open != NULL && i < open->len; i++)
    {
      BhQuestionSet *set = g_ptr_array_index (open, i);

      g_hash_table_insert (self->open, g_strdup (set->id), bh_question_set_ref (set));
    }
  return self;
}

BhJournal *
bh_questions_get_journal (BhQuestions *self)
{
  g_return_val_if_fail (BH_IS_QUESTIONS (self), NULL);

  return self->journal;
}

guint
bh_questions_count_open (BhQuestions *self)
{
  g_return_val_if_fail (BH_IS_QUESTIONS (self), 0);

  return g_hash_table_size (self->open);
}

gboolean
bh_questions_may_ask (BhQuestions *self)
{
  g_return_val_if_fail (BH_IS_QUESTIONS (self), FALSE);

  return g_hash_table_size (self->open) < BH_QUESTIONS_OPEN_MAX;
}

/* --- asking --- */

static char *
set_text (const BhQuestionSet *set)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < set->questions->len; i++)
    {
      const BhQuestion *question = g_ptr_array_index (set->questions, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "", question->text != NULL ? question->text : "");
    }
  return g_string_free (text, FALSE);
}

static void
stage_asked (BhQuestions *self, BhQuestionSet *set, BhRun *run)
{
  g_autofree char *text = set_text (set);
  BhRow *row = bh_row_new ();

  row->kind = BH_ROW_QUESTION;
  row->state = BH_ROW_OPEN;
  row->author = g_strdup (set->asked_by);
  row->question = g_strdup (set->id);
  row->head = bh_text_head (text, BH_HEAD_MAX);
  row->exit_status = -1;
  set->row = bh_journal_add_row (self->journal, row);
  bh_journal_append_text (self->journal, set->row, BH_PART_TEXT, text);
  bh_journal_put_question (self->journal, set);
  if (g_hash_table_size (self->open) == 0)
    bh_journal_set_state (self->journal, CURRENT_BEFORE, run->current);
  g_free (run->current);
  run->current = bh_staging_line (text);
  bh_journal_put_run (self->journal, run);
}

static DexFuture *
wait_for (BhQuestions *self, const char *id)
{
  DexPromise *promise = g_hash_table_lookup (self->waiters, id);

  if (promise == NULL)
    {
      promise = dex_promise_new ();
      g_hash_table_insert (self->waiters, g_strdup (id), promise);
    }
  return dex_ref (DEX_FUTURE (promise));
}

static DexFuture *
settled_future (BhQuestionSet *set)
{
  if (set->state != BH_SET_ANSWERED)
    return dex_future_new_for_error (closed_error ());
  return dex_future_new_take_boxed (BH_TYPE_QUESTION_SET, bh_question_set_ref (set));
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  return settled_future (g_value_get_boxed (value));
}

/* The question that this key stood for before. */
static DexFuture *
ask_again (BhQuestions *self, const char *id)
{
  BhQuestionSet *set = g_hash_table_lookup (self->settled, id);

  if (g_hash_table_contains (self->open, id))
    return wait_for (self, id);
  /* answered, but not committed yet: the waiters are resolved once it is */
  if (g_hash_table_contains (self->waiters, id))
    return wait_for (self, id);
  if (set != NULL)
    return settled_future (set);
  return dex_future_then (bh_store_question (self->store, id), loaded_cb, NULL, NULL);
}

/* A commit that fails breaks the journal, whose owner lets all go: nobody waits for what was never asked. */
static DexFuture *
asked_failed_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;
  BhQuestions *self = data;

  dex_future_get_value (future, &error);
  g_debug ("a question could not be stored: %s", error->message);
  bh_questions_close (self, error);
  return dex_future_new_for_error (g_steal_pointer (&error));
}

static BhQuestionSet *
fresh_set (BhQuestions *self, BhQuestionSet *asked, const char *asked_by)
{
  BhQuestionSet *set = bh_question_set_copy (asked);

  g_free (set->id);
  set->id = bh_id_new ('q');
  g_free (set->run);
  set->run = g_strdup (bh_journal_get_run_id (self->journal));
  g_free (set->asked_by);
  set->asked_by = g_strdup (asked_by);
  set->state = BH_SET_OPEN;
  set->asked_at = g_get_real_time ();
  /* whoever asks */
  bh_journal_mask_questions (self->journal, set);
  return set;
}

DexFuture *
bh_questions_ask (BhQuestions *self, BhQuestionSet *asked, const char *key, const char *asked_by)
{
  g_autofree char *state_key = NULL;
  g_autoptr (BhQuestionSet) set = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (DexFuture) waiting = NULL;
  GError *error = NULL;
  const char *known;

  dex_return_error_if_fail (BH_IS_QUESTIONS (self));
  dex_return_error_if_fail (asked != NULL && key != NULL && asked_by != NULL);

  if (self->closed != NULL)
    return dex_future_new_for_error (g_error_copy (self->closed));
  if (bh_journal_get_run (self->journal)->mode == BH_MODE_AUTONOMOUS)
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_UNAVAILABLE, NULL,
                      "This Run is autonomous: it pauses for nobody, so there is no one to ask."));
  state_key = g_strdup_printf ("ask:%s", key);
  known = bh_journal_get_state (self->journal, state_key);
  if (known != NULL)
    return ask_again (self, known);
  if (!bh_questions_may_ask (self) && g_strcmp0 (asked_by, BH_ASKED_BY_BELLHOP) != 0)
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_TOO_LARGE, NULL,
                      "Nobody was asked: %u questions of this Run are open already. Ask again when some of "
                      "them are answered, or decide for yourself.",
                      g_hash_table_size (self->open)));
  run = bh_staging_event (self->journal, BH_EVENT_ASKED, &error);
  if (run == NULL)
    return dex_future_new_for_error (error);

  set = fresh_set (self, asked, asked_by);
  stage_asked (self, set, g_steal_pointer (&run));
  bh_journal_set_state (self->journal, state_key, set->id);
  g_hash_table_insert (self->open, g_strdup (set->id), bh_question_set_ref (set));
  waiting = wait_for (self, set->id);
  dex_future_disown (dex_future_catch (bh_journal_commit (self->journal, BH_SYNCED), asked_failed_cb,
                                       g_object_ref (self), g_object_unref));
  return g_steal_pointer (&waiting);
}

DexFuture *
bh_questions_await (BhQuestions *self, const char *key)
{
  g_autofree char *state_key = g_strconcat ("ask:", key, NULL);
  const char *id;

  dex_return_error_if_fail (BH_IS_QUESTIONS (self) && key != NULL);
  if (self->closed != NULL)
    return dex_future_new_for_error (g_error_copy (self->closed));
  id = bh_journal_get_state (self->journal, state_key);
  if (id != NULL)
    return ask_again (self, id);
  return dex_future_new_for_error (
      bh_error_new (BH_ERROR_QUESTION_NOT_FOUND, NULL, "The question was not asked. Ask it again."));
}

/* --- answering --- */

/* The coordinator asks where to run, then in the launch whether a sign-in may be let in, and that again for
 * an engine that another one starts. */
static BhRunEvent
event_of_answer (const BhRun *run, const BhQuestionSet *set)
{
  if (g_strcmp0 (set->asked_by, BH_ASKED_BY_BELLHOP) != 0 || run->engine_used != NULL)
    return BH_EVENT_ANSWERED;
  return run->box_id == NULL ? BH_EVENT_PLACED : BH_EVENT_CONSENTED;
}

static void
stage_row (BhQuestions *self, const BhQuestionSet *set, BhRowState state)
{
  BhRow *row = bh_journal_get_row (self->journal, set->row);

  if (row != NULL && row->state == BH_ROW_OPEN)
    bh_journal_end_row (self->journal, set->row, state, -1);
}

/* The Run works again only when no other set is open. */
static void
stage_going_on (BhQuestions *self, const BhQuestionSet *answered)
{
  g_autoptr (GError) error = NULL;
  BhRun *run;

  if (g_hash_table_size (self->open) > 0)
    {
      GHashTableIter iter;
      gpointer other = NULL;
      g_autofree char *text = NULL;

      g_hash_table_iter_init (&iter, self->open);
      g_hash_table_iter_next (&iter, NULL, &other);
      text = set_text (other);
      run = bh_run_copy (bh_journal_get_run (self->journal));
      g_free (run->current);
      run->current = bh_staging_line (text);
      bh_journal_put_run (self->journal, run);
      return;
    }
  run = bh_staging_event (self->journal, event_of_answer (bh_journal_get_run (self->journal), answered),
                          &error);
  if (run == NULL)
    {
      g_warning ("an answer came at the wrong moment: %s", error->message);
      return;
    }
  g_free (run->current);
  run->current = g_strdup (bh_journal_get_state (self->journal, CURRENT_BEFORE));
  bh_journal_set_state (self->journal, CURRENT_BEFORE, NULL);
  bh_journal_put_run (self->journal, run);
}

static void
stage_answered (BhQuestions *self, BhQuestionSet *set)
{
  g_autofree char *text = bh_question_set_answer_text (set);

  bh_journal_append_text (self->journal, set->row, BH_PART_RESULT, text);
  stage_row (self, set, BH_ROW_ANSWERED);
  bh_journal_put_question (self->journal, set);
  g_hash_table_remove (self->open, set->id);
  g_hash_table_insert (self->settled, g_strdup (set->id), bh_question_set_ref (set));
  stage_going_on (self, set);
}

typedef struct
{
  BhQuestions *self;
  BhQuestionSet *set;
} Answered;

static void
answered_free (gpointer data)
{
  Answered *answered = data;

  g_object_unref (answered->self);
  bh_question_set_unref (answered->set);
  g_free (answered);
}

/* Older ones are found in the store. */
static void
note_settled (BhQuestions *self, const char *id)
{
  g_queue_push_tail (&self->answered, g_strdup (id));
  while (self->answered.length > ANSWERED_KEPT)
    {
      g_autofree char *oldest = g_queue_pop_head (&self->answered);

      g_hash_table_remove (self->settled, oldest);
    }
}

/* Only now that it is on the disk may anyone act on it. */
static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  Answered *answered = data;
  DexPromise *promise = NULL;
  gpointer id = NULL;

  note_settled (answered->self, answered->set->id);
  if (g_hash_table_steal_extended (answered->self->waiters, answered->set->id, &id, (gpointer *) &promise))
    {
      dex_promise_resolve_boxed (promise, BH_TYPE_QUESTION_SET, bh_question_set_ref (answered->set));
      dex_unref (promise);
      g_free (id);
    }
  return dex_future_new_take_boxed (BH_TYPE_QUESTION_SET, bh_question_set_ref (answered->set));
}

static GError *
already_answered (BhQuestionSet *set)
{
  g_autofree char *text = bh_question_set_answer_text (set);
  GError *error =
      bh_error_new (BH_ERROR_ALREADY_ANSWERED, "question",
                    "The question %s was answered before: %s. The first answer stands.", set->id, text);

  bh_error_set_extra (error, "question", bh_question_set_to_json (set));
  return error;
}

static DexFuture *
not_open_cb (DexFuture *future, gpointer data)
{
  BhQuestionSet *set = g_value_get_boxed (dex_future_get_value (future, NULL));
  const char *run_id = data;

  if (g_strcmp0 (set->run, run_id) != 0)
    return dex_future_new_for_error (bh_error_new (BH_ERROR_QUESTION_NOT_FOUND, "question",
                                                   "The Run %s has no question %s.", run_id, set->id));
  if (set->state == BH_SET_ANSWERED)
    return dex_future_new_for_error (already_answered (set));
  return dex_future_new_for_error (closed_error ());
}

/* Why a question that is not open cannot be answered; never resolves. */
static DexFuture *
refuse_answer (BhQuestions *self, const char *id)
{
  BhQuestionSet *settled = g_hash_table_lookup (self->settled, id);

  if (settled != NULL && settled->state == BH_SET_ANSWERED)
    return dex_future_new_for_error (already_answered (settled));
  if (settled != NULL)
    return dex_future_new_for_error (closed_error ());
  return dex_future_then (bh_store_question (self->store, id), not_open_cb,
                          g_strdup (bh_journal_get_run_id (self->journal)), g_free);
}

/* (transfer none) the id that is meant; NULL with error */
static const char *
question_of (BhQuestions *self, JsonObject *object, GError **error)
{
  JsonNode *member = json_object_get_member (object, "question");
  GHashTableIter iter;
  gpointer id = NULL;

  if (member != NULL && JSON_NODE_HOLDS_VALUE (member) && json_node_get_value_type (member) == G_TYPE_STRING)
    return json_node_get_string (member);
  if (member != NULL && !JSON_NODE_HOLDS_NULL (member))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "question", "“question” must be the id of a question.");
      return NULL;
    }
  if (g_hash_table_size (self->open) == 1)
    {
      g_hash_table_iter_init (&iter, self->open);
      g_hash_table_iter_next (&iter, &id, NULL);
      return id;
    }
  if (g_hash_table_size (self->open) == 0)
    bh_set_error (error, BH_ERROR_QUESTION_NOT_FOUND, "question", "The Run has no open question.");
  else
    bh_set_error (error, BH_ERROR_INVALID_FIELD, "question",
                  "The Run has %u open questions. Say which one by its id.", g_hash_table_size (self->open));
  return NULL;
}

DexFuture *
bh_questions_answer (BhQuestions *self, JsonNode *body, const char *by)
{
  g_autoptr (BhQuestionSet) set = NULL;
  Answered *answered;
  BhQuestionSet *open;
  JsonObject *object;
  GError *error = NULL;
  const char *id;

  dex_return_error_if_fail (BH_IS_QUESTIONS (self));
  dex_return_error_if_fail (body != NULL && by != NULL);

  if (!JSON_NODE_HOLDS_OBJECT (body))
    return dex_future_new_for_error (
        bh_error_new (BH_ERROR_INVALID_FIELD, "answers", "An answer is a JSON object with “answers”."));
  object = json_node_get_object (body);
  id = question_of (self, object, &error);
  if (id == NULL)
    return dex_future_new_for_error (error);
  open = g_hash_table_lookup (self->open, id);
  if (open == NULL || self->closed != NULL)
    return refuse_answer (self, id);
  set = bh_answers_check (open, object, by, &error);
  if (set == NULL)
    return dex_future_new_for_error (error);

  stage_answered (self, set);
  answered = g_new0 (Answered, 1);
  answered->self = g_object_ref (self);
  answered->set = bh_question_set_ref (set);
  return dex_future_then (bh_journal_commit (self->journal, BH_SYNCED), answered_cb, answered, answered_free);
}

/* --- the end --- */

void
bh_questions_take_back (BhQuestions *self, const char *key)
{
  g_autofree char *state_key = NULL, *id = NULL;
  g_autoptr (DexPromise) promise = NULL;
  g_autofree gpointer waiter = NULL;
  g_autoptr (BhQuestionSet) set = NULL;
  BhQuestionSet *open;

  g_return_if_fail (BH_IS_QUESTIONS (self) && key != NULL);

  state_key = g_strdup_printf ("ask:%s", key);
  id = g_strdup (bh_journal_get_state (self->journal, state_key));
  open = id != NULL ? g_hash_table_lookup (self->open, id) : NULL;
  if (open == NULL || self->closed != NULL)
    return;
  set = bh_question_set_copy (open);
  set->state = BH_SET_WITHDRAWN;
  stage_row (self, set, BH_ROW_WITHDRAWN);
  bh_journal_put_question (self->journal, set);
  g_hash_table_remove (self->open, id);
  g_hash_table_insert (self->settled, g_strdup (id), bh_question_set_ref (set));
  note_settled (self, id);
  stage_going_on (self, set);
  if (g_hash_table_steal_extended (self->waiters, id, &waiter, (gpointer *) &promise))
    dex_promise_reject (promise, closed_error ());
}

void
bh_questions_forget (BhQuestions *self, const char *key)
{
  g_autofree char *state_key = g_strconcat ("ask:", key, NULL);

  g_return_if_fail (BH_IS_QUESTIONS (self) && key != NULL);
  bh_journal_set_state (self->journal, state_key, NULL);
}

void
bh_questions_withdraw (BhQuestions *self)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (BH_IS_QUESTIONS (self));

  g_signal_emit (self, signals[WITHDRAWING], 0);
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      g_autoptr (BhQuestionSet) set = bh_question_set_copy (value);

      set->state = BH_SET_WITHDRAWN;
      stage_row (self, set, BH_ROW_WITHDRAWN);
      bh_journal_put_question (self->journal, set);
      g_hash_table_insert (self->settled, g_strdup (set->id), bh_question_set_ref (set));
      g_hash_table_iter_remove (&iter);
    }
  bh_journal_set_state (self->journal, CURRENT_BEFORE, NULL);
}

void
bh_questions_close (BhQuestions *self, const GError *why)
{
  g_autoptr (GHashTable) waiters = NULL;
  GHashTableIter iter;
  gpointer promise;

  g_return_if_fail (BH_IS_QUESTIONS (self));

  if (self->closed == NULL)
    self->closed = why != NULL ? g_error_copy (why) : closed_error ();
  waiters = g_steal_pointer (&self->waiters);
  self->waiters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  g_hash_table_iter_init (&iter, waiters);
  while (g_hash_table_iter_next (&iter, NULL, &promise))
    dex_promise_reject (promise, g_error_copy (self->closed));
}

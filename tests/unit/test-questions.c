/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Questions and messages of a Run, against a real store. */

#include "coordinator/questions/bh-ask-desk.h"
#include "coordinator/questions/bh-questions.h"
#include "coordinator/runs/bh-inbox.h"
#include "test-store-util.h"

typedef struct
{
  char *folder;
  BhStore *store;
  BhJournal *journal;
  BhQuestions *questions;
} Fixture;

static void
set_run (Fixture *fixture, BhRunState state, BhMode mode)
{
  BhRun *run = bh_run_copy (bh_journal_get_run (fixture->journal));

  run->state = state;
  run->mode = mode;
  g_set_str (&run->current, "at work");
  bh_journal_put_run (fixture->journal, run);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = make_folder ();
  fixture->store = open_store (fixture->folder);
  fixture->journal = create_run (fixture->store, "A Run", "x");
  set_run (fixture, BH_RUN_RUNNING, BH_MODE_INTERACTIVE);
  fixture->questions = bh_questions_new (fixture->store, fixture->journal, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->questions);
  g_clear_object (&fixture->journal);
  close_store (fixture->store);
  remove_folder (fixture->folder);
}

/* As after a restart of the coordinator. */
static void
restart (Fixture *fixture)
{
  g_autofree char *id = g_strdup (bh_journal_get_run_id (fixture->journal));
  g_autoptr (BhRunBundle) bundle = NULL;

  g_clear_object (&fixture->questions);
  g_clear_object (&fixture->journal);
  close_store (fixture->store);
  fixture->store = open_store (fixture->folder);
  bundle = settle_boxed (bh_store_load_run (fixture->store, id), NULL);
  g_assert_nonnull (bundle);
  fixture->journal = bh_journal_new_for_bundle (fixture->store, bundle);
  fixture->questions = bh_questions_new (fixture->store, fixture->journal, bundle->open_questions);
}

static JsonNode *
json (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = bh_json_parse (text, -1, &error);

  g_assert_no_error (error);
  return node;
}

static DexFuture *
ask (Fixture *fixture, const char *key)
{
  g_autoptr (JsonNode) node =
      json ("{\"id\":\"where\",\"text\":\"Where?\",\"kind\":\"single\",\"allow_other\":false,"
            "\"options\":[{\"id\":\"toolbar\",\"label\":\"Toolbar\"},{\"id\":\"menu\",\"label\":\"Menu\"}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (BhQuestionSet) set = bh_question_set_from_ask (node, &error);

  g_assert_no_error (error);
  return bh_questions_ask (fixture->questions, set, key, "runbook");
}

static DexFuture *
answer (Fixture *fixture, const char *text)
{
  g_autoptr (JsonNode) body = json (text);

  return bh_questions_answer (fixture->questions, body, "you");
}

static BhRunState
state_of (Fixture *fixture)
{
  return bh_journal_get_run (fixture->journal)->state;
}

static void
test_ask_and_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) waiting = ask (fixture, "k");
  g_autoptr (BhQuestionSet) answered = NULL;
  g_autoptr (BhRow) row = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (state_of (fixture), ==, BH_RUN_NEEDS_YOU);
  g_assert_cmpstr (bh_journal_get_run (fixture->journal)->current, ==, "Where?");
  g_assert_true (dex_future_is_pending (waiting));

  answered = settle_boxed (answer (fixture, "{\"options\":[\"menu\"]}"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (answered->state, ==, BH_SET_ANSWERED);
  g_assert_cmpstr (answered->answered_by, ==, "you");
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_RUNNING);
  g_assert_cmpstr (bh_journal_get_run (fixture->journal)->current, ==, "at work");
  g_assert_true (dex_future_is_resolved (waiting));
  row = settle_boxed (bh_store_row (fixture->store, answered->run, answered->row), &error);
  g_assert_no_error (error);
  g_assert_cmpint (row->kind, ==, BH_ROW_QUESTION);
  g_assert_cmpint (row->state, ==, BH_ROW_ANSWERED);
  g_assert_cmpuint (row->text_bytes, ==, strlen ("Where?"));
  g_assert_cmpuint (row->result_bytes, ==, strlen ("Menu"));
}

static void
test_same_key (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) first = ask (fixture, "k");
  g_autoptr (DexFuture) same = ask (fixture, "k");
  g_autoptr (DexFuture) later = NULL;

  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 1);
  settle_ok (answer (fixture, "{\"options\":[\"menu\"]}"));
  g_assert_true (dex_future_is_resolved (first));
  g_assert_true (dex_future_is_resolved (same));
  later = ask (fixture, "k");
  g_assert_true (dex_future_is_resolved (later));
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 0);
}

/* As many as a person may be asked at one time; those that were asked before are none more. */
static void
test_too_many (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (BhQuestionSet) by_bellhop = bh_question_set_new_single ("placement", "Placement", "Where?");
  g_autoptr (DexFuture) again = NULL, more = NULL, own = NULL;
  guint64 rows;

  for (guint i = 0; i < BH_QUESTIONS_OPEN_MAX; i++)
    {
      g_autofree char *key = g_strdup_printf ("k%u", i);

      g_assert_true (bh_questions_may_ask (fixture->questions));
      g_ptr_array_add (waiting, ask (fixture, key));
    }
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  restart (fixture);
  rows = bh_journal_count_rows (fixture->journal);
  g_assert_false (bh_questions_may_ask (fixture->questions));
  settle_error (ask (fixture, "one more"), BH_ERROR_TOO_LARGE);
  again = ask (fixture, "k0");
  g_assert_true (dex_future_is_pending (again));
  g_assert_cmpuint (bh_journal_count_rows (fixture->journal), ==, rows);
  /* what Bellhop has to know it may ask */
  bh_question_set_add_option (by_bellhop, "here", "Here", NULL);
  own = bh_questions_ask (fixture->questions, by_bellhop, "placement", BH_ASKED_BY_BELLHOP);
  g_assert_true (dex_future_is_pending (own));
  bh_questions_take_back (fixture->questions, "placement");
  bh_questions_take_back (fixture->questions, "k0");
  more = ask (fixture, "one more");
  g_assert_true (dex_future_is_pending (more));
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, BH_QUESTIONS_OPEN_MAX);
}

static void
test_restart_while_open (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) before = ask (fixture, "k");
  g_autoptr (DexFuture) after = NULL;
  guint64 rows;

  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  rows = bh_journal_count_rows (fixture->journal);
  restart (fixture);
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 1);
  after = ask (fixture, "k");
  g_assert_cmpuint (bh_journal_count_rows (fixture->journal), ==, rows);
  g_assert_true (dex_future_is_pending (after));
  settle_ok (answer (fixture, "{\"options\":[\"menu\"]}"));
  g_assert_true (dex_future_is_resolved (after));
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_RUNNING);
}

static void
test_restart_after_answer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) before = ask (fixture, "k");
  g_autoptr (BhQuestionSet) set = NULL;
  g_autoptr (GError) error = NULL;

  settle_ok (answer (fixture, "{\"options\":[\"menu\"]}"));
  restart (fixture);
  set = settle_boxed (ask (fixture, "k"), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((BhChoice *) g_ptr_array_index (set->answers, 0))->options[0], ==, "menu");
}

static void
assert_refused (Fixture *fixture, const char *body, BhError code)
{
  settle_error (answer (fixture, body), code);
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 1);
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_NEEDS_YOU);
}

static void
test_bad_answers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) waiting = ask (fixture, "k");

  assert_refused (fixture, "{\"options\":[\"nope\"]}", BH_ERROR_OPTION_NOT_FOUND);
  assert_refused (fixture, "{\"options\":[]}", BH_ERROR_ANSWER_INCOMPLETE);
  assert_refused (fixture, "{\"question\":\"q_0000000000000000\",\"options\":[\"menu\"]}",
                  BH_ERROR_QUESTION_NOT_FOUND);
  assert_refused (fixture, "{\"question\":7,\"options\":[\"menu\"]}", BH_ERROR_INVALID_FIELD);
  assert_refused (fixture, "[]", BH_ERROR_INVALID_FIELD);
  g_assert_true (dex_future_is_pending (waiting));
}

static void
test_answered_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) waiting = ask (fixture, "k");
  g_autoptr (BhQuestionSet) set = settle_boxed (answer (fixture, "{\"options\":[\"menu\"]}"), NULL);
  g_autofree char *body = g_strdup_printf ("{\"question\":\"%s\",\"options\":[\"toolbar\"]}", set->id);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;
      JsonNode *extra;

      g_assert_false (settle (answer (fixture, body), &error));
      g_assert_error (error, BH_ERROR, BH_ERROR_ALREADY_ANSWERED);
      extra = bh_error_get_extra (error, "question");
      g_assert_nonnull (extra);
      g_assert_cmpstr (json_object_get_string_member (json_node_get_object (extra), "id"), ==, set->id);
      restart (fixture); /* the second time it is known from the store only */
    }
}

static void
test_two_open (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) one = ask (fixture, "one");
  g_autoptr (DexFuture) two = ask (fixture, "two");
  g_autofree char *body = NULL;

  settle_error (answer (fixture, "{\"options\":[\"menu\"]}"), BH_ERROR_INVALID_FIELD);
  body = g_strdup_printf ("{\"question\":\"%s\",\"options\":[\"menu\"]}",
                          bh_journal_get_state (fixture->journal, "ask:one"));
  settle_ok (answer (fixture, body));
  g_assert_true (dex_future_is_resolved (one));
  g_assert_true (dex_future_is_pending (two));
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_NEEDS_YOU);
  settle_ok (answer (fixture, "{\"options\":[\"menu\"]}"));
  g_assert_true (dex_future_is_resolved (two));
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_RUNNING);
}

static void
test_withdrawn (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) waiting = ask (fixture, "k");
  g_autofree char *body = g_strdup_printf ("{\"question\":\"%s\",\"options\":[\"menu\"]}",
                                           bh_journal_get_state (fixture->journal, "ask:k"));

  bh_questions_withdraw (fixture->questions);
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  bh_questions_close (fixture->questions, NULL);
  settle_error (g_steal_pointer (&waiting), BH_ERROR_QUESTION_CLOSED);
  settle_error (answer (fixture, body), BH_ERROR_QUESTION_CLOSED);
  restart (fixture);
  settle_error (answer (fixture, body), BH_ERROR_QUESTION_CLOSED);
  settle_error (ask (fixture, "k"), BH_ERROR_QUESTION_CLOSED);
}

/* One that nobody needs any more; others stay, and the Run works again when it was the last. */
static void
test_taken_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) one = ask (fixture, "one"), two = ask (fixture, "two");
  g_autofree char *body = g_strdup_printf ("{\"question\":\"%s\",\"options\":[\"menu\"]}",
                                           bh_journal_get_state (fixture->journal, "ask:one"));

  bh_questions_take_back (fixture->questions, "none");
  bh_questions_take_back (fixture->questions, "one");
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 1);
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_NEEDS_YOU);
  g_assert_true (dex_future_is_pending (two));
  settle_error (g_steal_pointer (&one), BH_ERROR_QUESTION_CLOSED);
  settle_error (answer (fixture, body), BH_ERROR_QUESTION_CLOSED);
  bh_questions_take_back (fixture->questions, "one");
  bh_questions_take_back (fixture->questions, "two");
  settle_error (g_steal_pointer (&two), BH_ERROR_QUESTION_CLOSED);
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_RUNNING);
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  restart (fixture);
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 0);
  settle_error (answer (fixture, body), BH_ERROR_QUESTION_CLOSED);
}

/* What Bellhop asks in the middle of a launch leads back into it. */
static void
test_launch_question (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) node = json ("{\"text\":\"May it?\",\"kind\":\"text\"}");
  g_autoptr (BhQuestionSet) set = bh_question_set_from_ask (node, NULL);
  g_autoptr (DexFuture) waiting = NULL;
  BhRun *run = bh_run_copy (bh_journal_get_run (fixture->journal));

  run->box_id = bh_id_new ('b');
  run->state = BH_RUN_LAUNCHING;
  bh_journal_put_run (fixture->journal, run);
  waiting = bh_questions_ask (fixture->questions, set, "consent", BH_ASKED_BY_BELLHOP);
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_NEEDS_YOU);
  settle_ok (answer (fixture, "{\"text\":\"yes\"}"));
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_LAUNCHING);
}

static void
test_autonomous (Fixture *fixture, gconstpointer data)
{
  set_run (fixture, BH_RUN_RUNNING, BH_MODE_AUTONOMOUS);
  settle_error (ask (fixture, "k"), BH_ERROR_UNAVAILABLE);
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_RUNNING);
}

static void
test_placement_question (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) node = json ("{\"text\":\"Where should this run?\",\"kind\":\"text\"}");
  g_autoptr (BhQuestionSet) set = bh_question_set_from_ask (node, NULL);
  g_autoptr (DexFuture) waiting = NULL;

  set_run (fixture, BH_RUN_QUEUED, BH_MODE_INTERACTIVE);
  waiting = bh_questions_ask (fixture->questions, set, "placement", BH_ASKED_BY_BELLHOP);
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_NEEDS_YOU);
  settle_ok (answer (fixture, "{\"text\":\"here\"}"));
  g_assert_cmpint (state_of (fixture), ==, BH_RUN_QUEUED);
}

/* --- what comes over a channel --- */

static void
assert_parse_error (const char *text, int code)
{
  g_autoptr (GBytes) line = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autofree char *reply = NULL;

  g_assert_null (bh_ask_parse (line, &error));
  g_assert_error (error, BH_ERROR, code);
  reply = bh_ask_reply (NULL, NULL, error);
  g_assert_true (g_str_has_prefix (reply, "error\n"));
}

static void
test_channel_lines (void)
{
  assert_parse_error ("", BH_ERROR_BAD_JSON);
  assert_parse_error ("{", BH_ERROR_BAD_JSON);
  assert_parse_error ("\xff\xfe", BH_ERROR_BAD_JSON);
  assert_parse_error ("[]", BH_ERROR_BAD_JSON);
  assert_parse_error ("{}", BH_ERROR_INVALID_FIELD);
  assert_parse_error ("{\"kind\":\"mcp\"}", BH_ERROR_INVALID_FIELD);
  assert_parse_error ("{\"kind\":{}}", BH_ERROR_INVALID_FIELD);
  assert_parse_error ("{\"kind\":\"ask\"}", BH_ERROR_INVALID_FIELD);
  assert_parse_error ("{\"kind\":\"ask\",\"set\":{\"text\":\"A?\",\"kind\":\"text\"},\"format\":\"xml\"}",
                      BH_ERROR_INVALID_FIELD);
}

static void
test_channel_reply (void)
{
  const char *text =
      "{\"kind\":\"ask\",\"format\":\"json\",\"set\":{\"id\":\"a\",\"text\":\"A?\",\"kind\":\"text\"}}";
  g_autoptr (GBytes) line = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (BhAsk) ask_line = bh_ask_parse (line, &error);
  g_autoptr (GError) closed = bh_error_new (BH_ERROR_QUESTION_CLOSED, NULL, "The Run was stopped.");
  g_autoptr (GError) nobody = bh_error_new (BH_ERROR_UNAVAILABLE, NULL, "Nobody is there.");
  g_autoptr (JsonNode) body = json ("{\"text\":\"yes\"}");
  g_autofree char *declined = NULL, *unavailable = NULL, *as_json = NULL, *as_text = NULL;

  g_assert_no_error (error);
  g_assert_true (ask_line->json);
  g_assert_false (bh_ask_is_mcp (line, NULL));
  declined = bh_ask_reply (ask_line, NULL, closed);
  g_assert_cmpstr (declined, ==, "declined\nThe Run was stopped.\n");
  unavailable = bh_ask_reply (ask_line, NULL, nobody);
  g_assert_cmpstr (unavailable, ==, "unavailable\nNobody is there.\n");
  g_clear_pointer (&ask_line->set->answers, g_ptr_array_unref);
  ask_line->set->answers = bh_question_set_check_answers (ask_line->set, body, &error);
  ask_line->set->state = BH_SET_ANSWERED;
  g_assert_no_error (error);
  as_json = bh_ask_reply (ask_line, ask_line->set, NULL);
  g_assert_true (g_str_has_prefix (as_json, "answered\n{"));
  ask_line->json = FALSE;
  as_text = bh_ask_reply (ask_line, ask_line->set, NULL);
  g_assert_cmpstr (as_text, ==, "answered\nyes\n");
}

/* --- messages --- */

static void
test_message_receipts (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhInbox) inbox = bh_inbox_new (fixture->journal);
  g_autoptr (BhMessage) first = bh_inbox_post (inbox, "one", FALSE, "you");
  g_autoptr (BhMessage) second = bh_inbox_post (inbox, "two", TRUE, "you");
  g_autoptr (BhMessage) next = NULL;
  g_autoptr (BhMessage) stored = NULL;
  g_autoptr (BhRow) row = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (bh_inbox_wants_interrupt (inbox));
  next = bh_inbox_next (inbox);
  g_assert_cmpstr (next->id, ==, first->id);
  g_assert_cmpint (next->state, ==, BH_MESSAGE_DELIVERED);
  g_assert_null (bh_inbox_withdraw (inbox, first->id, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_MESSAGE_DELIVERED);
  g_clear_error (&error);
  bh_inbox_take_up (inbox, next);
  g_assert_cmpuint (bh_inbox_count (inbox), ==, 1);
  bh_message_unref (bh_inbox_withdraw (inbox, second->id, &error));
  g_assert_no_error (error);
  g_assert_false (bh_inbox_wants_interrupt (inbox));
  g_assert_null (bh_inbox_next (inbox));
  g_assert_null (bh_inbox_withdraw (inbox, second->id, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_MESSAGE_NOT_FOUND);

  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  stored = settle_boxed (bh_store_message (fixture->store, first->run, first->id), NULL);
  g_assert_cmpint (stored->state, ==, BH_MESSAGE_TAKEN_UP);
  g_assert_cmpint (stored->queued_at, >, 0);
  g_assert_cmpint (stored->taken_up_at, >, 0);
  row = settle_boxed (bh_store_row (fixture->store, second->run, second->row), NULL);
  g_assert_cmpint (row->state, ==, BH_ROW_WITHDRAWN);
}

/* Delivered, but the coordinator died before the engine took it up: it comes again. */
static void
test_message_redelivered (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = g_strdup (bh_journal_get_run_id (fixture->journal));
  g_autoptr (BhInbox) inbox = bh_inbox_new (fixture->journal);
  g_autoptr (BhMessage) posted = bh_inbox_post (inbox, "one", FALSE, "you");
  g_autoptr (BhRunBundle) bundle = NULL;
  g_autoptr (BhMessage) again = NULL;

  bh_message_unref (bh_inbox_next (inbox));
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  g_clear_object (&inbox);
  restart (fixture);
  bundle = settle_boxed (bh_store_load_run (fixture->store, id), NULL);
  g_assert_cmpuint (bundle->messages->len, ==, 1);
  inbox = bh_inbox_new (fixture->journal);
  bh_inbox_add (inbox, g_ptr_array_index (bundle->messages, 0));
  again = bh_inbox_next (inbox);
  g_assert_cmpstr (again->id, ==, posted->id);
  bh_inbox_withdraw_all (inbox);
  g_assert_cmpuint (bh_inbox_count (inbox), ==, 0);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
}

static void
test_message_limits (void)
{
  g_autofree char *most = g_strnfill (BH_MESSAGE_MAX, 'x');
  g_autofree char *more = g_strnfill (BH_MESSAGE_MAX + 1, 'x');
  g_autoptr (GError) error = NULL;

  g_assert_true (bh_inbox_check (most, NULL));
  g_assert_false (bh_inbox_check (more, &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (bh_inbox_check (" \n\t", &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_INVALID_FIELD);
}

#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)

/* A key may be any word: what an answer is found by stays as it is, and what is read is hidden. */
static void
test_hidden (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (JsonNode) answer = json ("{\"options\":[\"hidden-1\"]}");
  g_autoptr (BhQuestionSet) answered = NULL;
  const BhQuestion *question;

  bh_journal_hide (fixture->journal, "single");
  bh_journal_hide (fixture->journal, "Toolbar");
  bh_journal_hide (fixture->journal, "Where?");
  bh_journal_hide (fixture->journal, "questions");
  future = ask (fixture, "1");
  answered = settle_boxed (bh_questions_answer (fixture->questions, answer, "you"), NULL);
  g_assert_nonnull (answered);
  question = answered->questions->pdata[0];
  g_assert_cmpint (question->kind, ==, BH_QUESTION_SINGLE);
  g_assert_cmpstr (question->id, ==, "where");
  g_assert_cmpstr (question->text, ==, "******");
  g_assert_cmpstr (((const BhOption *) question->options->pdata[0])->label, ==, "*******");
  g_assert_cmpstr (((const BhOption *) question->options->pdata[1])->id, ==, "menu");
  g_assert_true (dex_future_is_resolved (future));
}

/* In an id that whoever asks has chosen. */
static void
test_hidden_ids (Fixture *fixture, gconstpointer data)
{
  g_autoptr (JsonNode) node = json ("{\"questions\":[{\"id\":\"where\",\"text\":\"Where?\"},"
                                    "{\"id\":\"is-sk-0123456789\",\"text\":\"Which?\",\"options\":["
                                    "{\"id\":\"one\",\"label\":\"One\"},"
                                    "{\"id\":\"sk-0123456789.2\",\"label\":\"Two\"}]}]}");
  g_autoptr (BhQuestionSet) set = bh_question_set_from_ask (node, NULL);
  g_autoptr (BhQuestionSet) answered = NULL, stored = NULL;
  g_autoptr (JsonNode) answer = json ("{\"answers\":[{\"question\":\"where\",\"text\":\"There\"},"
                                      "{\"question\":\"hidden-2\",\"options\":[\"hidden-2\"]}]}");
  g_autoptr (JsonNode) shown = NULL;
  g_autoptr (DexFuture) future = NULL;
  g_autofree char *text = NULL, *said = NULL;

  bh_journal_hide (fixture->journal, "sk-0123456789");
  future = bh_questions_ask (fixture->questions, set, "1", "script");
  answered = settle_boxed (bh_questions_answer (fixture->questions, answer, "you"), NULL);
  g_assert_nonnull (answered);
  g_assert_true (dex_future_is_resolved (future));
  said = bh_question_set_answer_text (answered);
  g_assert_cmpstr (said, ==, "There; Two");
  stored = settle_boxed (bh_store_question (fixture->store, answered->id), NULL);
  shown = bh_question_set_to_json (stored);
  text = bh_json_to_text (shown);
  g_assert_null (strstr (text, "0123456789"));
  g_assert_nonnull (strstr (text, "\"one\""));
}

/* One that was taken back, and is asked anew with the same key. */
static void
test_forgotten (Fixture *fixture, gconstpointer data)
{
  g_autoptr (DexFuture) first = ask (fixture, "1"), second = NULL;
  g_autoptr (JsonNode) answer = json ("{\"options\":[\"menu\"]}");

  bh_questions_take_back (fixture->questions, "1");
  g_assert_true (dex_future_is_rejected (first));
  bh_questions_forget (fixture->questions, "1");
  second = ask (fixture, "1");
  g_assert_cmpuint (bh_questions_count_open (fixture->questions), ==, 1);
  bh_question_set_unref (settle_boxed (bh_questions_answer (fixture->questions, answer, "you"), NULL));
  g_assert_true (dex_future_is_resolved (second));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("/questions/ask-and-answer", test_ask_and_answer);
  ADD ("/questions/same-key", test_same_key);
  ADD ("/questions/too-many", test_too_many);
  ADD ("/questions/restart-while-open", test_restart_while_open);
  ADD ("/questions/restart-after-answer", test_restart_after_answer);
  ADD ("/questions/bad-answers", test_bad_answers);
  ADD ("/questions/answered-twice", test_answered_twice);
  ADD ("/questions/two-open", test_two_open);
  ADD ("/questions/withdrawn", test_withdrawn);
  ADD ("/questions/taken-back", test_taken_back);
  ADD ("/questions/hidden", test_hidden);
  ADD ("/questions/hidden-ids", test_hidden_ids);
  ADD ("/questions/forgotten", test_forgotten);
  ADD ("/questions/launch", test_launch_question);
  ADD ("/questions/autonomous", test_autonomous);
  ADD ("/questions/placement", test_placement_question);
  g_test_add_func ("/questions/channel-lines", test_channel_lines);
  g_test_add_func ("/questions/channel-reply", test_channel_reply);
  ADD ("/messages/receipts", test_message_receipts);
  ADD ("/messages/redelivered", test_message_redelivered);
  g_test_add_func ("/messages/limits", test_message_limits);
  return g_test_run ();
}

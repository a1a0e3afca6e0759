/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The store on real files: what is committed, in which order it is told, and how it is read again. */

#include "test-store-util.h"

#include <string.h>

#include "coordinator/store/bh-queries.h"

typedef StoreFixture Fixture;

static void
reopen (Fixture *fixture)
{
  close_store (fixture->store);
  fixture->store = open_store (fixture->folder);
}

static void
note_committed (BhStore *store, BhChange *change, GPtrArray *order)
{
  g_ptr_array_add (order, change);
}

static DexFuture *
note_resolved (DexFuture *future, gpointer order)
{
  g_ptr_array_add (order, NULL);
  return NULL;
}

/* Many changes at once: told in the order of the calls, each before its future resolves. */
static void
test_order (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_autoptr (GPtrArray) sent = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_change_unref);
  DexFuture *last = NULL;

  g_signal_connect (fixture->store, "committed", G_CALLBACK (note_committed), order);
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (BhRun) run = make_run ("many", "x");
      BhChange *change = bh_change_new (run->id);

      bh_change_create_run (change, run, NULL, NULL, NULL, NULL);
      g_ptr_array_add (sent, change);
      dex_clear (&last);
      last = bh_store_commit (fixture->store, change, i % 7 == 0 ? BH_SYNCED : BH_RELAXED);
      if (i == 0)
        dex_future_disown (dex_future_then (dex_ref (last), note_resolved, order, NULL));
    }
  settle_ok (last);
  for (guint i = 0, j = 0; i < order->len; i++)
    if (order->pdata[i] != NULL)
      g_assert_true (order->pdata[i] == sent->pdata[j++]);
    else
      g_assert_cmpuint (j, >=, 1);
  g_assert_cmpuint (order->len, ==, 1001);
  g_signal_handlers_disconnect_by_data (fixture->store, order);
}

/* A change with something wrong in it leaves nothing behind, and its neighbours in the batch are stored. */
static void
test_atomic (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhJournal) journal = create_run (fixture->store, "one", "x");
  const char *id = bh_journal_get_run_id (journal);
  g_autoptr (BhChange) bad = bh_change_new (id), good = bh_change_new (id);
  g_autoptr (BhRow) row = make_row (BH_ROW_STATUS, BH_ROW_DONE, "bad");
  g_autoptr (BhRowPage) page = NULL;
  g_autoptr (GPtrArray) events = NULL;
  DexFuture *futures[2];

  bh_change_put_row (bad, row);
  bh_change_set_state (bad, "key", "bad");
  bh_change_add_event (bad, make_event (2), 0, BH_PART_TEXT, 0);
  bh_change_add_event (bad, make_event (7), 0, BH_PART_TEXT, 0); /* a gap */
  bh_change_set_state (good, "other", "good");
  bh_change_add_event (good, make_event (2), 0, BH_PART_TEXT, 0);
  futures[0] = bh_store_commit (fixture->store, bad, BH_RELAXED);
  futures[1] = bh_store_commit (fixture->store, good, BH_RELAXED);
  settle_error (futures[0], BH_ERROR_STORAGE_FAILED);
  settle_ok (futures[1]);

  page = settle_boxed (bh_store_rows (fixture->store, id, 0, 10), NULL);
  g_assert_cmpuint (page->total, ==, 0);
  events = settle_boxed (bh_store_events (fixture->store, id, 0, 10), NULL);
  g_assert_cmpuint (events->len, ==, 2);
  {
    g_autoptr (BhRunBundle) bundle = settle_boxed (bh_store_load_run (fixture->store, id), NULL);

    g_assert_null (g_hash_table_lookup (bundle->state, "key"));
    g_assert_cmpstr (g_hash_table_lookup (bundle->state, "other"), ==, "good");
  }
}

/* The same event twice, an event of a Run that is not there. */
static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhJournal) journal = create_run (fixture->store, "one", "x");
  g_autoptr (BhChange) repeat = bh_change_new (bh_journal_get_run_id (journal));
  g_autoptr (BhChange) stray = bh_change_new ("r_0000000000000000");

  bh_change_add_event (repeat, make_event (1), 0, BH_PART_TEXT, 0);
  settle_error (bh_store_commit (fixture->store, repeat, BH_RELAXED), BH_ERROR_STORAGE_FAILED);
  bh_change_set_state (stray, "a", "b");
  settle_error (bh_store_commit (fixture->store, stray, BH_RELAXED), BH_ERROR_RUN_NOT_FOUND);
}

static void
test_run (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhRun) run = make_run ("A name", "# Do it"), found = NULL;
  g_autoptr (BhRunBundle) bundle = NULL;
  g_autoptr (GHashTable) env = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (BhChange) change = bh_change_new (run->id);

  g_hash_table_insert (env, (gpointer) "TOKEN", (gpointer) "s\"e\ncret");
  run->box_id = g_strdup ("b_0123456789abcdef");
  run->box_worker = g_strdup ("desk");
  run->box_image = g_strdup ("host");
  run->box_state = g_strdup ("running");
  bh_change_create_run (change, run, env, "offline", "key-1", "digest");
  settle_ok (bh_store_commit (fixture->store, change, BH_SYNCED));
  reopen (fixture);

  bundle = settle_boxed (bh_store_load_run (fixture->store, run->id), NULL);
  g_assert_cmpstr (bundle->run->instructions, ==, "# Do it");
  g_assert_cmpstr (bundle->network, ==, "offline");
  /* of a record that lacks it, as those of older releases do */
  g_assert_cmpstr (bundle->run->network, ==, "offline");
  g_assert_cmpstr (g_hash_table_lookup (bundle->env, "TOKEN"), ==, "s\"e\ncret");
  found = settle_boxed (bh_store_run_of_box (fixture->store, "b_0123456789abcdef"), NULL);
  g_assert_cmpstr (found->id, ==, run->id);
  settle_error (bh_store_run_of_box (fixture->store, "b_other"), BH_ERROR_NOT_FOUND);
  settle_error (bh_store_get_run (fixture->store, "r_other"), BH_ERROR_RUN_NOT_FOUND);
}

static void
test_idempotent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhRun) run = make_run ("A", "x"), twin = make_run ("B", "x"), found = NULL;
  g_autoptr (BhChange) change = bh_change_new (run->id), again = bh_change_new (twin->id);

  settle_error (bh_store_idempotent (fixture->store, "key", "digest"), BH_ERROR_NOT_FOUND);
  bh_change_create_run (change, run, NULL, NULL, "key", "digest");
  settle_ok (bh_store_commit (fixture->store, change, BH_SYNCED));
  found = settle_boxed (bh_store_idempotent (fixture->store, "key", "digest"), NULL);
  g_assert_cmpstr (found->id, ==, run->id);
  settle_error (bh_store_idempotent (fixture->store, "key", "other"), BH_ERROR_IDEMPOTENCY_MISMATCH);

  bh_change_create_run (again, twin, NULL, NULL, "key", "digest");
  settle_error (bh_store_commit (fixture->store, again, BH_SYNCED), BH_ERROR_IDEMPOTENCY_MISMATCH);
  settle_error (bh_store_get_run (fixture->store, twin->id), BH_ERROR_RUN_NOT_FOUND);
}

static void
create_plain (BhStore *store, BhRun *run)
{
  g_autoptr (BhChange) change = bh_change_new (run->id);

  bh_change_create_run (change, run, NULL, NULL, NULL, NULL);
  settle_ok (bh_store_commit (store, change, BH_RELAXED));
}

static void
test_list (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_run_unref);
  g_auto (GStrv) active = NULL;
  g_autofree char *before = NULL;
  guint seen = 0;

  for (guint i = 0; i < 25; i++)
    {
      BhRun *run = make_run ("listed", "x");

      run->state = i % 5 == 0 ? BH_RUN_NEEDS_YOU : BH_RUN_COMPLETED;
      create_plain (fixture->store, run);
      g_ptr_array_add (made, run);
    }
  for (;;)
    {
      g_autoptr (GPtrArray) page =
          settle_boxed (bh_store_list_runs (fixture->store, 0, NULL, before, 10), NULL);

      if (page->len == 0)
        break;
      for (guint i = 0; i < page->len; i++, seen++)
        g_assert_cmpstr (((BhRun *) page->pdata[i])->id, ==, ((BhRun *) made->pdata[24 - seen])->id);
      g_assert_null (((BhRun *) page->pdata[0])->instructions);
      g_set_str (&before, ((BhRun *) page->pdata[page->len - 1])->id);
    }
  g_assert_cmpuint (seen, ==, 25);

  active = settle_boxed (bh_store_active_runs (fixture->store), NULL);
  g_assert_cmpuint (g_strv_length (active), ==, 5);
  g_assert_cmpstr (active[0], ==, ((BhRun *) made->pdata[0])->id);
  {
    g_autoptr (GPtrArray) page = settle_boxed (bh_store_list_runs (fixture->store, 1u << BH_RUN_NEEDS_YOU,
                                                                   NULL, ((BhRun *) made->pdata[20])->id, 2),
                                               NULL);

    g_assert_cmpuint (page->len, ==, 2);
    g_assert_cmpstr (((BhRun *) page->pdata[0])->id, ==, ((BhRun *) made->pdata[15])->id);
  }
  settle_error (bh_store_list_runs (fixture->store, 0, NULL, "r_gone", 2), BH_ERROR_RUN_NOT_FOUND);
}

static guint
count_found (BhStore *store, const char *query, guint states)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) page = settle_boxed (bh_store_list_runs (store, states, query, NULL, 50), &error);

  g_assert_no_error (error);
  return page->len;
}

static void
test_search (Fixture *fixture, gconstpointer data)
{
  static const char *const hostile[] = {
    "\"",          "\"\"\"",           "*",          "name:", "NEAR(a b)", "a AND", "OR",  "NOT", "(",
    "^alpha",      "-alpha",           "{name} : x", "';--",  "a\"b\"*c",  "\\",    "+ +", "!!!", "\xff\xfe",
    "summary : (", "\xf0\x9f\x94\x94",
  };
  g_autoptr (BhRun) first = make_run ("Alpha réport", "deploy the web-server"),
                    second = make_run ("Beta", "deploy nothing");
  g_autoptr (BhRun) renamed = NULL;
  g_autoptr (BhChange) change = NULL;

  create_plain (fixture->store, first);
  create_plain (fixture->store, second);
  g_assert_cmpuint (count_found (fixture->store, "deploy", 0), ==, 2);
  g_assert_cmpuint (count_found (fixture->store, "deploy alp", 0), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "REPORT", 0), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "web-server", 0), ==, 1);
  g_assert_cmpuint (count_found (fixture->store, "alp deploy", 0), ==, 0);
  g_assert_cmpuint (count_found (fixture->store, "deploy", 1u << BH_RUN_FAILED), ==, 0);
  g_assert_cmpuint (count_found (fixture->store, "  ", 0), ==, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    g_assert_cmpuint (count_found (fixture->store, hostile[i], 0), <=, 2);
  g_assert_cmpuint (count_found (fixture->store, "beta !!!", 0), ==, 1);

  renamed = bh_run_copy (second);
  g_set_str (&renamed->name, "Gamma");
  renamed->summary = g_strdup ("all went well");
  change = bh_change_new (renamed->id);
  bh_change_put_run (change, renamed);
  settle_ok (bh_store_commit (fixture->store, change, BH_RELAXED));
  g_assert_cmpuint (count_found (fixture->store, "beta", 0), ==, 0);
  g_assert_cmpuint (count_found (fixture->store, "gamma well", 0), ==, 1);
}

static BhQuestionSet *
make_set (const char *run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = bh_json_parse ("{\"text\":\"Where?\",\"kind\":\"text\"}", -1, &error);
  BhQuestionSet *set = bh_question_set_from_ask (node, &error);

  g_assert_no_error (error);
  g_set_str (&set->id, NULL);
  set->id = bh_id_new ('q');
  g_set_str (&set->run, run);
  g_set_str (&set->asked_by, "script");
  set->asked_at = g_get_real_time ();
  return set;
}

static BhMessage *
make_message (const char *run, const char *text)
{
  BhMessage *message = bh_message_new ();

  message->id = bh_id_new ('m');
  message->run = g_strdup (run);
  message->text = g_strdup (text);
  message->author = g_strdup ("you");
  message->queued_at = g_get_real_time ();
  return message;
}

static void
test_questions_and_messages (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhJournal) journal = create_run (fixture->store, "one", "x");
  const char *id = bh_journal_get_run_id (journal);
  g_autoptr (BhQuestionSet) open = make_set (id), closed = make_set (id), found = NULL;
  g_autoptr (BhMessage) first = make_message (id, "first"), second = make_message (id, "second"), read = NULL;
  g_autoptr (BhMessage) taken = bh_message_copy (first);
  g_autoptr (GPtrArray) sets = NULL, all = NULL;
  g_autoptr (BhRunBundle) bundle = NULL;

  closed->state = BH_SET_WITHDRAWN;
  bh_journal_put_question (journal, closed);
  bh_journal_put_question (journal, open);
  bh_journal_put_message (journal, first);
  bh_journal_put_message (journal, second);
  settle_ok (bh_journal_commit (journal, BH_SYNCED));
  taken->state = BH_MESSAGE_TAKEN_UP;
  bh_journal_put_message (journal, taken);
  settle_ok (bh_journal_commit (journal, BH_SYNCED));

  sets = settle_boxed (bh_store_questions (fixture->store, id, TRUE), NULL);
  all = settle_boxed (bh_store_questions (fixture->store, id, FALSE), NULL);
  g_assert_cmpuint (sets->len, ==, 1);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((BhQuestionSet *) sets->pdata[0])->id, ==, open->id);
  found = settle_boxed (bh_store_question (fixture->store, closed->id), NULL);
  g_assert_cmpint (found->state, ==, BH_SET_WITHDRAWN);
  read = settle_boxed (bh_store_message (fixture->store, id, first->id), NULL);
  g_assert_cmpint (read->state, ==, BH_MESSAGE_TAKEN_UP);
  settle_error (bh_store_question (fixture->store, "q_none"), BH_ERROR_QUESTION_NOT_FOUND);
  settle_error (bh_store_message (fixture->store, id, "m_none"), BH_ERROR_MESSAGE_NOT_FOUND);
  bundle = settle_boxed (bh_store_load_run (fixture->store, id), NULL);
  g_assert_cmpuint (bundle->messages->len, ==, 1);
  g_assert_cmpuint (bundle->open_questions->len, ==, 1);
}

static void
test_delete (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhJournal) journal = create_run (fixture->store, "doomed", "x");
  g_autoptr (BhJournal) other = create_run (fixture->store, "kept", "x");
  g_autofree char *id = g_strdup (bh_journal_get_run_id (journal)),
                  *kept_id = g_strdup (bh_journal_get_run_id (other));
  g_autoptr (BhChange) change = bh_change_new (id);
  g_autofree char *report = NULL;
  gboolean clear = FALSE;

  for (guint i = 0; i < 3000; i++)
    bh_journal_add_row (journal, make_row (BH_ROW_STATUS, BH_ROW_DONE, "row"));
  settle_ok (bh_journal_commit (journal, BH_RELAXED));
  bh_change_delete_run (change);
  settle_ok (bh_store_commit (fixture->store, change, BH_SYNCED));
  settle_error (bh_store_get_run (fixture->store, id), BH_ERROR_RUN_NOT_FOUND);
  settle_error (bh_store_rows (fixture->store, id, 0, 10), BH_ERROR_RUN_NOT_FOUND);
  g_assert_cmpuint (count_found (fixture->store, "doomed", 0), ==, 0);
  /* what is left of it goes in steps, also across a restart */
  g_clear_object (&journal);
  g_clear_object (&other);
  reopen (fixture);
  while (!clear)
    {
      DexFuture *future = bh_store_check (fixture->store);

      while (dex_future_is_pending (future))
        g_main_context_iteration (NULL, TRUE);
      g_set_str (&report, g_value_get_string (dex_future_get_value (future, NULL)));
      dex_unref (future);
      clear = strstr (report, "\"events\":1,") != NULL || g_str_has_suffix (report, "\"events\":1}");
    }
  g_assert_nonnull (strstr (report, "\"ok\":true"));
  {
    g_autoptr (BhRun) kept = settle_boxed (bh_store_get_run (fixture->store, kept_id), NULL);

    g_assert_cmpstr (kept->name, ==, "kept");
    g_assert_cmpuint (kept->last_seq, ==, 1);
  }
}

static void
test_settings (Fixture *fixture, gconstpointer data)
{
  g_auto (GStrv) none = settle_boxed (bh_store_settings (fixture->store), NULL), some = NULL;
  g_autofree char *text = NULL;

  g_assert_cmpuint (g_strv_length (none), ==, 0);
  settle_ok (bh_store_set_setting (fixture->store, "b", "one"));
  settle_ok (bh_store_set_setting (fixture->store, "a", ""));
  settle_ok (bh_store_set_setting (fixture->store, "b", "t'wo"));
  some = settle_boxed (bh_store_settings (fixture->store), NULL);
  text = g_strjoinv ("|", some);
  g_assert_cmpstr (text, ==, "a||b|t'wo");
}

static void
test_tokens (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) tokens = NULL;

  settle_ok (bh_store_add_token (fixture->store, "pho\"ne", "aa"));
  settle_error (bh_store_add_token (fixture->store, "pho\"ne", "bb"), BH_ERROR_NAME_TAKEN);
  settle_ok (bh_store_token_name (fixture->store, "aa"));
  settle_error (bh_store_token_name (fixture->store, "bb"), BH_ERROR_NOT_FOUND);
  tokens = settle_boxed (bh_store_tokens (fixture->store), NULL);
  g_assert_cmpuint (tokens->len, ==, 1);
  g_assert_true (g_str_has_prefix (tokens->pdata[0], "{\"name\":\"pho\\\"ne\",\"created_at\":\"20"));
  settle_ok (bh_store_remove_token (fixture->store, "pho\"ne"));
  settle_error (bh_store_remove_token (fixture->store, "pho\"ne"), BH_ERROR_NOT_FOUND);
}

static void
test_sync_and_close (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhRun) run = make_run ("late", "x");
  g_autoptr (BhChange) change = bh_change_new (run->id);
  DexFuture *commit, *closed;

  settle_ok (bh_store_sync (fixture->store));
  bh_change_create_run (change, run, NULL, NULL, NULL, NULL);
  commit = bh_store_commit (fixture->store, change, BH_RELAXED);
  closed = bh_store_close (fixture->store);
  settle_error (bh_store_sync (fixture->store), BH_ERROR_UNAVAILABLE);
  settle_ok (commit);
  settle_ok (closed);
  g_assert_finalize_object (fixture->store);
  fixture->store = open_store (fixture->folder);
  settle_ok (bh_store_get_run (fixture->store, run->id));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
#define ADD(name) g_test_add ("/store/" #name, Fixture, NULL, store_set_up, test_##name, store_tear_down)
  ADD (order);
  ADD (atomic);
  ADD (refused);
  ADD (run);
  ADD (idempotent);
  ADD (list);
  ADD (search);
  ADD (questions_and_messages);
  ADD (delete);
  ADD (tokens);
  ADD (settings);
  ADD (sync_and_close);
  return g_test_run ();
}

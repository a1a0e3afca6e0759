/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The journal: what is staged, merged, flushed, kept and elided, and how it is taken up again. */

#include "test-store-util.h"

#include <string.h>

#include "coordinator/store/bh-change-private.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)

typedef struct
{
  char *folder;
  BhStore *store;
  BhJournal *journal;
  guint commits;
} Fixture;

static void
count_commit (BhStore *store, BhChange *change, Fixture *fixture)
{
  fixture->commits++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = make_folder ();
  fixture->store = open_store (fixture->folder);
  fixture->journal = create_run (fixture->store, "A Run", "x");
  g_signal_connect (fixture->store, "committed", G_CALLBACK (count_commit), fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_object (&fixture->journal);
  close_store (fixture->store);
  remove_folder (fixture->folder);
}

/* As after a restart. */
static void
reload (Fixture *fixture)
{
  g_autofree char *id = g_strdup (bh_journal_get_run_id (fixture->journal));
  g_autoptr (BhRunBundle) bundle = NULL;

  g_clear_object (&fixture->journal);
  close_store (fixture->store);
  fixture->store = open_store (fixture->folder);
  bundle = settle_boxed (bh_store_load_run (fixture->store, id), NULL);
  fixture->journal = bh_journal_new_for_bundle (fixture->store, bundle);
}

static BhRow *
stored_row (Fixture *fixture, guint64 n)
{
  g_autoptr (GError) error = NULL;
  BhRow *row =
      settle_boxed (bh_store_row (fixture->store, bh_journal_get_run_id (fixture->journal), n), &error);

  g_assert_no_error (error);
  return row;
}

static GPtrArray *
stored_events (Fixture *fixture, guint64 after)
{
  return settle_boxed (bh_store_events (fixture->store, bh_journal_get_run_id (fixture->journal), after,
                                        1000),
                       NULL);
}

static BhBody *
stored_body (Fixture *fixture, guint64 n, guint64 from, gsize length)
{
  return settle_boxed (bh_store_body (fixture->store, bh_journal_get_run_id (fixture->journal), n,
                                      BH_PART_RESULT, from, length),
                       NULL);
}

static guint64
add_step (Fixture *fixture)
{
  return bh_journal_add_row (fixture->journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "make"));
}

static void
test_rows (Fixture *fixture, gconstpointer data)
{
  guint64 message = bh_journal_add_row (fixture->journal, make_row (BH_ROW_MESSAGE, BH_ROW_DONE, NULL));
  guint64 step = add_step (fixture);
  g_autoptr (BhRow) ended = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autoptr (BhRowPage) page = NULL;

  g_assert_cmpuint (message, ==, 0);
  g_assert_cmpuint (step, ==, 1);
  bh_journal_append_text (fixture->journal, message, BH_PART_TEXT, "prose");
  bh_journal_append_text (fixture->journal, step, BH_PART_CALL, "make -j2");
  bh_journal_append_text (fixture->journal, step, BH_PART_RESULT, "\033[31mred\033[0m\r\n");
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  bh_journal_append_text (fixture->journal, step, BH_PART_RESULT, "more\n");
  settle_ok (bh_journal_flush (fixture->journal));
  bh_journal_end_row (fixture->journal, step, BH_ROW_FAILED, 2);
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));

  ended = stored_row (fixture, step);
  g_assert_cmpint (ended->state, ==, BH_ROW_FAILED);
  g_assert_cmpint (ended->exit_status, ==, 2);
  g_assert_cmpint (ended->duration_us, >=, 0);
  g_assert_cmpint (ended->ended_at, >=, ended->started_at);
  g_assert_cmpstr (ended->head, ==, "red\nmore\n");
  g_assert_cmpuint (ended->call_bytes, ==, 8);
  g_assert_cmpuint (ended->result_bytes, ==, 19);
  page = settle_boxed (bh_store_rows (fixture->store, bh_journal_get_run_id (fixture->journal), 1, 10), NULL);
  g_assert_cmpuint (page->total, ==, 2);
  g_assert_cmpuint (page->rows->len, ==, 1);
  run = settle_boxed (bh_store_get_run (fixture->store, bh_journal_get_run_id (fixture->journal)), NULL);
  g_assert_cmpuint (run->rows, ==, 2);
}

/* An open row is told as it is, although it is not stored again with each line. */
static void
test_open_row (Fixture *fixture, gconstpointer data)
{
  guint64 n = add_step (fixture);
  g_autoptr (BhRow) row = NULL;
  g_autoptr (BhRowPage) page = NULL;
  g_autofree char *line = g_strnfill (99, 'x');
  g_autofree char *text = g_strconcat (line, "\n", NULL);

  for (guint i = 0; i < 50; i++)
    {
      bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, text);
      settle_ok (bh_journal_flush (fixture->journal));
    }
  row = stored_row (fixture, n);
  g_assert_cmpuint (row->result_bytes, ==, 5000);
  g_assert_cmpuint (strlen (row->head), ==, 512);
  page = settle_boxed (bh_store_rows (fixture->store, bh_journal_get_run_id (fixture->journal), 0, 10), NULL);
  g_assert_nonnull (strstr (page->rows->pdata[0], "\"result\":5000"));

  reload (fixture);
  g_assert_cmpuint (bh_journal_get_row (fixture->journal, n)->result_bytes, ==, 5000);
  bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "end");
  bh_journal_end_row (fixture->journal, n, BH_ROW_DONE, 0);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  {
    g_autoptr (BhBody) body = stored_body (fixture, n, 4990, 100);
    g_autoptr (BhRow) ended = stored_row (fixture, n);

    g_assert_cmpuint (body->total, ==, 5003);
    g_assert_cmpuint (body->offset, ==, 4990);
    g_assert_cmpmem (g_bytes_get_data (body->bytes, NULL), g_bytes_get_size (body->bytes), "xxxxxxxxx\nend",
                     13);
    g_assert_cmpint (ended->duration_us, >=, 0);
  }
}

/* While a commit is in flight, what is staged waits, merges, and goes together. */
static void
test_flush (Fixture *fixture, gconstpointer data)
{
  guint64 n = add_step (fixture);
  DexFuture *first, *second = NULL, *third;
  g_autoptr (GPtrArray) events = NULL;
  BhEvent *merged;

  bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "a");
  first = bh_journal_flush (fixture->journal);
  for (guint i = 0; i < 100; i++)
    {
      bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "b");
      dex_clear (&second);
      second = bh_journal_flush (fixture->journal);
    }
  third = bh_journal_flush (fixture->journal);
  g_assert_true (third == second);
  settle_ok (third);
  settle_ok (second);
  settle_ok (first);
  g_assert_cmpuint (fixture->commits, ==, 2);

  events = stored_events (fixture, 1);
  g_assert_cmpuint (events->len, ==, 3); /* the row, "a", and all the "b" */
  merged = events->pdata[2];
  g_assert_cmpuint (merged->seq, ==, 4);
  g_assert_cmpuint (g_bytes_get_size (merged->bytes), ==, 100);
  g_assert_nonnull (strstr (merged->data, "\"row\":0,\"part\":\"result\",\"offset\":1,\"length\":100}"));
  bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "c");
  settle_ok (bh_journal_flush (fixture->journal));
  {
    g_autoptr (GPtrArray) later = stored_events (fixture, 4);

    g_assert_cmpuint (later->len, ==, 1);
    g_assert_cmpuint (((BhEvent *) later->pdata[0])->seq, ==, 5);
  }
}

/* A commit takes along what a flush waits for. */
static void
test_commit_overtakes (Fixture *fixture, gconstpointer data)
{
  guint64 n = add_step (fixture);
  DexFuture *flushed, *waiting;

  flushed = bh_journal_flush (fixture->journal);
  bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "a");
  waiting = bh_journal_flush (fixture->journal);
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  g_assert_false (dex_future_is_pending (waiting));
  settle_ok (waiting);
  settle_ok (flushed);
  g_assert_cmpuint (fixture->commits, ==, 2);
}

static void
test_merge_limits (Fixture *fixture, gconstpointer data)
{
  g_autofree char *big = g_strnfill (200 * 1024, 'x');
  guint64 a = add_step (fixture), b = add_step (fixture);
  g_autoptr (GPtrArray) events = NULL;

  bh_journal_append_text (fixture->journal, a, BH_PART_RESULT, big);
  bh_journal_append_text (fixture->journal, a, BH_PART_RESULT, big); /* together too long */
  bh_journal_append_text (fixture->journal, b, BH_PART_RESULT, "b"); /* another row */
  bh_journal_append_text (fixture->journal, b, BH_PART_CALL, "c");   /* another part */
  bh_journal_append_text (fixture->journal, b, BH_PART_CALL, "d");
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  events = stored_events (fixture, 3);
  g_assert_cmpuint (events->len, ==, 4);
  g_assert_cmpuint (g_bytes_get_size (((BhEvent *) events->pdata[3])->bytes), ==, 2);
}

static guint64
stored_bytes (Fixture *fixture, guint64 n, guint64 total, guint64 *gap_from, guint64 *gap_to)
{
  guint64 at = 0, stored = 0;

  *gap_from = *gap_to = 0;
  while (at < total)
    {
      g_autoptr (BhBody) body = stored_body (fixture, n, at, MIB);
      gsize size;
      const guint8 *bytes = g_bytes_get_data (body->bytes, &size);

      g_assert_cmpuint (size, >, 0);
      if (body->offset != at)
        {
          g_assert_cmpuint (*gap_to, ==, 0);
          *gap_from = at;
          *gap_to = body->offset;
        }
      /* every byte is the one that was written there */
      for (gsize i = 0; i < size; i += 4093)
        g_assert_cmpuint (bytes[i], ==, 'a' + (body->offset + i) / 1000 % 26);
      at = body->offset + size;
      stored += size;
    }
  return stored;
}

static void
append_pattern (Fixture *fixture, guint64 n, guint64 from, gsize size)
{
  guint8 *bytes = g_malloc (size);
  g_autoptr (GBytes) taken = NULL;

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) ('a' + (from + i) / 1000 % 26);
  taken = g_bytes_new_take (bytes, size);
  bh_journal_append (fixture->journal, n, BH_PART_RESULT, taken);
}

static void
check_elision (Fixture *fixture, guint64 n, guint64 total)
{
  g_autoptr (BhRow) row = stored_row (fixture, n);
  guint64 from, to, stored = stored_bytes (fixture, n, total, &from, &to);

  g_assert_cmpuint (row->result_bytes, ==, total);
  g_assert_cmpuint (row->elided_from, ==, from);
  g_assert_cmpuint (row->elided_bytes, ==, to - from);
  g_assert_cmpuint (stored + row->elided_bytes, ==, total);
  if (total <= BH_OUTPUT_MAX)
    {
      g_assert_cmpuint (row->elided_bytes, ==, 0);
      return;
    }
  /* at least what the policy promises, and at most two chunks more on either side */
  g_assert_cmpuint (from, >=, BH_OUTPUT_FIRST);
  g_assert_cmpuint (from, <=, BH_OUTPUT_FIRST + 2 * BH_DELTA_MAX);
  g_assert_cmpuint (total - to, >=, BH_OUTPUT_LAST);
  g_assert_cmpuint (total - to, <=, BH_OUTPUT_LAST + 2 * BH_DELTA_MAX);
}

static void
test_policy (Fixture *fixture, gconstpointer data)
{
  guint64 n = add_step (fixture), at = 0;
  gsize sizes[] = { 65536, 1000, 100003, 262144, 7 };
  gboolean whole = FALSE;

  for (guint i = 0; at < 90 * MIB; i++)
    {
      gsize size = sizes[i % G_N_ELEMENTS (sizes)];

      if (!whole && at + size > BH_OUTPUT_MAX)
        {
          append_pattern (fixture, n, at, BH_OUTPUT_MAX - at);
          at = BH_OUTPUT_MAX;
          settle_ok (bh_journal_flush (fixture->journal));
          check_elision (fixture, n, at);
          whole = TRUE;
        }
      append_pattern (fixture, n, at, size);
      at += size;
      if (i % 16 == 0)
        settle_ok (bh_journal_flush (fixture->journal));
    }
  settle_ok (bh_journal_flush (fixture->journal));
  check_elision (fixture, n, at);

  /* and on after a restart */
  reload (fixture);
  for (; at < 110 * MIB; at += 65536)
    {
      append_pattern (fixture, n, at, 65536);
      settle_ok (bh_journal_flush (fixture->journal));
    }
  bh_journal_end_row (fixture->journal, n, BH_ROW_DONE, 0);
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  check_elision (fixture, n, at);
  {
    g_autoptr (GPtrArray) events = stored_events (fixture, 120);

    g_assert_null (((BhEvent *) events->pdata[0])->bytes);
    g_assert_cmpstr (((BhEvent *) events->pdata[0])->kind, ==, "delta");
  }
}

static void
test_state (Fixture *fixture, gconstpointer data)
{
  bh_journal_set_state (fixture->journal, "block", "3");
  bh_journal_set_state_int (fixture->journal, "offset", G_GINT64_CONSTANT (1) << 40);
  bh_journal_set_state (fixture->journal, "gone", "x");
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  bh_journal_set_state (fixture->journal, "gone", NULL);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  reload (fixture);
  g_assert_cmpstr (bh_journal_get_state (fixture->journal, "block"), ==, "3");
  g_assert_cmpint (bh_journal_get_state_int (fixture->journal, "offset", -1), ==,
                   G_GINT64_CONSTANT (1) << 40);
  g_assert_null (bh_journal_get_state (fixture->journal, "gone"));
  g_assert_cmpint (bh_journal_get_state_int (fixture->journal, "gone", -1), ==, -1);
}

/* A message on its way is still known after a restart. */
static void
test_message_row (Fixture *fixture, gconstpointer data)
{
  guint64 n = bh_journal_add_row (fixture->journal, make_row (BH_ROW_MESSAGE, BH_ROW_QUEUED, NULL));
  g_autoptr (BhRow) row = NULL;

  bh_journal_append_text (fixture->journal, n, BH_PART_TEXT, "please");
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  reload (fixture);
  bh_journal_end_row (fixture->journal, n, BH_ROW_TAKEN_UP, -1);
  settle_ok (bh_journal_commit (fixture->journal, BH_SYNCED));
  row = stored_row (fixture, n);
  g_assert_cmpint (row->state, ==, BH_ROW_TAKEN_UP);
  g_assert_cmpstr (row->head, ==, "please");
}

static void
test_close (Fixture *fixture, gconstpointer data)
{
  guint64 n = add_step (fixture);
  DexFuture *sent = bh_journal_flush (fixture->journal), *waiting;

  bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "never");
  waiting = bh_journal_flush (fixture->journal);
  bh_journal_close (fixture->journal);
  g_assert_true (bh_journal_is_closed (fixture->journal));
  settle_ok (sent);
  settle_error (waiting, BH_ERROR_RUN_NOT_ACTIVE);
  g_assert_cmpuint (add_step (fixture), ==, 0);
  bh_journal_append_text (fixture->journal, n, BH_PART_RESULT, "never");
  settle_error (bh_journal_commit (fixture->journal, BH_RELAXED), BH_ERROR_RUN_NOT_ACTIVE);
  settle_error (bh_journal_flush (fixture->journal), BH_ERROR_RUN_NOT_ACTIVE);
  g_assert_cmpuint (fixture->commits, ==, 1);
}

/* Two journals on one Run: the second's seq is taken, which breaks it and nothing else. */
static void
test_broken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhRunBundle) bundle =
      settle_boxed (bh_store_load_run (fixture->store, bh_journal_get_run_id (fixture->journal)), NULL);
  g_autoptr (BhJournal) second = bh_journal_new_for_bundle (fixture->store, bundle);
  DexFuture *failing, *waiting;

  add_step (fixture);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
  bh_journal_add_row (second, make_row (BH_ROW_STEP, BH_ROW_OPEN, "late"));
  failing = bh_journal_commit (second, BH_RELAXED);
  bh_journal_set_state (second, "a", "b");
  waiting = bh_journal_flush (second);
  settle_error (failing, BH_ERROR_STORAGE_FAILED);
  settle_error (waiting, BH_ERROR_STORAGE_FAILED);
  g_assert_true (bh_journal_is_broken (second));
  settle_error (bh_journal_commit (second, BH_RELAXED), BH_ERROR_STORAGE_FAILED);
  add_step (fixture);
  settle_ok (bh_journal_commit (fixture->journal, BH_RELAXED));
}

/* A Run that is let go of and taken up at once has what was sent to be stored of it until then. */
static void
test_taken_up (Fixture *fixture, gconstpointer data)
{
  g_autofree char *id = g_strdup (bh_journal_get_run_id (fixture->journal));

  for (guint i = 0; i < 50; i++)
    {
      g_autofree char *value = g_strdup_printf ("%u", i);
      g_autoptr (BhRunBundle) bundle = NULL;

      bh_journal_set_state (fixture->journal, "engine.count", value);
      dex_future_disown (bh_journal_commit (fixture->journal, BH_RELAXED));
      bh_journal_close (fixture->journal);
      g_clear_object (&fixture->journal);
      bundle = settle_boxed (bh_store_load_run (fixture->store, id), NULL);
      fixture->journal = bh_journal_new_for_bundle (fixture->store, bundle);
      g_assert_cmpstr (bh_journal_get_state (fixture->journal, "engine.count"), ==, value);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
#define ADD(name) g_test_add ("/journal/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (rows);
  ADD (open_row);
  ADD (flush);
  ADD (commit_overtakes);
  ADD (merge_limits);
  ADD (policy);
  ADD (state);
  ADD (message_row);
  ADD (close);
  ADD (broken);
  ADD (taken_up);
  return g_test_run ();
}

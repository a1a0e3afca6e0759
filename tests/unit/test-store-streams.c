/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What is streamed by many: where its deltas lie, whose turn it is, and how long the log gets. */

#include "test-store-util.h"

#include <string.h>

#define MIB (1024 * 1024)
/* what the writer waits at, and what one more change can add */
#define LOG_MAX (G_GINT64_CONSTANT (140) * MIB)

/* A Run, and what its result must be. */
typedef struct
{
  char *id;
  BhJournal *journal;
  guint64 row;
  GString *expected;
} Stream;

typedef StoreFixture Fixture;

static void
begin (Stream *stream, BhStore *store)
{
  stream->journal = create_run (store, "stream", "x");
  stream->id = g_strdup (bh_journal_get_run_id (stream->journal));
  stream->row = bh_journal_add_row (stream->journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "exec in DevBox"));
  stream->expected = g_string_new (NULL);
  settle_ok (bh_journal_commit (stream->journal, BH_RELAXED));
}

static void
end (Stream *stream)
{
  g_clear_object (&stream->journal);
  g_free (stream->id);
  g_string_free (stream->expected, TRUE);
}

static void
append (Stream *stream, const char *text)
{
  g_string_append (stream->expected, text);
  bh_journal_append_text (stream->journal, stream->row, BH_PART_RESULT, text);
}

static char *
read_from (BhStore *store, const Stream *stream, guint64 from)
{
  g_autoptr (BhBody) body =
      settle_boxed (bh_store_body (store, stream->id, stream->row, BH_PART_RESULT, from, MIB), NULL);

  g_assert_nonnull (body);
  g_assert_cmpuint (body->total, ==, stream->expected->len);
  /* no bytes have no address */
  return g_strndup (g_bytes_get_size (body->bytes) > 0 ? g_bytes_get_data (body->bytes, NULL) : "",
                    g_bytes_get_size (body->bytes));
}

/* The bytes of all deltas of the row, and that no seq is missing, read in pages of `page`. */
static char *
read_events (BhStore *store, const Stream *stream, guint page)
{
  GString *text = g_string_new (NULL);
  guint64 seq = 0;

  for (;;)
    {
      g_autoptr (GPtrArray) events = settle_boxed (bh_store_events (store, stream->id, seq, page), NULL);

      g_assert_nonnull (events);
      g_assert_cmpuint (events->len, <=, page);
      for (guint i = 0; i < events->len; i++)
        {
          BhEvent *event = g_ptr_array_index (events, i);

          g_assert_cmpuint (event->seq, ==, ++seq);
          if (event->bytes != NULL)
            g_string_append_len (text, g_bytes_get_data (event->bytes, NULL),
                                 (gssize) g_bytes_get_size (event->bytes));
        }
      if (events->len < page)
        return g_string_free (text, FALSE);
    }
}

static void
check (BhStore *store, const Stream *stream)
{
  g_autofree char *all = read_from (store, stream, 0);
  g_autofree char *events = read_events (store, stream, 7);
  g_autoptr (BhRow) row = settle_boxed (bh_store_row (store, stream->id, stream->row), NULL);

  g_assert_cmpstr (all, ==, stream->expected->str);
  g_assert_cmpstr (events, ==, stream->expected->str);
  g_assert_cmpuint (row->result_bytes, ==, stream->expected->len);
  for (gsize from = 1; from < stream->expected->len; from += 1 + stream->expected->len / 9)
    {
      g_autofree char *rest = read_from (store, stream, from);

      g_assert_cmpstr (rest, ==, stream->expected->str + from);
    }
}

/* Small deltas of two Runs side by side, now and then a large one or another record in between: at any moment
 * everything can be read, wherever it lies, also by the next process. */
static void
test_recent (Fixture *fixture, gconstpointer data)
{
  Stream streams[2];
  g_autofree char *large = g_strnfill (5000, 'L');

  for (int i = 0; i < 2; i++)
    begin (&streams[i], fixture->store);
  for (int n = 0; n < 70; n++)
    {
      for (int i = 0; i < 2; i++)
        {
          g_autofree char *line = g_strdup_printf ("run %d line %d\n", i, n);

          append (&streams[i], n % 23 == 11 + i ? large : line);
          if (n % 31 == 5 + i)
            bh_journal_add_row (streams[i].journal, make_row (BH_ROW_STATUS, BH_ROW_DONE, "note"));
          settle_ok (bh_journal_flush (streams[i].journal));
        }
      if (n % 3 == 0 || n < 20)
        check (fixture->store, &streams[n % 2]);
    }
  for (int i = 0; i < 2; i++)
    {
      check (fixture->store, &streams[i]);
      g_clear_object (&streams[i].journal);
    }
  close_store (fixture->store);
  fixture->store = open_store (fixture->folder);
  for (int i = 0; i < 2; i++)
    {
      g_autoptr (BhRunBundle) bundle = settle_boxed (bh_store_load_run (fixture->store, streams[i].id), NULL);

      streams[i].journal = bh_journal_new_for_bundle (fixture->store, bundle);
      append (&streams[i], "and on\n");
      settle_ok (bh_journal_flush (streams[i].journal));
      check (fixture->store, &streams[i]);
      end (&streams[i]);
    }
}

/* Nothing of a deleted Run is left. */
static void
test_recent_deleted (Fixture *fixture, gconstpointer data)
{
  g_autoptr (BhChange) change = NULL;
  Stream stream;
  const char *text;

  begin (&stream, fixture->store);
  append (&stream, "a line\n");
  settle_ok (bh_journal_flush (stream.journal));
  change = bh_change_new (stream.id);
  bh_change_delete_run (change);
  settle_ok (bh_store_commit (fixture->store, change, BH_SYNCED));
  do
    {
      g_autoptr (DexFuture) future = bh_store_check (fixture->store);

      settle_ok (dex_ref (future));
      text = g_value_get_string (dex_future_get_value (future, NULL));
      g_assert_nonnull (strstr (text, "\"ok\":true"));
      if (strstr (text, "\"events\":0") != NULL)
        break;
    }
  while (TRUE);
  end (&stream);
}

/* What is staged while the writer is at work goes in the next turn, all of it as one; a commit does not wait
 * for that. */
static void
test_turns (Fixture *fixture, gconstpointer data)
{
  Stream streams[3];
  DexFuture *first, *second, *third, *committed;
  g_autoptr (GPtrArray) events = NULL;

  for (int i = 0; i < 3; i++)
    begin (&streams[i], fixture->store);
  while (!bh_store_is_free (fixture->store))
    g_main_context_iteration (NULL, TRUE);
  append (&streams[0], "now\n");
  first = bh_journal_flush (streams[0].journal);
  g_assert_false (bh_store_is_free (fixture->store));
  append (&streams[1], "one ");
  second = bh_journal_flush (streams[1].journal);
  append (&streams[1], "piece\n");
  third = bh_journal_flush (streams[1].journal);
  append (&streams[2], "flushed ");
  dex_future_disown (bh_journal_flush (streams[2].journal));
  append (&streams[2], "and committed\n");
  committed = bh_journal_commit (streams[2].journal, BH_SYNCED);
  settle_ok (committed);
  settle_ok (first);
  settle_ok (second);
  settle_ok (third);
  for (int i = 0; i < 3; i++)
    check (fixture->store, &streams[i]);
  /* created, its row, and one delta */
  events = settle_boxed (bh_store_events (fixture->store, streams[1].id, 0, 100), NULL);
  g_assert_cmpuint (events->len, ==, 3);
  for (int i = 0; i < 3; i++)
    end (&streams[i]);
}

/* Who waits for a turn that will not come hears of it. */
static void
test_turn_closed (Fixture *fixture, gconstpointer data)
{
  Stream streams[2];
  DexFuture *first, *second;

  for (int i = 0; i < 2; i++)
    begin (&streams[i], fixture->store);
  append (&streams[0], "now\n");
  first = bh_journal_flush (streams[0].journal);
  append (&streams[1], "never\n");
  second = bh_journal_flush (streams[1].journal);
  bh_journal_close (streams[1].journal);
  settle_error (second, BH_ERROR_RUN_NOT_ACTIVE);
  settle_ok (first);
  g_string_truncate (streams[1].expected, 0);
  for (int i = 0; i < 2; i++)
    {
      check (fixture->store, &streams[i]);
      end (&streams[i]);
    }
}

/* What nobody looks at may wait, but not for ever, and no longer once somebody does, or waits for it. */
static void
test_unseen (Fixture *fixture, gconstpointer data)
{
  Stream stream;
  DexFuture *first, *soon, *now;

  begin (&stream, fixture->store);
  g_assert_false (bh_journal_is_watched (stream.journal));
  append (&stream, "one\n");
  settle_ok (bh_journal_flush_soon (stream.journal));
  append (&stream, "two\n");
  settle_ok (bh_journal_flush_soon (stream.journal));
  append (&stream, "three\n");
  soon = bh_journal_flush_soon (stream.journal);
  append (&stream, "four\n");
  now = bh_journal_flush (stream.journal);
  settle_ok (now);
  settle_ok (soon);
  check (fixture->store, &stream);
  append (&stream, "five\n");
  first = bh_journal_flush_soon (stream.journal);
  bh_store_watch (fixture->store, stream.id);
  bh_store_watch (fixture->store, stream.id);
  settle_ok (first);
  bh_store_unwatch (fixture->store, stream.id);
  g_assert_true (bh_journal_is_watched (stream.journal));
  bh_store_unwatch (fixture->store, stream.id);
  g_assert_false (bh_journal_is_watched (stream.journal));
  append (&stream, "six\n");
  settle_ok (bh_journal_flush_soon (stream.journal));
  check (fixture->store, &stream);
  end (&stream);
}

/* A turn in which nobody has anything to send any more is not the last one. */
static void
test_empty_turn (Fixture *fixture, gconstpointer data)
{
  Stream streams[2];
  DexFuture *stale, *last;

  for (int i = 0; i < 2; i++)
    begin (&streams[i], fixture->store);
  append (&streams[0], "waits, ");
  stale = bh_journal_flush_soon (streams[0].journal);
  g_usleep (50 * 1000); /* so that the second is due later than the first */
  append (&streams[1], "and is committed");
  settle_ok (bh_journal_commit (streams[1].journal, BH_RELAXED));
  append (&streams[1], "; this waits");
  last = bh_journal_flush_soon (streams[1].journal);
  append (&streams[0], "and is committed");
  settle_ok (bh_journal_commit (streams[0].journal, BH_RELAXED));
  settle_ok (stale);
  settle_ok (last);
  for (int i = 0; i < 2; i++)
    {
      check (fixture->store, &streams[i]);
      end (&streams[i]);
    }
}

/* However much is written without a pause, the log is brought into the database and begins anew; what was
 * synced beside it is there when it is opened again. */
static void
test_log (Fixture *fixture, gconstpointer data)
{
  g_autofree char *log = g_build_filename (fixture->folder, "coordinator.db-wal", NULL);
  g_autofree char *block = g_strnfill (MIB, 'x');
  g_autoptr (GFile) file = g_file_new_for_path (log);
  gint64 longest = 0, written = 0;
  Stream stream;

  begin (&stream, fixture->store);
  for (int n = 0; n < 200; n++)
    {
      g_autoptr (GFileInfo) info = NULL;

      if (n % 40 == 39)
        stream.row = bh_journal_add_row (stream.journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "more"));
      bh_journal_append_text (stream.journal, stream.row, BH_PART_RESULT, block);
      settle_ok (bh_journal_flush (stream.journal));
      written += MIB;
      info = g_file_query_info (file, G_FILE_ATTRIBUTE_STANDARD_SIZE, G_FILE_QUERY_INFO_NONE, NULL, NULL);
      g_assert_nonnull (info);
      longest = MAX (longest, g_file_info_get_size (info));
    }
  g_assert_cmpint (longest, <, LOG_MAX);
  g_assert_cmpint (longest, <, written);
  append (&stream, "last");
  settle_ok (bh_journal_sync (stream.journal));
  end (&stream);
}

#define ADD(name)                                                                                            \
  g_test_add ("/store/streams/" #name, Fixture, NULL, store_set_up, test_##name, store_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD (recent);
  ADD (recent_deleted);
  ADD (turns);
  ADD (turn_closed);
  ADD (unseen);
  ADD (empty_turn);
  ADD (log);
  return g_test_run ();
}

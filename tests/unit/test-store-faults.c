/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What the store does when it is killed, when the disk is full, and when the file is not what it should be.
 */

#include "test-store-util.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char *self_path;

static char *
database_path (const char *folder)
{
  return g_build_filename (folder, "coordinator.db", NULL);
}

/* --- killed
 * ----------------------------------------------------------------------------------------------------- */

/* The child: commits for ever, and says on stdout what was acknowledged. */
static int
commit_for_ever (const char *folder)
{
  BhStore *store = open_store (folder);
  g_autoptr (BhJournal) journal = create_run (store, "killed", "x");
  guint64 n;

  g_print ("%s\n", bh_journal_get_run_id (journal));
  n = bh_journal_add_row (journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "count"));
  for (guint i = 0;; i++)
    {
      g_autofree char *line = g_strdup_printf ("%08u\n", i);

      bh_journal_append_text (journal, n, BH_PART_RESULT, line);
      bh_journal_set_state_int (journal, "lines", i + 1);
      settle_ok (bh_journal_commit (journal, i % 50 == 0 ? BH_SYNCED : BH_RELAXED));
      g_print ("%u\n", i);
    }
  return 0;
}

static void
check_survivors (const char *folder, const char *id, guint acknowledged)
{
  BhStore *store = open_store (folder);
  g_autoptr (BhRunBundle) bundle = settle_boxed (bh_store_load_run (store, id), NULL);
  g_autoptr (BhBody) body = settle_boxed (bh_store_body (store, id, 0, BH_PART_RESULT, 0, 64 << 20), NULL);
  gsize size;
  const char *bytes = g_bytes_get_data (body->bytes, &size);
  guint lines = (guint) (size / 9);

  g_assert_cmpuint (size % 9, ==, 0);
  g_assert_cmpuint (lines, >=, acknowledged + 1);
  /* the line and the state that says so are there together, or not at all */
  g_assert_cmpuint ((guint) g_ascii_strtoull (g_hash_table_lookup (bundle->state, "lines"), NULL, 10), ==,
                    lines);
  for (guint i = 0; i < lines; i++)
    g_assert_cmpuint ((guint) g_ascii_strtoull (bytes + (gsize) i * 9, NULL, 10), ==, i);
  g_assert_cmpuint (bundle->run->last_seq, ==, lines + 2);
  close_store (store);
}

static void
test_killed (void)
{
  for (guint round = 0; round < 5; round++)
    {
      char *folder = make_folder ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GSubprocess) child =
          g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, self_path, "--child", folder, NULL);
      g_autoptr (GDataInputStream) lines = NULL;
      g_autofree char *id = NULL, *line = NULL;
      guint last = 0;

      g_assert_no_error (error);
      lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (child));
      id = g_data_input_stream_read_line (lines, NULL, NULL, &error);
      g_assert_nonnull (id);
      while (last < 100 * (round + 1) &&
             (line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
        {
          last = (guint) g_ascii_strtoull (line, NULL, 10);
          g_clear_pointer (&line, g_free);
        }
      g_subprocess_send_signal (child, SIGKILL);
      /* what it said before it died counts as well */
      while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
        {
          last = MAX (last, (guint) g_ascii_strtoull (line, NULL, 10));
          g_clear_pointer (&line, g_free);
        }
      g_assert_false (g_subprocess_wait_check (child, NULL, NULL));
      g_assert_cmpint (g_subprocess_get_term_sig (child), ==, SIGKILL);
      g_assert_cmpuint (last, >=, 100 * (round + 1));
      check_survivors (folder, id, last);
      remove_folder (folder);
    }
}

/* --- no room
 * ---------------------------------------------------------------------------------------------------- */

static void
note_recovered (BhStore *store, gboolean *recovered)
{
  *recovered = TRUE;
}

static DexFuture *
commit_bytes (BhJournal *journal, guint64 n, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);

  bh_journal_append (journal, n, BH_PART_CALL, bytes);
  return bh_journal_commit (journal, BH_SYNCED);
}

static void
wait_until (gboolean *flag)
{
  while (!*flag)
    g_main_context_iteration (NULL, TRUE);
}

/* Fills the store until it says so; gives the bytes that were acknowledged. */
static guint64
fill (BhJournal *journal, guint64 n)
{
  g_autoptr (GError) error = NULL;
  guint64 acknowledged = 0;

  while (settle (commit_bytes (journal, n, 100000), &error))
    acknowledged += 100000;
  g_assert_error (error, BH_ERROR, BH_ERROR_STORAGE_FULL);
  g_assert_true (bh_journal_is_broken (journal));
  return acknowledged;
}

/* Every later commit fails at once; when there is room again, "recovered", and what was acknowledged is
 * there. */
static void
check_recovery (BhStore *store, const char *id, guint64 acknowledged, void (*make_room) (BhStore *))
{
  gboolean recovered = FALSE;
  g_autoptr (BhRun) other = make_run ("other", "x");
  g_autoptr (BhChange) change = bh_change_new (other->id);
  g_autoptr (BhRunBundle) bundle = NULL;
  g_autoptr (BhJournal) journal = NULL;
  g_autoptr (BhRow) row = NULL;

  g_signal_connect (store, "recovered", G_CALLBACK (note_recovered), &recovered);
  bh_change_create_run (change, other, NULL, NULL, NULL, NULL);
  settle_error (bh_store_commit (store, change, BH_SYNCED), BH_ERROR_STORAGE_FULL);
  settle_error (bh_store_sync (store), BH_ERROR_STORAGE_FULL);
  settle_error (bh_store_get_run (store, other->id), BH_ERROR_RUN_NOT_FOUND);
  make_room (store);
  wait_until (&recovered);
  bundle = settle_boxed (bh_store_load_run (store, id), NULL);
  row = settle_boxed (bh_store_row (store, id, 0), NULL);
  g_assert_cmpuint (row->call_bytes, ==, acknowledged);
  journal = bh_journal_new_for_bundle (store, bundle);
  settle_ok (commit_bytes (journal, 0, 100000));
  settle_ok (bh_store_commit (store, change, BH_SYNCED));
  g_signal_handlers_disconnect_by_data (store, &recovered);
}

static void
lift_limit (BhStore *store)
{
  bh_store_set_max_bytes (store, 0);
}

static void
test_full (void)
{
  char *folder = make_folder ();
  g_autofree char *path = database_path (folder);
  BhStore *store = bh_store_new (path);
  g_autoptr (BhJournal) journal = NULL;
  guint64 n;

  bh_store_set_max_bytes (store, 3000000);
  bh_store_set_retry_interval (store, 20);
  settle_ok (bh_store_open (store));
  journal = create_run (store, "full", "x");
  n = bh_journal_add_row (journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "fill"));
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*There is no room for the database*");
  check_recovery (store, bh_journal_get_run_id (journal), fill (journal, n), lift_limit);
  g_test_assert_expected_messages ();
  g_clear_object (&journal);
  close_store (store);
  remove_folder (folder);
}

static void
limit_file_size (rlim_t bytes)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = bytes;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

static void
lift_file_size (BhStore *store)
{
  limit_file_size (RLIM_INFINITY);
}

/* The same from the operating system: writes fail in the middle. */
static void
test_file_size (void)
{
  char *folder = make_folder ();
  g_autofree char *path = database_path (folder);
  BhStore *store = bh_store_new (path);
  g_autoptr (BhJournal) journal = NULL;
  guint64 n;

  signal (SIGXFSZ, SIG_IGN);
  bh_store_set_retry_interval (store, 20);
  settle_ok (bh_store_open (store));
  journal = create_run (store, "full", "x");
  n = bh_journal_add_row (journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "fill"));
  limit_file_size (2000000);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*There is no room for the database*");
  check_recovery (store, bh_journal_get_run_id (journal), fill (journal, n), lift_file_size);
  g_test_assert_expected_messages ();
  g_clear_object (&journal);
  close_store (store);
  remove_folder (folder);
}

/* --- not what it should be
 * ---------------------------------------------------------------------------------------- */

/* It must be refused with this, name the file, say this, and be left as it is. */
static void
check_refused (const char *folder, BhError code, const char *says)
{
  g_autofree char *path = database_path (folder), *before = NULL, *after = NULL;
  g_autoptr (BhStore) store = bh_store_new (path);
  g_autoptr (GError) error = NULL;
  gsize length_before, length_after;

  g_assert_true (g_file_get_contents (path, &before, &length_before, NULL));
  bh_store_set_busy_timeout (store, 20);
  g_assert_false (settle (bh_store_open (store), &error));
  g_assert_error (error, BH_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, says));
  settle_error (bh_store_get_run (store, "r_x"), BH_ERROR_UNAVAILABLE);
  settle_ok (bh_store_close (store));
  g_assert_true (g_file_get_contents (path, &after, &length_after, NULL));
  g_assert_cmpmem (before, length_before, after, length_after);
}

static void
test_garbage (void)
{
  char *folder = make_folder ();
  g_autofree char *path = database_path (folder);
  g_autofree char *garbage = g_strnfill (10000, '?');

  g_assert_true (g_file_set_contents (path, garbage, -1, NULL));
  check_refused (folder, BH_ERROR_STORAGE_CORRUPT, "move it away");
  g_assert_true (g_file_set_contents (path, "short", -1, NULL));
  check_refused (folder, BH_ERROR_STORAGE_CORRUPT, "move it away");
  remove_folder (folder);
}

static void
make_database (const char *folder)
{
  BhStore *store = open_store (folder);
  g_autoptr (BhJournal) journal = create_run (store, "good", "x");
  guint64 n = bh_journal_add_row (journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "fill"));

  settle_ok (commit_bytes (journal, n, 500000));
  g_clear_object (&journal);
  close_store (store);
}

static void
test_truncated (void)
{
  char *folder = make_folder ();
  g_autofree char *path = database_path (folder);

  make_database (folder);
  g_assert_cmpint (truncate (path, 200000), ==, 0);
  check_refused (folder, BH_ERROR_STORAGE_CORRUPT, "is damaged");
  remove_folder (folder);
}

/* Good at its beginning and long enough, overwritten behind. */
static void
test_overwritten (void)
{
  char *folder = make_folder ();
  g_autofree char *path = database_path (folder), *bytes = NULL;
  gsize length;

  make_database (folder);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  memset (bytes + 8192, 0x5a, length - 8192);
  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
  check_refused (folder, BH_ERROR_STORAGE_CORRUPT, "is damaged");
  remove_folder (folder);
}

static sqlite3 *
open_plain (const char *folder, const char *sql)
{
  g_autofree char *path = database_path (folder);
  sqlite3 *handle;

  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  /* a store that was just opened may be clearing up */
  sqlite3_busy_timeout (handle, 10000);
  g_assert_cmpint (sqlite3_exec (handle, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  return handle;
}

static void
test_newer (void)
{
  char *folder = make_folder ();

  make_database (folder);
  sqlite3_close (open_plain (folder, "PRAGMA user_version = 99; PRAGMA journal_mode = DELETE"));
  check_refused (folder, BH_ERROR_STORAGE_FAILED, "newer Bellhop");
  remove_folder (folder);
}

static void
test_foreign (void)
{
  char *folder = make_folder ();

  sqlite3_close (open_plain (folder, "CREATE TABLE t (x)"));
  check_refused (folder, BH_ERROR_STORAGE_FAILED, "another program");
  remove_folder (folder);
}

static void
test_locked (void)
{
  char *folder = make_folder ();
  sqlite3 *holder;

  make_database (folder);
  holder = open_plain (folder, "BEGIN IMMEDIATE");
  check_refused (folder, BH_ERROR_STORAGE_LOCKED, "locked by another program");
  g_assert_cmpint (sqlite3_exec (holder, "ROLLBACK", NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (holder);
  close_store (open_store (folder));
  remove_folder (folder);
}

/* Locked while it is open: commits fail with the reason, and go on by themselves. */
static void
test_locked_later (void)
{
  char *folder = make_folder ();
  g_autofree char *path = database_path (folder);
  BhStore *store = bh_store_new (path);
  gboolean recovered = FALSE;
  g_autoptr (BhRun) run = make_run ("later", "x");
  g_autoptr (BhChange) change = bh_change_new (run->id);
  sqlite3 *holder;

  bh_store_set_busy_timeout (store, 20);
  bh_store_set_retry_interval (store, 20);
  settle_ok (bh_store_open (store));
  g_signal_connect (store, "recovered", G_CALLBACK (note_recovered), &recovered);
  holder = open_plain (folder, "BEGIN IMMEDIATE");
  bh_change_create_run (change, run, NULL, NULL, NULL, NULL);
  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "*locked by another program*");
  settle_error (bh_store_commit (store, change, BH_SYNCED), BH_ERROR_STORAGE_LOCKED);
  g_test_assert_expected_messages ();
  g_assert_false (recovered);
  sqlite3_close (holder);
  wait_until (&recovered);
  settle_ok (bh_store_commit (store, change, BH_SYNCED));
  close_store (store);
  remove_folder (folder);
}

static void
test_no_folder (void)
{
  g_autoptr (BhStore) store = bh_store_new ("/nonexistent/bellhop/coordinator.db");

  settle_error (bh_store_open (store), BH_ERROR_STORAGE_FAILED);
}

/* A database as the first schema made it is brought to the newest, with all it holds. */
static void
test_first_schema (void)
{
  char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "coordinator.db", NULL);
  BhStore *store = open_store (folder);
  g_autoptr (BhJournal) journal = create_run (store, "old", "x");
  g_autofree char *id = g_strdup (bh_journal_get_run_id (journal));
  guint64 n = bh_journal_add_row (journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "exec in DevBox"));
  g_autoptr (BhRow) row = NULL;
  sqlite3 *handle;

  bh_journal_append_text (journal, n, BH_PART_RESULT, "from before");
  settle_ok (bh_journal_commit (journal, BH_SYNCED));
  g_clear_object (&journal);
  close_store (store);
  g_assert_cmpint (sqlite3_open (path, &handle), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (handle,
                                 "INSERT INTO events (id, kind, at, row_id, part, off, length, bytes) "
                                 "SELECT id, 0, at, row_id, part, off, length, bytes FROM recent;"
                                 "DROP TABLE recent; DROP TABLE settings; PRAGMA user_version = 1;",
                                 NULL, NULL, NULL),
                   ==, SQLITE_OK);
  sqlite3_close (handle);
  store = open_store (folder);
  row = settle_boxed (bh_store_row (store, id, n), NULL);
  g_assert_nonnull (row);
  g_assert_cmpuint (row->result_bytes, ==, strlen ("from before"));
  close_store (store);
  remove_folder (folder);
}

int
main (int argc, char **argv)
{
  dex_init ();
  if (argc == 3 && strcmp (argv[1], "--child") == 0)
    return commit_for_ever (argv[2]);
  self_path = g_file_read_link ("/proc/self/exe", NULL);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-faults/killed", test_killed);
  g_test_add_func ("/store-faults/full", test_full);
  g_test_add_func ("/store-faults/file-size", test_file_size);
  g_test_add_func ("/store-faults/garbage", test_garbage);
  g_test_add_func ("/store-faults/truncated", test_truncated);
  g_test_add_func ("/store-faults/overwritten", test_overwritten);
  g_test_add_func ("/store-faults/first-schema", test_first_schema);
  g_test_add_func ("/store-faults/newer", test_newer);
  g_test_add_func ("/store-faults/foreign", test_foreign);
  g_test_add_func ("/store-faults/locked", test_locked);
  g_test_add_func ("/store-faults/locked-later", test_locked_later);
  g_test_add_func ("/store-faults/no-folder", test_no_folder);
  return g_test_run ();
}

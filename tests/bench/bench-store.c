/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Measures the store and prints a JSON object a line.
 * bench-store [--runs N] [--events N] [--megabytes N] [--folder DIR] */

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "coordinator/runs/bh-journal.h"
#include "coordinator/store/bh-db.h"
#include "coordinator/store/bh-store-private.h"

static int n_runs = 10000, n_events = 5000000, n_megabytes = 1024;
static char *base_folder;

static const GOptionEntry entries[] = {
  { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "Runs of the large database", "N" },
  { "events", 0, 0, G_OPTION_ARG_INT, &n_events, "its events", "N" },
  { "megabytes", 0, 0, G_OPTION_ARG_INT, &n_megabytes, "output of one Run", "N" },
  { "folder", 0, 0, G_OPTION_ARG_FILENAME, &base_folder, "where to make the databases", "DIR" },
  { NULL },
};

static double
seconds_since (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

static const GValue *
wait_for (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  const GValue *value;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (future, &error);
  if (value == NULL)
    g_error ("%s", error->message);
  return value;
}

static void
finish (DexFuture *future)
{
  wait_for (future);
  dex_unref (future);
}

/* Of all threads; unlike the time on the wall it hardly depends on what else the machine does. */
static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / G_USEC_PER_SEC;
}

/* Memory of this process in KiB: "VmRSS" or "VmHWM" */
static gint64
memory_kib (const char *name)
{
  g_autofree char *status = NULL;
  const char *at;

  if (!g_file_get_contents ("/proc/self/status", &status, NULL, NULL) || (at = strstr (status, name)) == NULL)
    return 0;
  return g_ascii_strtoll (at + strlen (name) + 1, NULL, 10);
}

static BhStore *
open_store (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "coordinator.db", NULL);
  BhStore *store = bh_store_new (path);

  finish (bh_store_open (store));
  return store;
}

static void
close_store (BhStore *store)
{
  finish (bh_store_close (store));
  g_object_unref (store);
}

static void
clear_folder (const char *folder)
{
  static const char *const names[] = { "coordinator.db", "coordinator.db-wal", "coordinator.db-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
}

static BhJournal *
create_run (BhStore *store)
{
  g_autoptr (BhRun) run = bh_run_new ();
  BhJournal *journal;

  run->id = bh_id_new ('r');
  run->name = g_strdup ("A Run to measure with");
  run->instructions = g_strdup ("# Measure\n\n```sh\ntrue\n```\n");
  run->engine = g_strdup ("runbook");
  run->state = BH_RUN_RUNNING;
  run->created_at = g_get_real_time ();
  journal = bh_journal_new (store, run);
  bh_journal_create (journal, NULL, "open", NULL, NULL);
  return journal;
}

static guint64
add_step (BhJournal *journal)
{
  BhRow *row = bh_row_new ();

  row->kind = BH_ROW_STEP;
  row->author = g_strdup ("runbook");
  row->tool = g_strdup ("exec in DevBox");
  row->title = g_strdup ("make");
  row->duration_us = -1;
  row->exit_status = -1;
  return bh_journal_add_row (journal, row);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static void
note_time (BhStore *store, BhChange *change, gint64 *at)
{
  *at = g_get_monotonic_time ();
}

/* One line at a time, each waited for: the way of a line to its reader. */
static void
bench_latency (BhStore *store, BhDurability durability, const char *name, guint count)
{
  g_autoptr (BhJournal) journal = create_run (store);
  guint64 n = add_step (journal);
  g_autofree gint64 *times = g_new (gint64, count);
  gint64 committed = 0, start = g_get_monotonic_time ();
  double cpu = cpu_seconds ();
  gulong handler = g_signal_connect (store, "committed", G_CALLBACK (note_time), &committed);
  double seconds;

  for (guint i = 0; i < count; i++)
    {
      gint64 sent;

      bh_journal_append_text (journal, n, BH_PART_RESULT,
                              "a line of output that is about as long as most lines are\n");
      sent = g_get_monotonic_time ();
      finish (bh_journal_commit (journal, durability));
      times[i] = committed - sent;
    }
  seconds = seconds_since (start);
  g_signal_handler_disconnect (store, handler);
  qsort (times, count, sizeof *times, compare_times);
  printf ("{\"bench\":\"store_commit_%s\",\"commits_per_s\":%.0f,\"cpu_us\":%.0f,\"p50_us\":%" G_GINT64_FORMAT
          ",\"p99_us\":%" G_GINT64_FORMAT "}\n",
          name, count / seconds, (cpu_seconds () - cpu) * 1e6 / count, times[count / 2],
          times[count - 1 - count / 100]);
}

/* 200 Runs at once, as fast as they go. */
static void
bench_many (BhStore *store)
{
  enum
  {
    RUNS = 200,
    ROUNDS = 100
  };
  BhJournal *journals[RUNS];
  guint64 rows[RUNS];
  gint64 start;
  double seconds, cpu;
  DexFuture *last = NULL;

  for (guint i = 0; i < RUNS; i++)
    {
      journals[i] = create_run (store);
      rows[i] = add_step (journals[i]);
      finish (bh_journal_commit (journals[i], BH_RELAXED));
    }
  start = g_get_monotonic_time ();
  cpu = cpu_seconds ();
  for (guint round = 0; round < ROUNDS; round++)
    {
      for (guint i = 0; i < RUNS; i++)
        {
          bh_journal_append_text (journals[i], rows[i], BH_PART_RESULT,
                                  "a line of output, one of very many lines\n");
          dex_clear (&last);
          last = bh_journal_commit (journals[i], BH_RELAXED);
        }
      wait_for (last);
    }
  dex_clear (&last);
  seconds = seconds_since (start);
  for (guint i = 0; i < RUNS; i++)
    g_object_unref (journals[i]);
  printf ("{\"bench\":\"store_200_runs\",\"commits_per_s\":%.0f,\"cpu_us\":%.0f}\n", RUNS * ROUNDS / seconds,
          (cpu_seconds () - cpu) * 1e6 / (RUNS * ROUNDS));
}

static void
bench_output (const char *folder)
{
  BhStore *store = open_store (folder);
  g_autoptr (BhJournal) journal = create_run (store);
  guint64 n = add_step (journal);
  g_autofree char *chunk = g_strnfill (65536, 'x');
  g_autofree char *path = g_build_filename (folder, "coordinator.db", NULL);
  gint64 before = memory_kib ("VmRSS:"), start = g_get_monotonic_time ();
  DexFuture *pending = NULL;
  double seconds, cpu = cpu_seconds ();
  GStatBuf status;

  for (gsize i = 0; i < (gsize) n_megabytes * 16; i++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (chunk, 65536);

      bh_journal_append (journal, n, BH_PART_RESULT, bytes);
      /* four chunks on their way, as the window of a stream allows */
      if (i % 4 != 3)
        continue;
      if (pending != NULL)
        finish (pending);
      pending = bh_journal_flush (journal);
    }
  if (pending != NULL)
    finish (pending);
  bh_journal_end_row (journal, n, BH_ROW_DONE, 0);
  finish (bh_journal_commit (journal, BH_SYNCED));
  seconds = seconds_since (start);
  if (g_stat (path, &status) != 0)
    status.st_size = 0;
  printf ("{\"bench\":\"store_output\",\"megabytes\":%d,\"mb_per_s\":%.1f,\"cpu_mb_per_s\":%.1f,\"memory_"
          "growth_mb\":%.1f,"
          "\"peak_growth_mb\":%.1f,\"database_mb\":%.1f}\n",
          n_megabytes, n_megabytes / seconds, n_megabytes / (cpu_seconds () - cpu),
          (double) (memory_kib ("VmRSS:") - before) / 1024, (double) (memory_kib ("VmHWM:") - before) / 1024,
          (double) status.st_size / 1048576);
  g_clear_object (&journal);
  close_store (store);
}

static void
must (sqlite3 *handle, const char *sql)
{
  if (sqlite3_exec (handle, sql, NULL, NULL, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (handle));
}

/* Copies of one real Run, and many short deltas: made by SQL, since making them one by one would take hours.
 */
static void
generate (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "coordinator.db", NULL);
  g_autofree char *runs = NULL, *events = NULL, *rows = NULL;
  BhStore *store = open_store (folder);
  BhJournal *journal = create_run (store);
  sqlite3 *handle;

  add_step (journal);
  finish (bh_journal_commit (journal, BH_SYNCED));
  g_object_unref (journal);
  close_store (store);

  if (sqlite3_open (path, &handle) != SQLITE_OK)
    g_error ("%s: %s", path, sqlite3_errmsg (handle));
  must (handle, "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN");
  runs = g_strdup_printf (
      "WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
      "INSERT INTO runs (num, id, state, name, summary, record, instructions, network) "
      "SELECT i, printf('r_%%016d', i), CASE WHEN i %% 1000 = 0 THEN 2 ELSE 4 END, name || ' ' || i, "
      "'All ' || i || ' went well', replace(record, id, printf('r_%%016d', i)), instructions, network "
      "FROM c, runs WHERE runs.num = 1; INSERT INTO runs_fts (runs_fts) VALUES ('rebuild');",
      n_runs);
  rows = g_strdup_printf (
      "INSERT INTO rows (id, live, data) SELECT (num << %d) | n.value, 0, "
      "(SELECT data FROM rows LIMIT 1) FROM runs, (SELECT value FROM json_each('[0,1,2,3,4,5,6,7]')) n "
      "WHERE num > 1;",
      BH_KEY_BITS);
  events = g_strdup_printf (
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < %d) "
      "INSERT INTO events (id, kind, at, row_id, part, off, length, bytes) "
      "SELECT (num << %d) | i, 0, 1760000000000000 + i, (num << %d) | (i %% 8), 2, (i / 8) * 60, 60, "
      "CAST(printf('%%059d', i) || char(10) AS BLOB) FROM runs, c WHERE num > 1;",
      MAX (1, n_events / MAX (1, n_runs - 1)), BH_KEY_BITS, BH_KEY_BITS);
  must (handle, runs);
  must (handle, rows);
  must (handle, events);
  must (handle, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_close (handle);
}

static double
time_list (BhStore *store, guint states, const char *query, const char *before, guint limit)
{
  gint64 start = g_get_monotonic_time ();

  finish (bh_store_list_runs (store, states, query, before, limit));
  return seconds_since (start) * 1000;
}

static void
bench_large (const char *folder)
{
  BhStore *store;
  gint64 start;
  double opened, active, first, again, deep, state, search;
  gint64 began = g_get_monotonic_time ();
  g_autofree char *middle = g_strdup_printf ("r_%016d", MAX (2, n_runs / 2));

  generate (folder);
  fprintf (stderr, "made the large database in %.1f s\n", seconds_since (began));
  start = g_get_monotonic_time ();
  store = open_store (folder);
  opened = seconds_since (start) * 1000;
  finish (bh_store_active_runs (store));
  active = seconds_since (start) * 1000;
  first = time_list (store, 0, NULL, NULL, 50);
  again = time_list (store, 0, NULL, NULL, 50);
  deep = time_list (store, 0, NULL, middle, 50);
  state = time_list (store, 1u << BH_RUN_RUNNING | 1u << BH_RUN_FAILED, NULL, NULL, 50);
  search = time_list (store, 0, "measure wel", NULL, 50);
  printf (
      "{\"bench\":\"store_large\",\"runs\":%d,\"events\":%d,\"open_ms\":%.1f,\"ready_ms\":%.1f,\"list_first_"
      "ms\":%.1f,"
      "\"list_ms\":%.1f,\"list_deep_ms\":%.1f,\"list_state_ms\":%.1f,\"search_ms\":%.1f,\"rss_mb\":%.1f}\n",
      n_runs, n_events, opened, active, first, again, deep, state, search,
      (double) memory_kib ("VmRSS:") / 1024);
  close_store (store);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = NULL;
  BhStore *store;
  gint64 start;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "bench-store: %s\n", error->message);
      return 2;
    }
  dex_init ();
  folder = base_folder != NULL ? g_build_filename (base_folder, "bench-store-XXXXXX", NULL)
                               : g_build_filename (g_get_tmp_dir (), "bench-store-XXXXXX", NULL);
  if (g_mkdtemp (folder) == NULL)
    g_error ("%s cannot be made", folder);

  bench_output (folder);
  clear_folder (folder);
  start = g_get_monotonic_time ();
  store = open_store (folder);
  printf ("{\"bench\":\"store_empty\",\"open_ms\":%.1f,\"rss_mb\":%.1f}\n", seconds_since (start) * 1000,
          (double) memory_kib ("VmRSS:") / 1024);
  bench_latency (store, BH_RELAXED, "relaxed", 5000);
  bench_latency (store, BH_SYNCED, "synced", 500);
  bench_many (store);
  close_store (store);
  clear_folder (folder);
  if (n_runs > 0)
    bench_large (folder);
  clear_folder (folder);
  g_rmdir (folder);
  return 0;
}

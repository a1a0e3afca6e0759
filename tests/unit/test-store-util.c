/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "test-store-util.h"

#include <glib/gstdio.h>

char *
make_folder (void)
{
  GError *error = NULL;
  char *folder = g_dir_make_tmp ("bellhop-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

void
remove_folder (char *folder)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_dir_close (dir);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

static const GValue *
wait (DexFuture *future, GError **error)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (future, error);
}

gboolean
settle (DexFuture *future, GError **error)
{
  gboolean ok = wait (future, error) != NULL;

  dex_unref (future);
  return ok;
}

gpointer
settle_boxed (DexFuture *future, GError **error)
{
  const GValue *value = wait (future, error);
  gpointer boxed = value != NULL ? g_value_dup_boxed (value) : NULL;

  dex_unref (future);
  return boxed;
}

void
settle_ok (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  settle (future, &error);
  g_assert_no_error (error);
}

void
settle_error (DexFuture *future, BhError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (settle (future, &error));
  g_assert_error (error, BH_ERROR, (int) code);
}

BhStore *
open_store (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "coordinator.db", NULL);
  BhStore *store = bh_store_new (path);

  settle_ok (bh_store_open (store));
  return store;
}

void
close_store (BhStore *store)
{
  settle_ok (bh_store_close (store));
  g_assert_finalize_object (store);
}

void
remove_store (BhStore *store, char *folder)
{
  /* a closed journal may still be waiting for its turn */
  while (G_OBJECT (store)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  close_store (store);
  remove_folder (folder);
}

void
store_set_up (StoreFixture *fixture, gconstpointer data)
{
  fixture->folder = make_folder ();
  fixture->store = open_store (fixture->folder);
}

void
store_tear_down (StoreFixture *fixture, gconstpointer data)
{
  close_store (fixture->store);
  remove_folder (fixture->folder);
}

BhRun *
make_run (const char *name, const char *instructions)
{
  BhRun *run = bh_run_new ();

  run->id = bh_id_new ('r');
  run->name = g_strdup (name);
  run->instructions = g_strdup (instructions);
  run->engine = g_strdup ("auto");
  run->created_at = g_get_real_time ();
  return run;
}

BhJournal *
create_run (BhStore *store, const char *name, const char *instructions)
{
  g_autoptr (BhRun) run = make_run (name, instructions);
  BhJournal *journal = bh_journal_new (store, run);

  bh_journal_create (journal, NULL, "open", NULL, NULL);
  settle_ok (bh_journal_commit (journal, BH_RELAXED));
  return journal;
}

void
reload_run (BhStore *store, BhJournal **journal)
{
  g_autofree char *id = g_strdup (bh_journal_get_run_id (*journal));
  g_autoptr (BhRunBundle) bundle = NULL;

  g_clear_object (journal);
  bundle = settle_boxed (bh_store_load_run (store, id), NULL);
  g_assert_nonnull (bundle);
  *journal = bh_journal_new_for_bundle (store, bundle);
}

BhRow *
make_row (BhRowKind kind, BhRowState state, const char *title)
{
  BhRow *row = bh_row_new ();

  row->kind = kind;
  row->state = state;
  row->author = g_strdup ("runbook");
  row->tool = kind == BH_ROW_STEP ? g_strdup ("exec in DevBox") : NULL;
  row->title = g_strdup (title);
  row->duration_us = -1;
  row->exit_status = -1;
  return row;
}

BhEvent *
make_event (guint64 seq)
{
  BhEvent *event = bh_event_new ();

  event->seq = seq;
  event->kind = g_strdup ("row");
  event->data =
      g_strdup_printf ("{\"seq\":%" G_GUINT64_FORMAT ",\"at\":\"2026-01-01T00:00:00.000000Z\",\"row\":{}}",
                       seq);
  return event;
}

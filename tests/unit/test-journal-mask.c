/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Secrets in what a journal stores: hidden in every column of every table, however they come, and after a
 * restart at any place as well. */

#include "test-store-util.h"

#include <string.h>

#include "coordinator/runs/bh-staging.h"
#include "coordinator/runs/bh-state-view.h"

#define SECRET "sk-\"secret\\value-0123456789"
#define HIDDEN "***************************"

typedef struct
{
  char *folder;
  BhStore *store;
  BhJournal *journal;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (strlen (SECRET), ==, strlen (HIDDEN));
  self->folder = make_folder ();
  self->store = open_store (self->folder);
  self->journal = create_run (self->store, "A Run", "x");
  bh_journal_hide (self->journal, SECRET);
}

/* Nothing that was written holds it. */
static void
assert_nowhere (Fixture *self)
{
  static const char *const names[] = { "coordinator.db", "coordinator.db-wal" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, names[i], NULL);
      g_autofree char *bytes = NULL;
      gsize length;

      if (!g_file_get_contents (path, &bytes, &length, NULL))
        continue;
      /* the better half of it, whichever, and however quoted */
      g_assert_null (memmem (bytes, length, "secret\\val", 10));
      g_assert_null (memmem (bytes, length, "secret\\\\val", 11));
      g_assert_null (memmem (bytes, length, "value-0123", 10));
    }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->journal != NULL)
    settle_ok (bh_journal_sync (self->journal));
  g_clear_object (&self->journal);
  assert_nowhere (self);
  close_store (self->store);
  assert_nowhere (self);
  remove_folder (self->folder);
}

static void
reload (Fixture *self, gboolean knows)
{
  settle_ok (bh_journal_commit (self->journal, BH_RELAXED));
  reload_run (self->store, &self->journal);
  if (knows)
    bh_journal_hide (self->journal, SECRET);
}

static char *
stored (Fixture *self, guint64 n, BhPart part)
{
  g_autoptr (BhBody) body = NULL;

  settle_ok (bh_journal_commit (self->journal, BH_RELAXED));
  body = settle_boxed (bh_store_body (self->store, bh_journal_get_run_id (self->journal), n, part, 0, 100000),
                       NULL);
  return g_strndup (g_bytes_get_data (body->bytes, NULL), g_bytes_get_size (body->bytes));
}

static guint64
add_step (Fixture *self)
{
  return bh_journal_add_row (self->journal, make_row (BH_ROW_STEP, BH_ROW_OPEN, "make"));
}

/* In two pieces, cut anywhere, with a restart or without; then byte by byte. */
static void
test_pieces (Fixture *self, gconstpointer data)
{
  static const char text[] = "a" SECRET "b " SECRET SECRET;
  static const char hidden[] = "a" HIDDEN "b " HIDDEN HIDDEN;

  for (gsize cut = 0; cut <= strlen (text); cut++)
    {
      guint64 n = add_step (self);
      g_autofree char *before = g_strndup (text, cut), *shown = NULL;

      bh_journal_append_text (self->journal, n, BH_PART_RESULT, before);
      if (cut % 3 == 0)
        reload (self, TRUE);
      else if (cut % 3 == 1)
        settle_ok (bh_journal_flush (self->journal));
      bh_journal_append_text (self->journal, n, BH_PART_RESULT, text + cut);
      bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
      shown = stored (self, n, BH_PART_RESULT);
      g_assert_cmpstr (shown, ==, hidden);
    }
  {
    guint64 n = add_step (self);
    g_autofree char *shown = NULL;

    for (const char *p = text; *p != '\0'; p++)
      {
        char byte[2] = { *p, '\0' };

        bh_journal_append_text (self->journal, n, BH_PART_RESULT, byte);
        settle_ok (bh_journal_flush (self->journal));
        if (*p == '5')
          reload (self, TRUE);
      }
    bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
    shown = stored (self, n, BH_PART_RESULT);
    g_assert_cmpstr (shown, ==, hidden);
  }
}

/* Nothing but a beginning is held back, and with the end of the row it comes. */
static void
test_held_back (Fixture *self, gconstpointer data)
{
  guint64 n = add_step (self);
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GBytes) row_text = NULL;

  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "all sk");
  before = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (before, ==, "all ");
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
  after = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (after, ==, "all sk");
  g_assert_cmpuint (bh_journal_get_row (self->journal, n)->result_bytes, ==, 6);
  g_assert_cmpstr (bh_journal_get_row (self->journal, n)->head, ==, "all sk");
}

/* Each part by itself: what comes in between of another one tells nothing. */
static void
test_parts (Fixture *self, gconstpointer data)
{
  guint64 n = add_step (self);
  g_autofree char *call = NULL, *result = NULL;

  bh_journal_append_text (self->journal, n, BH_PART_CALL, "ls sk-\"secret");
  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "total sk-\"sec");
  reload (self, TRUE);
  bh_journal_append_text (self->journal, n, BH_PART_CALL, "\\value-0123456789 s");
  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "ret\\value-0123456789\n");
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
  call = stored (self, n, BH_PART_CALL);
  result = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (call, ==, "ls " HIDDEN " s");
  g_assert_cmpstr (result, ==, "total " HIDDEN "\n");
}

/* Of another key that took its place nothing is shown in place of what was held back. */
static void
test_replaced (Fixture *self, gconstpointer data)
{
  guint64 n = add_step (self);
  g_autofree char *shown = NULL;

  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "x sk-\"sec");
  reload (self, FALSE);
  bh_journal_hide (self->journal, "new-key-of-some-length");
  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "ond y");
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
  shown = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (shown, ==, "x *******ond y");
}

/* Pieces are shown each by itself: what a terminal takes as one is not cut where a key may begin, also when
 * the coordinator is restarted meanwhile. */
static void
test_sequences (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *piece, *stored;
  } steps[] = {
    { "a\033[31m", "a" },
    { "red\033[0m", "a\033[31mred" },
    { " my-ke", "a\033[31mred\033[0m " },
    { "y-of-some-length.\033[1;31m", "a\033[31mred\033[0m *********************." },
  };
  guint64 n = add_step (self);
  g_autofree char *all = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *shown = NULL;

      bh_journal_hide (self->journal, "my-key-of-some-length");
      bh_journal_append_text (self->journal, n, BH_PART_RESULT, steps[i].piece);
      shown = stored (self, n, BH_PART_RESULT);
      g_assert_cmpstr (shown, ==, steps[i].stored);
      reload (self, TRUE);
    }
  bh_journal_hide (self->journal, "my-key-of-some-length");
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
  all = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (all, ==, "a\033[31mred\033[0m *********************.\033[1;31m");
}

/* As earlier coordinators stored what is held back: with a name, and at first without a digest. */
static void
test_older (Fixture *self, gconstpointer data)
{
  guint64 n = add_step (self);
  g_autofree char *named = g_strdup_printf ("mask.%" G_GUINT64_FORMAT ".%d", n, BH_PART_RESULT);
  g_autofree char *unknown = g_strdup_printf ("mask.%" G_GUINT64_FORMAT ".%d", n, BH_PART_CALL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, SECRET, -1);
  g_autofree char *held = g_strdup_printf ("A_KEY 7 %.8s", digest), *call = NULL, *result = NULL;

  bh_journal_set_state (self->journal, named, held);
  bh_journal_set_state (self->journal, unknown, "A_KEY 3");
  reload (self, TRUE);
  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "ret\\value-0123456789 y");
  bh_journal_append_text (self->journal, n, BH_PART_CALL, "z");
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
  call = stored (self, n, BH_PART_CALL);
  result = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (result, ==, HIDDEN " y");
  g_assert_cmpstr (call, ==, "***z");
}

/* More than half of it, cut off by the end of the row; and one that was removed meanwhile. */
static void
test_cut_off (Fixture *self, gconstpointer data)
{
  guint64 first = add_step (self), second = add_step (self);
  g_autofree char *one = NULL, *other = NULL;

  bh_journal_append_text (self->journal, first, BH_PART_RESULT, "x sk-\"secret\\value-01234567");
  bh_journal_append_text (self->journal, second, BH_PART_RESULT, "x sk-\"sec");
  bh_journal_end_row (self->journal, first, BH_ROW_DONE, 0);
  reload (self, FALSE);
  bh_staging_close_rows (self->journal);
  one = stored (self, first, BH_PART_RESULT);
  other = stored (self, second, BH_PART_RESULT);
  g_assert_cmpstr (one, ==, "x *************************");
  g_assert_cmpstr (other, ==, "x *******");
}

/* Stored anew while its engine works: the engine has the old one. */
static void
test_changed (Fixture *self, gconstpointer data)
{
  guint64 n = add_step (self);
  g_autofree char *shown = NULL;

  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "x sk-\"se");
  bh_journal_hide (self->journal, "sk-another-of-some-length");
  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "cret\\value-0123456789 sk-anot");
  bh_journal_append_text (self->journal, n, BH_PART_RESULT, "her-of-some-length");
  bh_journal_end_row (self->journal, n, BH_ROW_DONE, 0);
  shown = stored (self, n, BH_PART_RESULT);
  g_assert_cmpstr (shown, ==, "x " HIDDEN " *************************");
}

/* Wherever the head of a row is cut off, no half of it is there. */
static void
test_heads (Fixture *self, gconstpointer data)
{
  for (guint n = BH_HEAD_MAX - 20; n <= BH_HEAD_MAX; n++)
    {
      g_autofree char *before = g_strnfill (n, 'x'), *text = g_strconcat (before, SECRET, NULL);
      guint64 row = bh_staging_status (self->journal, text);

      g_assert_null (strchr (bh_journal_get_row (self->journal, row)->head, 's'));
      g_assert_cmpuint (strlen (bh_journal_get_row (self->journal, row)->head), ==, BH_HEAD_MAX);
    }
}

static void
test_records (Fixture *self, gconstpointer data)
{
  BhRow *row = make_row (BH_ROW_STEP, BH_ROW_OPEN, "cat " SECRET);
  g_autoptr (BhStateView) states = bh_state_view_new (self->journal, NULL);
  guint64 n;
  BhRun *run;

  g_set_str (&row->tool, SECRET);
  n = bh_journal_add_row (self->journal, row);
  row = bh_row_copy (bh_journal_get_row (self->journal, n));
  g_assert_cmpstr (row->title, ==, "cat " HIDDEN);
  g_assert_cmpstr (row->tool, ==, HIDDEN);
  g_set_str (&row->title, "dog " SECRET);
  bh_journal_put_row (self->journal, row);
  g_assert_cmpstr (bh_journal_get_row (self->journal, n)->title, ==, "dog " HIDDEN);
  bh_staging_status (self->journal, "It said " SECRET);
  bh_staging_report (self->journal, "x", BH_RUN_FAILED, "Because " SECRET, SECRET " was why");
  run = bh_run_copy (bh_journal_get_run (self->journal));
  g_set_str (&run->summary, SECRET);
  g_set_str (&run->reason, SECRET);
  g_set_str (&run->current, "with " SECRET);
  bh_journal_put_run (self->journal, run);
  g_assert_cmpstr (bh_journal_get_run (self->journal)->reason, ==, HIDDEN);
  /* also as JSON quotes it */
  bh_state_view_set (states, "engine", "{\"said\":\"sk-\\\"secret\\\\value-0123456789\"}");
  g_assert_cmpstr (bh_state_view_get (states, "engine"), ==, "{\"said\":\"*****************************\"}");
  bh_journal_hide (self->journal, "1234567");
  bh_journal_hide (self->journal, "request");
  bh_state_view_set_json (states, "engine", "{\"request\":{\"id\":12345678,\"name\":\"request 1234567\"}}");
  g_assert_cmpstr (bh_state_view_get (states, "engine"), ==,
                   "{\"request\":{\"id\":12345678,\"name\":\"******* *******\"}}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
#define ADD(name) g_test_add ("/journal-mask/" #name, Fixture, NULL, set_up, test_##name, tear_down)
  ADD (pieces);
  ADD (held_back);
  ADD (parts);
  ADD (cut_off);
  ADD (changed);
  ADD (replaced);
  ADD (older);
  ADD (sequences);
  ADD (records);
  ADD (heads);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Every recorded transcript, from the bytes that its engine wrote to the rows of the timeline. */

#include "support/replay-recordings.h"
#include "test-pipe-scene.h"

#include "coordinator/engines/agent/bh-turn-log.h"

/* --- bytes: in pieces of any size, the dialect hears the same --- */

static const ReplayRecording *recording;

static void
put (gpointer data, const char *bytes)
{
  PipeLife *life = data;

  g_string_append (life->world->output, bytes);
}

static char *
get (gpointer data)
{
  return pipe_next (data);
}

static void
play_pieces (PipeWorld *world)
{
  static const gsize pieces[] = { 1, 7, 4096 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (PipeLife) life = pipe_life_new (world, BH_LINE_PIPE_MAX);
      ReplayWire wire = { life, put, get };
      g_autofree char *told = NULL;

      world->piece = pieces[i];
      /* a million bytes, each in a frame of its own, would take minutes */
      world->ends = pieces[i] < 64 ? 16 : 0;
      told = replay_play (recording, &wire, NULL);
      replay_compare (recording->file, "expected", told);
      pipe_forget (life);
    }
}

static void
test_pieces (gconstpointer data)
{
  recording = data;
  pipe_run (play_pieces);
}

/* --- rows --- */

#define TEST_TYPE_ROWS (rows_get_type ())
G_DECLARE_FINAL_TYPE (Rows, rows, TEST, ROWS, GObject)

/* What belongs on the timeline, put there. */
struct _Rows
{
  GObject parent_instance;
  BhStateView *states;
  BhTurnLog *log;
  gboolean anew; /* another log after every word */
};

static void rows_iface_init (BhDialectSinkInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (Rows,
                               rows,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (BH_TYPE_DIALECT_SINK, rows_iface_init))

static BhTurnLog *
log_of (BhDialectSink *sink)
{
  Rows *self = TEST_ROWS (sink);

  if (self->anew)
    g_clear_object (&self->log);
  if (self->log == NULL)
    self->log = bh_turn_log_new (self->states, "hal");
  return self->log;
}

static void
rows_said (BhDialectSink *sink, BhSaid what, const char *id, const char *text)
{
  bh_turn_log_said (log_of (sink), what, id, text);
}

static void
rows_tool (BhDialectSink *sink, const BhToolUpdate *update)
{
  bh_turn_log_tool (log_of (sink), update);
}

static void
rows_plan (BhDialectSink *sink, const BhPlanEntry *entries, guint n_entries)
{
  bh_turn_log_plan (log_of (sink), entries, n_entries);
}

static void
rows_notice (BhDialectSink *sink, const char *text)
{
  bh_turn_log_notice (log_of (sink), text);
}

static void
rows_ask (BhDialectSink *sink, const char *request, BhQuestionSet *set)
{
  bh_turn_log_pause (log_of (sink));
}

static void
rows_permit (BhDialectSink *sink, const char *request, const BhPermission *permission)
{
  bh_turn_log_remark (log_of (sink), permission->tool, "asked for");
}

static void
rows_turn_ended (BhDialectSink *sink, BhTurnEnd end, const char *detail)
{
  bh_turn_log_end (log_of (sink));
}

static void
rows_iface_init (BhDialectSinkInterface *iface)
{
  iface->said = rows_said;
  iface->tool = rows_tool;
  iface->plan = rows_plan;
  iface->notice = rows_notice;
  iface->ask = rows_ask;
  iface->permit = rows_permit;
  iface->turn_ended = rows_turn_ended;
}

static void
rows_finalize (GObject *object)
{
  Rows *self = TEST_ROWS (object);

  g_clear_object (&self->log);
  g_clear_object (&self->states);
  G_OBJECT_CLASS (rows_parent_class)->finalize (object);
}

static void
rows_class_init (RowsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rows_finalize;
}

static void
rows_init (Rows *self)
{
}

static void
dump_part (BhStore *store, const char *run, const BhRow *row, BhPart part, GString *text)
{
  g_autoptr (BhBody) body = NULL;
  g_autofree char *bytes = NULL;

  if (bh_row_part_bytes (row, part) == 0)
    return;
  body = settle_boxed (bh_store_body (store, run, row->n, part, 0, 1 << 20), NULL);
  bytes = g_strndup (g_bytes_get_data (body->bytes, NULL), g_bytes_get_size (body->bytes));
  g_assert_cmpuint (g_bytes_get_size (body->bytes), ==, bh_row_part_bytes (row, part));
  g_string_append_printf (text, "  %s ", bh_nick (BH_TYPE_PART, part));
  bh_json_append_string (text, bytes);
  g_string_append_c (text, '\n');
}

/* A line for each row, and one for each of its parts, as they are in the store. (transfer full) */
static char *
dump (BhStore *store, BhJournal *journal)
{
  GString *text = g_string_new (NULL);
  const char *run = bh_journal_get_run_id (journal);

  for (guint64 i = 0; i < bh_journal_count_rows (journal); i++)
    {
      g_autoptr (BhRow) row = settle_boxed (bh_store_row (store, run, i), NULL);

      g_string_append_printf (text, "%s %s %s", bh_nick (BH_TYPE_ROW_KIND, row->kind),
                              bh_nick (BH_TYPE_ROW_STATE, row->state), row->author);
      if (row->kind == BH_ROW_STEP)
        g_string_append_printf (text, " %s “%s”", row->tool, row->title);
      if (row->exit_status != -1)
        g_string_append_printf (text, " exit=%d", row->exit_status);
      g_string_append_c (text, '\n');
      for (BhPart part = BH_PART_TEXT; part <= BH_PART_RESULT; part++)
        dump_part (store, run, row, part, text);
    }
  return g_string_free_and_steal (text);
}

static char *
rows_of (const ReplayRecording *of, gboolean anew)
{
  char *folder = make_folder (), *text;
  BhStore *store = open_store (folder);
  g_autoptr (BhJournal) journal = create_run (store, "A Run", "x");
  Rows *rows = g_object_new (TEST_TYPE_ROWS, NULL);

  rows->states = bh_state_view_new (journal, NULL);
  rows->anew = anew;
  g_free (replay_play (of, NULL, BH_DIALECT_SINK (rows)));
  settle_ok (bh_journal_commit (journal, BH_SYNCED));
  text = dump (store, journal);
  g_assert_finalize_object (rows);
  g_clear_object (&journal);
  remove_store (store, folder);
  return text;
}

static void
test_rows (gconstpointer data)
{
  const ReplayRecording *of = data;
  g_autofree char *text = rows_of (of, FALSE);
  g_autofree char *anew = rows_of (of, TRUE);

  replay_compare (of->file, "rows", text);
  g_assert_cmpstr (anew, ==, text);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < replay_n_recordings; i++)
    {
      g_autofree char *pieces = g_strconcat ("/replay/pieces/", replay_recordings[i].file, NULL);
      g_autofree char *rows = g_strconcat ("/replay/rows/", replay_recordings[i].file, NULL);

      g_test_add_data_func (pieces, &replay_recordings[i], test_pieces);
      g_test_add_data_func (rows, &replay_recordings[i], test_rows);
    }
  return g_test_run ();
}

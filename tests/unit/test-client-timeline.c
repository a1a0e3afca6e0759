/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* The timeline of a Run, against a scripted coordinator. */

#include <string.h>

#include "test-client-util.h"

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnection *connection;
  BhTimeline *timeline;
} Fixture;

static guint
n_items (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->timeline));
}

static BhTimelineRow *
item (Fixture *self, guint position)
{
  return g_list_model_get_item (G_LIST_MODEL (self->timeline), position);
}

static void
fixture_open (Fixture *self, guint n_rows)
{
  g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_RUNNING, 5);

  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_set_rows (self->coordinator, "r_1", n_rows);
  self->connection = connected_to (self->coordinator);
  self->timeline = bh_timeline_new (self->connection, "r_1");
  g_assert_cmpuint (n_items (self), ==, n_rows);
  wait_until (bh_timeline_get_ready (self->timeline) && bh_timeline_get_live (self->timeline));
}

static void
fixture_close (Fixture *self)
{
  g_clear_object (&self->timeline);
  bh_connection_close (self->connection);
  g_clear_object (&self->connection);
  drain_loop ();
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
}

/* It opens at its end, with that page alone, and scrolling through it fetches what is looked at. */
static void
test_long (void)
{
  Fixture self = { 0 };
  g_autoptr (BhTimelineRow) last = NULL, same = NULL;
  guint before;

  fixture_open (&self, 160000);
  g_assert_cmpuint (scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?"), ==, 1);
  g_assert_cmpuint (scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?from=159900&"), ==,
                    1);
  last = item (&self, 159999);
  same = item (&self, 159999);
  g_assert_true (last == same);
  g_assert_true (bh_timeline_row_get_loaded (last));
  g_assert_cmpstr (bh_timeline_row_get_row (last)->title, ==, "step 159999");
  /* a jump: of all that is asked for on the way, what is no longer held is not fetched */
  before = scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?");
  for (guint position = 0; position < 80000; position += 100)
    g_object_unref (item (&self, position));
  {
    g_autoptr (BhTimelineRow) row = item (&self, 80000);

    g_assert_false (bh_timeline_row_get_loaded (row));
    wait_until (bh_timeline_row_get_loaded (row));
    g_assert_cmpuint (bh_timeline_row_get_row (row)->n, ==, 80000);
  }
  g_assert_cmpuint (scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?") - before, <=, 2);
  fixture_close (&self);
}

/* Of many pages those used last are kept. */
static void
test_bounded (void)
{
  Fixture self = { 0 };
  guint asked;

  fixture_open (&self, 10000);
  for (guint page = 0; page < 50; page++)
    {
      g_autoptr (BhTimelineRow) row = item (&self, page * BH_TIMELINE_PAGE);

      wait_until (bh_timeline_row_get_loaded (row));
    }
  asked = scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?");
  for (guint page = 50 - BH_TIMELINE_PAGES_MAX + 1; page < 50; page++)
    {
      g_autoptr (BhTimelineRow) row = item (&self, page * BH_TIMELINE_PAGE + 1);

      g_assert_true (bh_timeline_row_get_loaded (row));
    }
  g_assert_cmpuint (scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?"), ==, asked);
  {
    g_autoptr (BhTimelineRow) first = item (&self, 0);

    g_assert_false (bh_timeline_row_get_loaded (first));
    wait_until (bh_timeline_row_get_loaded (first));
  }
  fixture_close (&self);
}

static void
test_grows (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRow) row = bh_row_new ();
  g_autoptr (BhTimelineRow) shown = NULL;
  guint changes = 0, notified = 0;

  fixture_open (&self, 3);
  count_signal (self.timeline, "items-changed", &changes);
  row->kind = BH_ROW_MESSAGE;
  row->author = g_strdup ("codex");
  row->head = g_strdup ("I'll run the suite");
  row->text_bytes = strlen (row->head);
  scripted_coordinator_add_row (self.coordinator, "r_1", row);
  wait_until (n_items (&self) == 4);
  g_assert_cmpuint (changes, ==, 1);
  shown = item (&self, 3);
  g_assert_true (bh_timeline_row_get_loaded (shown));
  g_assert_true (bh_timeline_row_get_complete (shown, BH_PART_TEXT));
  count_signal (shown, "notify::state", &notified);
  row->state = BH_ROW_DONE;
  scripted_coordinator_put_row (self.coordinator, "r_1", row);
  wait_until (notified == 1);
  g_assert_cmpint (bh_timeline_row_get_row (shown)->state, ==, BH_ROW_DONE);
  fixture_close (&self);
}

static void
say (Fixture *self, guint number)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->kind = BH_ROW_MESSAGE;
  row->author = g_strdup ("codex");
  row->head = g_strdup_printf ("message %u", number);
  scripted_coordinator_add_row (self->coordinator, "r_1", row);
}

/* More rows than anybody reads are told of many at a time, all of them; and so is the one that comes after.
 */
static void
test_rush (void)
{
  const guint n = 3000;
  Fixture self = { 0 };
  g_autoptr (BhTimelineRow) last = NULL;
  guint changes = 0;

  fixture_open (&self, 1);
  count_signal (self.timeline, "items-changed", &changes);
  for (guint i = 0; i < n; i++)
    say (&self, i);
  wait_until (n_items (&self) == 1 + n);
  g_assert_cmpuint (changes, <, n / 4);
  say (&self, n);
  wait_until (n_items (&self) == 2 + n);
  last = item (&self, 1 + n);
  g_assert_cmpstr (bh_timeline_row_get_row (last)->head, ==, "message 3000");
  fixture_close (&self);
}

static void
appended_cb (BhTimelineRow *row, BhPart part, const char *text, GString *all)
{
  if (part == BH_PART_RESULT)
    g_string_append (all, text);
}

/* Expanded it has its output, which grows; collapsed it costs nothing but a number. */
static void
test_expanded (void)
{
  Fixture self = { 0 };
  g_autoptr (BhTimelineRow) row = NULL;
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *much = g_strnfill (5 * 1024 * 1024, 'x');
  gsize length;

  fixture_open (&self, 2);
  scripted_coordinator_append (self.coordinator, "r_1", 1, BH_PART_CALL, "npm test");
  scripted_coordinator_append (self.coordinator, "r_1", 1, BH_PART_RESULT, "one\n");
  row = item (&self, 1);
  wait_until (bh_timeline_row_get_loaded (row) && bh_timeline_row_get_bytes (row, BH_PART_RESULT) == 4);
  g_assert_null (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL));
  g_signal_connect (row, "appended", G_CALLBACK (appended_cb), all);
  bh_timeline_row_set_expanded (row, TRUE);
  wait_until (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL) != NULL);
  wait_until (bh_timeline_row_get_text (row, BH_PART_CALL, NULL) != NULL);
  g_assert_cmpstr (bh_timeline_row_get_text (row, BH_PART_CALL, NULL), ==, "npm test");
  g_assert_cmpstr (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL), ==, "one\n");
  scripted_coordinator_append (self.coordinator, "r_1", 1, BH_PART_RESULT, "two\n");
  wait_until (all->len > 0);
  g_assert_cmpstr (all->str, ==, "two\n");
  g_assert_cmpstr (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL), ==, "one\ntwo\n");
  /* the object goes, what it was does not */
  g_clear_object (&row);
  row = item (&self, 1);
  g_assert_true (bh_timeline_row_get_expanded (row));
  wait_until (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL) != NULL);
  g_assert_cmpstr (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL), ==, "one\ntwo\n");
  bh_timeline_row_set_expanded (row, FALSE);
  g_assert_null (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL));
  scripted_coordinator_append (self.coordinator, "r_1", 1, BH_PART_RESULT, much);
  wait_until (bh_timeline_row_get_bytes (row, BH_PART_RESULT) == 8 + strlen (much));
  bh_timeline_row_set_expanded (row, TRUE);
  wait_until (bh_timeline_row_get_text (row, BH_PART_RESULT, NULL) != NULL);
  bh_timeline_row_get_text (row, BH_PART_RESULT, &length);
  g_assert_cmpuint (length, ==, BH_TIMELINE_TAIL_MAX);
  g_assert_cmpuint (bh_timeline_row_get_skipped (row, BH_PART_RESULT), ==,
                    8 + strlen (much) - BH_TIMELINE_TAIL_MAX);
  /* as it goes on the end stays in bounds */
  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *more = g_strnfill (100 * 1024, 'y');

      scripted_coordinator_append (self.coordinator, "r_1", 1, BH_PART_RESULT, more);
    }
  wait_until (bh_timeline_row_get_bytes (row, BH_PART_RESULT) == 8 + strlen (much) + 800 * 1024);
  bh_timeline_row_get_text (row, BH_PART_RESULT, &length);
  g_assert_cmpuint (length, <=, BH_TIMELINE_TAIL_MAX + BH_TIMELINE_TAIL_MAX / 4);
  fixture_close (&self);
}

static void
test_text (void)
{
  Fixture self = { 0 };
  g_autoptr (BhRow) row = bh_row_new ();
  g_autoptr (BhTimelineRow) shown = NULL;
  g_autofree char *much = g_strnfill (100 * 1024, 'a');
  gsize length;

  fixture_open (&self, 1);
  row->kind = BH_ROW_MESSAGE;
  row->head = g_strdup ("a");
  scripted_coordinator_add_row (self.coordinator, "r_1", row);
  scripted_coordinator_append (self.coordinator, "r_1", 1, BH_PART_TEXT, much);
  wait_until (n_items (&self) == 2);
  shown = item (&self, 1);
  wait_until (bh_timeline_row_get_bytes (shown, BH_PART_TEXT) == strlen (much));
  g_assert_cmpstr (bh_timeline_row_get_text (shown, BH_PART_TEXT, NULL), ==, "a");
  g_assert_false (bh_timeline_row_get_complete (shown, BH_PART_TEXT));
  bh_timeline_row_load_text (shown);
  wait_until (bh_timeline_row_get_complete (shown, BH_PART_TEXT));
  bh_timeline_row_get_text (shown, BH_PART_TEXT, &length);
  g_assert_cmpuint (length, ==, strlen (much));
  fixture_close (&self);
}

static void
latency_cb (gpointer data)
{
  gint64 *state = data, now = g_get_monotonic_time ();

  state[1] = MAX (state[1], now - state[0]);
  state[0] = now;
}

static gboolean
tick_cb (gpointer data)
{
  latency_cb (data);
  return G_SOURCE_CONTINUE;
}

/* Away from the main loop, as another process would. */
static gpointer
add_steps_thread (gpointer data)
{
  for (guint i = 0; i < 60; i++)
    {
      scripted_coordinator_add_steps (data, "r_1", 100);
      g_usleep (10000);
    }
  return NULL;
}

/* Thousands of rows, told of a few times: none is lost, and rows that are held follow. */
static void
test_stream (void)
{
  Fixture self = { 0 };
  gint64 latency[2] = { g_get_monotonic_time (), 0 };
  guint source = g_timeout_add (5, tick_cb, latency), changes = 0;
  g_autoptr (BhTimelineRow) last = NULL;
  GThread *thread;

  fixture_open (&self, 10);
  count_signal (self.timeline, "items-changed", &changes);
  latency[1] = 0;
  latency[0] = g_get_monotonic_time ();
  thread = g_thread_new ("steps", add_steps_thread, self.coordinator);
  wait_until (n_items (&self) == 6010);
  g_thread_join (thread);
  g_assert_cmpuint (changes, <, 1000);
  last = item (&self, 6009);
  g_assert_true (bh_timeline_row_get_loaded (last));
  wait_until (bh_timeline_row_get_row (last)->state == BH_ROW_DONE);
  g_test_message ("6000 rows, 12000 events: %u changes, at most %" G_GINT64_FORMAT " µs between turns",
                  changes, latency[1]);
  g_source_remove (source);
  fixture_close (&self);
}

/* Killed and back: nothing is missing, nothing is there twice. */
static void
test_reconnects (void)
{
  Fixture self = { 0 };
  guint64 seq;
  g_autofree char *stream = NULL;

  fixture_open (&self, 5);
  scripted_coordinator_add_steps (self.coordinator, "r_1", 3);
  wait_until (n_items (&self) == 8);
  seq = scripted_coordinator_last_seq (self.coordinator, "r_1");
  scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events",
                             "id: 99\nevent: row\ndata: {\"row\":{\"n\":");
  scripted_coordinator_set_down (self.coordinator, TRUE);
  wait_until (!bh_timeline_get_live (self.timeline));
  scripted_coordinator_add_steps (self.coordinator, "r_1", 4);
  g_assert_cmpuint (n_items (&self), ==, 8);
  scripted_coordinator_set_down (self.coordinator, FALSE);
  wait_until (n_items (&self) == 12);
  wait_until (bh_timeline_get_live (self.timeline));
  stream = g_strdup_printf ("/v1/runs/r_1/events %" G_GUINT64_FORMAT, seq);
  g_assert_cmpuint (scripted_coordinator_count_streams (self.coordinator, stream), ==, 1);
  fixture_close (&self);
}

static char *
row_block (guint64 seq, guint n, const char *kind, const char *title)
{
  return g_strdup_printf (
      "id: %" G_GUINT64_FORMAT "\nevent: row\ndata: {\"seq\":%" G_GUINT64_FORMAT
      ",\"at\":null,\"row\":{\"n\":%u,\"kind\":\"%s\",\"state\":\"odd\",\"title\":\"%s\"}}\n\n",
      seq, seq, n, kind, title);
}

/* Repeated, late, unreadable and unknown ones. */
static void
test_bad_events (void)
{
  Fixture self = { 0 };
  g_autoptr (BhTimelineRow) odd = NULL;
  guint64 seq;

  fixture_open (&self, 2);
  seq = scripted_coordinator_last_seq (self.coordinator, "r_1");
  {
    g_autofree char *unknown = row_block (seq + 1, 2, "hologram", "Look");
    g_autofree char *late = row_block (seq, 2, "step", "Late");

    scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events", unknown);
    scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events", late);
    scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events", unknown);
  }
  wait_until (n_items (&self) == 3);
  odd = item (&self, 2);
  g_assert_cmpstr (bh_timeline_row_get_unknown_kind (odd), ==, "hologram");
  g_assert_cmpstr (bh_timeline_row_get_row (odd)->title, ==, "Look");
  {
    g_autofree char *far = row_block (seq + 2, 4000000000u, "step", "Far");
    g_autofree char *broken =
        g_strdup_printf ("id: %" G_GUINT64_FORMAT "\nevent: row\ndata: {\"row\":\n\n", seq + 3);
    g_autofree char *delta =
        g_strdup_printf ("id: %" G_GUINT64_FORMAT
                         "\nevent: delta\ndata: {\"row\":9,\"part\":\"result\",\"offset\":"
                         "9223372036854775807,\"length\":9,\"text\":\"x\"}\n\n",
                         seq + 4);

    scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events", far);
    scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events", delta);
    scripted_coordinator_send (self.coordinator, "/v1/runs/r_1/events", broken);
  }
  wait_until (bh_connection_get_detail (self.connection) != NULL);
  g_assert_cmpuint (n_items (&self), ==, 3);
  fixture_close (&self);
}

/* Rows that cannot be read or are not sent say so, and are not asked for without end. */
static void
test_unreadable_rows (void)
{
  Fixture self = { 0 };
  g_autoptr (BhTimelineRow) odd = NULL, bad = NULL, missing = NULL;
  guint asked;

  fixture_open (&self, 1000);
  scripted_coordinator_fail (self.coordinator, "GET /v1/runs/r_1/rows?from=0&", 200,
                             "{\"rows\":[{\"n\":0,\"kind\":\"hologram\",\"state\":\"shimmering\"},"
                             "{\"n\":1,\"kind\":7}],\"total\":1000}",
                             G_MAXUINT);
  odd = item (&self, 0);
  bad = item (&self, 1);
  wait_until (bh_timeline_row_get_loaded (odd) && bh_timeline_row_get_problem (bad) != NULL);
  g_assert_cmpstr (bh_timeline_row_get_unknown_kind (odd), ==, "hologram");
  g_assert_nonnull (strstr (bh_timeline_row_get_problem (bad), "cannot be read"));
  g_assert_nonnull (bh_connection_get_detail (self.connection));
  /* one that is looked at later */
  asked = scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?from=0&");
  missing = item (&self, 50);
  g_assert_nonnull (bh_timeline_row_get_problem (missing));
  drain_loop ();
  g_assert_cmpuint (scripted_coordinator_count (self.coordinator, "GET /v1/runs/r_1/rows?from=0&"), ==,
                    asked);
  g_assert_cmpuint (asked, <=, 2);
  fixture_close (&self);
}

static void
test_page_fails (void)
{
  Fixture self = { 0 };
  g_autoptr (BhTimelineRow) row = NULL;

  fixture_open (&self, 1000);
  scripted_coordinator_fail (self.coordinator, "GET /v1/runs/r_1/rows?from=0&", 200, "{\"rows\":", 1);
  row = item (&self, 0);
  wait_until (bh_timeline_row_get_problem (row) != NULL);
  g_assert_false (bh_timeline_row_get_loaded (row));
  bh_timeline_row_retry (row);
  wait_until (bh_timeline_row_get_loaded (row));
  g_assert_null (bh_timeline_row_get_problem (row));
  fixture_close (&self);
}

static void
test_question_and_messages (void)
{
  Fixture self = { 0 };
  g_autoptr (BhQuestionSet) set = scripted_question_new ("q_1", "r_1", 0);
  g_autoptr (BhMessage) message = bh_message_new ();
  GListModel *chips;

  fixture_open (&self, 1);
  scripted_coordinator_put_question (self.coordinator, set);
  wait_until (bh_timeline_get_question (self.timeline) != NULL);
  set->state = BH_SET_WITHDRAWN;
  scripted_coordinator_put_question (self.coordinator, set);
  wait_until (bh_timeline_get_question (self.timeline) == NULL);
  g_assert_nonnull (bh_timeline_lookup_question (self.timeline, "q_1"));
  chips = bh_timeline_get_messages (self.timeline);
  message->id = g_strdup ("m_1");
  message->run = g_strdup ("r_1");
  message->text = g_strdup ("Faster");
  scripted_coordinator_put_message (self.coordinator, message);
  wait_until (g_list_model_get_n_items (chips) == 1);
  message->state = BH_MESSAGE_TAKEN_UP;
  scripted_coordinator_put_message (self.coordinator, message);
  wait_until (g_list_model_get_n_items (chips) == 0);
  fixture_close (&self);
}

static void
test_find (void)
{
  Fixture self = { 0 };
  g_autoptr (DexFuture) found = NULL, back = NULL;
  g_autoptr (GError) none = NULL;

  fixture_open (&self, 3000);
  found = settled (bh_timeline_find (self.timeline, "STEP 77", 100, FALSE));
  g_assert_cmpuint (g_value_get_uint (dex_future_get_value (found, NULL)), ==, 770);
  back = settled (bh_timeline_find (self.timeline, "step 77", 77, TRUE));
  g_assert_cmpuint (g_value_get_uint (dex_future_get_value (back, NULL)), ==, 779);
  none = rejected (bh_timeline_find (self.timeline, "nowhere", 0, FALSE));
  g_assert_error (none, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  fixture_close (&self);
}

static guint
found_at (Fixture *self, const char *text, guint position, gboolean backwards)
{
  g_autoptr (DexFuture) found = settled (bh_timeline_find (self->timeline, text, position, backwards));

  return g_value_get_uint (dex_future_get_value (found, NULL));
}

/* What a row holds and does not show is found by the coordinator, of some rows at a time. */
static void
test_find_deep (void)
{
  Fixture self = { 0 };
  g_autofree char *much = g_strnfill (100000, 'x');
  g_autoptr (GError) none = NULL;

  fixture_open (&self, 3000);
  scripted_coordinator_append (self.coordinator, "r_1", 1234, BH_PART_RESULT, much);
  scripted_coordinator_append (self.coordinator, "r_1", 1234, BH_PART_RESULT, "Needle & step 130?");
  g_assert_cmpuint (found_at (&self, "NEEDLE &", 2000, FALSE), ==, 1234);
  g_assert_cmpuint (found_at (&self, "needle & step", 2000, TRUE), ==, 1234);
  /* the nearest, wherever it stands */
  g_assert_cmpuint (found_at (&self, "step 130", 1200, FALSE), ==, 1234);
  g_assert_cmpuint (found_at (&self, "step 130", 1234, FALSE), ==, 1300);
  g_assert_cmpuint (found_at (&self, "step 130", 1300, TRUE), ==, 1234);
  /* an older coordinator finds what is shown */
  scripted_coordinator_fail (self.coordinator, "GET /v1/runs/r_1/find", 404,
                             "{\"code\":\"not_found\",\"detail\":\"There is no such path\"}", 1);
  none = rejected (bh_timeline_find (self.timeline, "needle", 0, FALSE));
  g_assert_error (none, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  fixture_close (&self);
}

static void
test_deleted (void)
{
  Fixture self = { 0 };
  g_autoptr (BhTimeline) missing = NULL;

  fixture_open (&self, 2);
  missing = bh_timeline_new (self.connection, "r_none");
  wait_until (bh_timeline_get_problem (missing) != NULL);
  scripted_coordinator_delete_run (self.coordinator, "r_1", FALSE);
  wait_until (bh_timeline_get_problem (self.timeline) != NULL);
  g_assert_cmpuint (n_items (&self), ==, 2);
  g_clear_object (&missing);
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/timeline/long", test_long);
  g_test_add_func ("/client/timeline/bounded", test_bounded);
  g_test_add_func ("/client/timeline/grows", test_grows);
  g_test_add_func ("/client/timeline/rush", test_rush);
  g_test_add_func ("/client/timeline/expanded", test_expanded);
  g_test_add_func ("/client/timeline/text", test_text);
  g_test_add_func ("/client/timeline/stream", test_stream);
  g_test_add_func ("/client/timeline/reconnects", test_reconnects);
  g_test_add_func ("/client/timeline/bad-events", test_bad_events);
  g_test_add_func ("/client/timeline/page-fails", test_page_fails);
  g_test_add_func ("/client/timeline/question-and-messages", test_question_and_messages);
  g_test_add_func ("/client/timeline/find", test_find);
  g_test_add_func ("/client/timeline/find-deep", test_find_deep);
  g_test_add_func ("/client/timeline/deleted", test_deleted);
  g_test_add_func ("/client/timeline/unreadable-rows", test_unreadable_rows);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <adwaita.h>
#include <libdex.h>

#include "app/bh-application.h"
#include "app/run/bh-chat-composer.h"
#include "app/run/bh-run-view.h"
#include "app/run/bh-timeline-view.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"

/* The timeline's list: how many widgets a long Run has, and whether its end is followed. */

#define RUN "r_0000000000000001"
#define LONG 100000
#define BIG (1024 * 1024)
/* What a list view makes around what is in sight, and more */
#define CELLS_MAX 300
#define WAIT_MS 20000

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnection *connection;
  BhTimeline *timeline;
  GtkWidget *window;
  BhTimelineView *view;
  GtkAdjustment *adjustment;
} Fixture;

typedef gboolean (*Condition) (Fixture *self);

static gboolean
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for (Fixture *self, Condition condition, const char *what)
{
  gboolean late = FALSE;
  guint source = g_timeout_add (WAIT_MS, late_cb, &late);

  while (!condition (self) && !late)
    g_main_context_iteration (NULL, TRUE);
  if (late)
    g_error ("timed out waiting for %s", what);
  g_source_remove (source);
}

/* --- conditions ---------------------------------------------------------------------------------------- */

static gboolean
is_connected (Fixture *self)
{
  return bh_connection_get_state (self->connection) == BH_CONNECTION_CONNECTED &&
         bh_connection_lookup_run (self->connection, RUN) != NULL;
}

static gboolean
is_ready (Fixture *self)
{
  return bh_timeline_get_ready (self->timeline) && bh_timeline_get_live (self->timeline);
}

static double
get_end (Fixture *self)
{
  return gtk_adjustment_get_upper (self->adjustment) - gtk_adjustment_get_page_size (self->adjustment);
}

static gboolean
is_at_end (Fixture *self)
{
  return get_end (self) > 0 && gtk_adjustment_get_value (self->adjustment) >= get_end (self) - 2;
}

static gboolean
is_allocated (Fixture *self)
{
  return get_end (self) > 0;
}

static guint
get_n (Fixture *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->timeline));
}

/* Two frames: one for what is under way, one that has nothing left to do. */
static void
let_paint (Fixture *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (self->window);

  for (guint i = 0; i < 2; i++)
    {
      gint64 counter = gdk_frame_clock_get_frame_counter (clock);

      gtk_widget_queue_draw (self->window);
      while (gdk_frame_clock_get_frame_counter (clock) <= counter)
        g_main_context_iteration (NULL, TRUE);
    }
}

/* --- the fixture --------------------------------------------------------------------------------------- */

static GtkAdjustment *
find_adjustment (GtkWidget *widget)
{
  if (GTK_IS_SCROLLED_WINDOW (widget))
    return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkAdjustment *found = find_adjustment (child);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_RUNNING, 60);

  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_set_rows (self->coordinator, RUN, GPOINTER_TO_UINT (data));
  self->connection =
      bh_connection_new_local ("Scripted", scripted_coordinator_get_socket (self->coordinator));
  bh_connection_open (self->connection);
  wait_for (self, is_connected, "the connection");
  self->timeline = bh_timeline_new (self->connection, RUN);
  self->view = g_object_new (BH_TYPE_TIMELINE_VIEW, "timeline", self->timeline, NULL);
  self->adjustment = find_adjustment (GTK_WIDGET (self->view));
  self->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 700, 600);
  adw_window_set_content (ADW_WINDOW (self->window), GTK_WIDGET (self->view));
  gtk_window_present (GTK_WINDOW (self->window));
  wait_for (self, is_ready, "the timeline");
  wait_for (self, is_allocated, "the list");
  let_paint (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_assert_finalize_object (g_steal_pointer (&self->timeline));
  let_go_of_connection (&self->connection);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
}

static void
add_rows (Fixture *self, guint n)
{
  guint before = get_n (self);

  scripted_coordinator_add_steps (self->coordinator, RUN, n);
  while (get_n (self) < before + n)
    g_main_context_iteration (NULL, TRUE);
  let_paint (self);
}

/* As a wheel or a finger does. */
static void
scroll_by (Fixture *self, double pixels)
{
  gtk_adjustment_set_value (self->adjustment, gtk_adjustment_get_value (self->adjustment) + pixels);
  let_paint (self);
}

/* --- tests --------------------------------------------------------------------------------------------- */

static void
test_opens_at_end (Fixture *self, gconstpointer data)
{
  g_assert_cmpuint (get_n (self), ==, LONG);
  g_assert_true (is_at_end (self));
  g_assert_true (bh_timeline_view_get_following (self->view));
  g_assert_cmpuint (bh_timeline_view_get_n_cells (self->view), <=, CELLS_MAX);
  /* not all of its pages were asked for */
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "GET /v1/runs/" RUN "/rows"), <, 10);
}

static void
test_widgets_stay_few (Fixture *self, gconstpointer data)
{
  guint most = 0;

  for (guint i = 0; i < 20; i++)
    {
      gtk_adjustment_set_value (self->adjustment, get_end (self) * (i * 37 % 20) / 20);
      let_paint (self);
      scroll_by (self, 400);
      most = MAX (most, bh_timeline_view_get_n_cells (self->view));
    }
  g_assert_cmpuint (most, >, 10);
  g_test_message ("at most %u row widgets", most);
  g_assert_cmpuint (most, <=, CELLS_MAX);
}

static void
test_follows (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      add_rows (self, 1 + i % 7 * 10);
      g_assert_true (bh_timeline_view_get_following (self->view));
      g_assert_true (is_at_end (self));
    }
}

static void
test_gives_way (Fixture *self, gconstpointer data)
{
  double value;
  guint n_new;

  scroll_by (self, -300);
  g_assert_false (bh_timeline_view_get_following (self->view));
  value = gtk_adjustment_get_value (self->adjustment);
  add_rows (self, 25);
  g_assert_false (bh_timeline_view_get_following (self->view));
  g_object_get (self->view, "n-new", &n_new, NULL);
  g_assert_cmpuint (n_new, ==, 25);
  /* what is being read stays where it is, but for what is learned of the heights above it */
  g_assert_false (is_at_end (self));
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), <=, value + 1);
  gtk_widget_activate_action (GTK_WIDGET (self->view), "timeline.to-end", NULL);
  let_paint (self);
  g_assert_true (is_at_end (self));
  g_assert_true (bh_timeline_view_get_following (self->view));
  g_object_get (self->view, "n-new", &n_new, NULL);
  g_assert_cmpuint (n_new, ==, 0);
  add_rows (self, 3);
  g_assert_true (is_at_end (self));
}

static void
test_comes_back (Fixture *self, gconstpointer data)
{
  scroll_by (self, -200);
  g_assert_false (bh_timeline_view_get_following (self->view));
  scroll_by (self, 10000);
  g_assert_true (bh_timeline_view_get_following (self->view));
  add_rows (self, 5);
  g_assert_true (is_at_end (self));
}

static void
test_resized (Fixture *self, gconstpointer data)
{
  static const int widths[] = { 400, 900, 500, 700 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      gtk_window_set_default_size (GTK_WINDOW (self->window), widths[i], 300 + (int) i * 100);
      let_paint (self);
      let_paint (self);
      g_assert_true (bh_timeline_view_get_following (self->view));
      g_assert_true (is_at_end (self));
    }
}

static void
test_expands (Fixture *self, gconstpointer data)
{
  guint last = get_n (self) - 1;

  gtk_widget_activate_action (GTK_WIDGET (self->view), "timeline.toggle", "u", last);
  let_paint (self);
  g_assert_true (bh_timeline_get_expanded (self->timeline, last));
  g_assert_true (is_at_end (self));
  g_assert_true (bh_timeline_view_get_following (self->view));
  gtk_widget_activate_action (GTK_WIDGET (self->view), "timeline.toggle", "u", last);
  let_paint (self);
  g_assert_false (bh_timeline_get_expanded (self->timeline, last));
  g_assert_true (is_at_end (self));
}

static void
test_shows_row (Fixture *self, gconstpointer data)
{
  bh_timeline_view_show_row (self->view, 50000, TRUE);
  let_paint (self);
  let_paint (self);
  g_assert_false (bh_timeline_view_get_following (self->view));
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), >, get_end (self) * 0.45);
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), <, get_end (self) * 0.55);
  /* it stays there when there is more */
  add_rows (self, 40);
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), <, get_end (self) * 0.55);
}

static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_at_new_end (Fixture *self)
{
  return bh_timeline_view_get_following (self->view) && is_at_end (self);
}

/* What is sent is seen, wherever the person was. */
static void
test_sent (Fixture *self, gconstpointer data)
{
  BhRunView *page = g_object_new (BH_TYPE_RUN_VIEW, NULL);
  GtkWidget *composer;
  GtkTextView *text;

  bh_run_view_set_run (page, bh_connection_lookup_run (self->connection, RUN));
  adw_window_set_content (ADW_WINDOW (self->window), GTK_WIDGET (page));
  self->view = BH_TIMELINE_VIEW (find_type (GTK_WIDGET (page), BH_TYPE_TIMELINE_VIEW));
  self->adjustment = find_adjustment (GTK_WIDGET (self->view));
  wait_for (self, is_at_new_end, "the page");
  let_paint (self);
  scroll_by (self, -2000);
  g_assert_false (bh_timeline_view_get_following (self->view));

  composer = find_type (GTK_WIDGET (page), BH_TYPE_CHAT_COMPOSER);
  text = GTK_TEXT_VIEW (find_type (composer, GTK_TYPE_TEXT_VIEW));
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (text), "Look at the tests first", -1);
  g_assert_true (gtk_widget_activate_action (composer, "composer.send", NULL));
  wait_for (self, is_at_new_end, "the end");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "POST /v1/runs/" RUN "/messages"), ==, 1);
}

static gboolean
has_copied (Fixture *self)
{
  GdkContentProvider *content = gdk_clipboard_get_content (gtk_widget_get_clipboard (self->window));
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  return content != NULL && gdk_content_provider_get_value (content, &value, NULL) &&
         strlen (g_value_get_string (&value)) == BIG;
}

/* In the list that is shown. */
static gboolean
has_row (Fixture *self)
{
  g_autoptr (BhTimeline) timeline = NULL;
  g_autoptr (BhTimelineRow) row = NULL;

  g_object_get (self->view, "timeline", &timeline, NULL);
  if (g_list_model_get_n_items (G_LIST_MODEL (timeline)) != 201)
    return FALSE;
  row = g_list_model_get_item (G_LIST_MODEL (timeline), 200);
  return bh_timeline_row_get_loaded (row) && bh_timeline_row_get_bytes (row, BH_PART_TEXT) == BIG;
}

/* Of a megabyte hardly anything is laid out, but all of it is copied. */
static void
test_big_message (Fixture *self, gconstpointer data)
{
  BhRunView *page = g_object_new (BH_TYPE_RUN_VIEW, NULL);
  g_autoptr (BhRow) row = bh_row_new ();
  g_autofree char *text = g_strnfill (BIG, 'x');

  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_DONE;
  row->author = g_strdup ("codex");
  row->head = g_strndup (text, BH_HEAD_MAX);
  scripted_coordinator_add_row (self->coordinator, RUN, row);
  scripted_coordinator_append (self->coordinator, RUN, 200, BH_PART_TEXT, text);
  bh_run_view_set_run (page, bh_connection_lookup_run (self->connection, RUN));
  adw_window_set_content (ADW_WINDOW (self->window), GTK_WIDGET (page));
  self->view = BH_TIMELINE_VIEW (find_type (GTK_WIDGET (page), BH_TYPE_TIMELINE_VIEW));
  self->adjustment = find_adjustment (GTK_WIDGET (self->view));
  wait_for (self, has_row, "the message");
  wait_for (self, is_at_new_end, "the page");
  g_assert_cmpfloat (get_end (self), <, 20000);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (page), "run.copy-row-text", "t", (guint64) 200));
  wait_for (self, has_copied, "the text");
}

#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("BELLHOP_NO_START", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  ADD ("/timeline/opens-at-end", LONG, test_opens_at_end);
  ADD ("/timeline/widgets-stay-few", LONG, test_widgets_stay_few);
  ADD ("/timeline/follows", 200, test_follows);
  ADD ("/timeline/gives-way", 200, test_gives_way);
  ADD ("/timeline/comes-back", 200, test_comes_back);
  ADD ("/timeline/resized", 200, test_resized);
  ADD ("/timeline/expands", 200, test_expands);
  ADD ("/timeline/shows-row", LONG, test_shows_row);
  ADD ("/timeline/sent", 200, test_sent);
  ADD ("/timeline/big-message", 200, test_big_message);
  return g_test_run ();
}

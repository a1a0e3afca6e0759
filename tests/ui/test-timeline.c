/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <adwaita.h>

#include "app/bh-application.h"
#include "app/run/bh-chat-composer.h"
#include "app/run/bh-run-view.h"
#include "app/run/bh-step-row.h"
#include "app/run/bh-timeline-cell.h"
#include "app/run/bh-timeline-view.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* The timeline's list: how many widgets a long Run has, and whether its end is followed. */

#define RUN "r_0000000000000001"
#define LONG 100000
#define BIG (5 * 512 * 1024) /* more than is loaded to be shown */
/* What a list view makes around what is in sight, and more */
#define CELLS_MAX 300

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

static void
wait_for (Fixture *self, Condition condition, const char *what)
{
  WAIT_UNTIL (condition (self), what);
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

/* The rows above the end come when that was seen. */
static gboolean
is_whole (Fixture *self)
{
  GtkWidget *list = find_type (GTK_WIDGET (self->view), GTK_TYPE_LIST_VIEW);

  return g_list_model_get_n_items (G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)))) ==
         get_n (self);
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

static void
show (Fixture *self, GtkWidget *content)
{
  self->view = BH_TIMELINE_VIEW (find_type (content, BH_TYPE_TIMELINE_VIEW));
  self->adjustment = gtk_scrolled_window_get_vadjustment (
      GTK_SCROLLED_WINDOW (find_type (GTK_WIDGET (self->view), GTK_TYPE_SCROLLED_WINDOW)));
  adw_window_set_content (ADW_WINDOW (self->window), content);
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
  self->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 700, 600);
  show (self, g_object_new (BH_TYPE_TIMELINE_VIEW, "timeline", self->timeline, NULL));
  gtk_window_present (GTK_WINDOW (self->window));
  wait_for (self, is_ready, "the timeline");
  wait_for (self, is_allocated, "the list");
  wait_for (self, is_whole, "all rows");
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
  /* the pages of the end were asked for, and no others */
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "GET /v1/runs/" RUN "/rows"), <=, 3);
}

typedef struct
{
  guint empty, seen, filled;
} Cells;

/* What a list does not lay out is not mapped. */
static void
count_cells (GtkWidget *widget, Cells *cells)
{
  gboolean shows = FALSE;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      count_cells (child, cells);
      shows = shows || gtk_widget_get_visible (child);
    }
  if (!BH_IS_TIMELINE_CELL (widget))
    return;
  cells->filled += shows;
  cells->seen += gtk_widget_get_mapped (widget);
  cells->empty += gtk_widget_get_mapped (widget) && !shows;
}

/* Every row in sight is shown as soon as it is, and hardly any other is. */
static void
test_fills_what_is_seen (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < 20; i++)
    {
      Cells cells = { 0 };

      gtk_adjustment_set_value (self->adjustment, get_end (self) * (i * 37 % 20) / 20);
      let_paint (self);
      count_cells (GTK_WIDGET (self->view), &cells);
      g_assert_cmpuint (cells.empty, ==, 0);
      g_assert_cmpuint (cells.seen, >, 5);
      g_assert_cmpuint (cells.filled, <, 100);
    }
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

/* A link to a row leads there although nothing was laid out yet. */
static void
test_shows_row_at_once (Fixture *self, gconstpointer data)
{
  GtkWidget *view = g_object_new (BH_TYPE_TIMELINE_VIEW, "timeline", self->timeline, NULL);

  bh_timeline_view_show_row (BH_TIMELINE_VIEW (view), 50000, FALSE);
  show (self, view);
  wait_for (self, is_allocated, "the list");
  wait_for (self, is_whole, "all rows");
  let_paint (self);
  g_assert_false (bh_timeline_view_get_following (self->view));
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), >, get_end (self) * 0.45);
  g_assert_cmpfloat (gtk_adjustment_get_value (self->adjustment), <, get_end (self) * 0.55);
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
  show (self, GTK_WIDGET (page));
  wait_for (self, is_at_new_end, "the page");
  wait_for (self, is_whole, "all rows");
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

/* Of megabytes hardly anything is laid out, but all of it is copied. */
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
  show (self, GTK_WIDGET (page));
  wait_for (self, has_row, "the message");
  wait_for (self, is_at_new_end, "the page");
  g_assert_cmpfloat (get_end (self), <, 20000);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (page), "run.copy-row-text", "t", (guint64) 200));
  wait_for (self, has_copied, "the text");
}

/* --- names of engines ---------------------------------------------------------------------------------- */

static void
add_by (Fixture *self, BhRowKind kind, const char *author)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->kind = kind;
  row->state = BH_ROW_DONE;
  row->author = g_strdup (author);
  row->tool = kind == BH_ROW_STEP ? g_strdup ("whose") : NULL;
  row->title = kind == BH_ROW_STEP ? g_strdup ("npm test") : NULL;
  row->head = kind == BH_ROW_MESSAGE ? g_strdup ("Said") : NULL;
  scripted_coordinator_add_row (self->coordinator, RUN, row);
}

static void
put_engine (Fixture *self, const char *id, const char *name)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();

  engine->id = g_strdup (id);
  engine->name = g_strdup (name);
  engine->protocol = g_strdup ("acp");
  scripted_coordinator_put_engine (self->coordinator, engine);
}

/* How many labels in sight show that text. */
static guint
count_labels (GtkWidget *widget, const char *text)
{
  guint n = GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
            g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_labels (child, text);
  return n;
}

static gboolean
has_engine (Fixture *self)
{
  return g_strcmp0 (bh_timeline_get_run (self->timeline)->engine_used, "own-engine") == 0;
}

static gboolean
is_called_by_id (Fixture *self)
{
  return count_labels (GTK_WIDGET (self->view), "Late-engine") == 2;
}

static gboolean
is_called_by_name (Fixture *self)
{
  return count_labels (GTK_WIDGET (self->view), "Late <b>Engine</b>") == 2;
}

/* Rows that are shown before their engine has a name get it. */
static void
test_name_comes_later (Fixture *self, gconstpointer data)
{
  add_by (self, BH_ROW_MESSAGE, "late-engine");
  add_by (self, BH_ROW_MESSAGE, "codex-of-old");
  add_by (self, BH_ROW_MESSAGE, "late-engine");
  wait_for (self, is_called_by_id, "the messages");
  put_engine (self, "late-engine", "Late <b>Engine</b> – with credits");
  bh_connection_refresh_engines (self->connection);
  wait_for (self, is_called_by_name, "the name");
  g_assert_cmpuint (count_labels (GTK_WIDGET (self->view), "Late-engine"), ==, 0);
  g_assert_cmpuint (count_labels (GTK_WIDGET (self->view), "Codex-of-old"), ==, 1);
}

static gboolean
has_steps (Fixture *self)
{
  return count_labels (GTK_WIDGET (self->view), "whose") == 4;
}

static gboolean
has_step_by_name (Fixture *self)
{
  return count_labels (GTK_WIDGET (self->view), "Helping <b>Engine</b>") == 1;
}

static char *
describe_last (Fixture *self, guint before)
{
  g_autoptr (BhTimelineRow) row =
      g_list_model_get_item (G_LIST_MODEL (self->timeline), get_n (self) - 1 - before);

  return bh_row_view_describe (BH_TYPE_STEP_ROW, row);
}

/* A step of an engine that was given a part says whose it is; no other does. */
static void
test_whose_step (Fixture *self, gconstpointer data)
{
  static const char *const others[] = { "Own Engine", "Own-engine", "Bellhop", "Runbook" };
  g_autoptr (BhRun) run = bh_run_copy (bh_timeline_get_run (self->timeline));
  g_autofree char *own = NULL, *other = NULL;

  g_set_str (&run->engine_used, "own-engine");
  scripted_coordinator_put_run (self->coordinator, run);
  wait_for (self, has_engine, "the Run's engine");
  put_engine (self, "own-engine", "Own Engine");
  bh_connection_refresh_engines (self->connection);
  add_by (self, BH_ROW_STEP, "bellhop");
  add_by (self, BH_ROW_STEP, "runbook");
  add_by (self, BH_ROW_STEP, "helping-engine");
  add_by (self, BH_ROW_STEP, "own-engine");
  wait_for (self, has_steps, "the steps");
  g_assert_cmpuint (count_labels (GTK_WIDGET (self->view), "Helping-engine"), ==, 1);
  put_engine (self, "helping-engine", "Helping <b>Engine</b>");
  bh_connection_refresh_engines (self->connection);
  wait_for (self, has_step_by_name, "the name");
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_cmpuint (count_labels (GTK_WIDGET (self->view), others[i]), ==, 0);
  own = describe_last (self, 0);
  other = describe_last (self, 1);
  g_assert_true (g_str_has_prefix (own, "Step, whose, npm test"));
  g_assert_true (g_str_has_prefix (other, "Step, Helping <b>Engine</b>, whose, npm test"));
}

#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  ADD ("/timeline/opens-at-end", LONG, test_opens_at_end);
  ADD ("/timeline/widgets-stay-few", LONG, test_widgets_stay_few);
  ADD ("/timeline/fills-what-is-seen", LONG, test_fills_what_is_seen);
  ADD ("/timeline/follows", 200, test_follows);
  ADD ("/timeline/gives-way", 200, test_gives_way);
  ADD ("/timeline/comes-back", 200, test_comes_back);
  ADD ("/timeline/resized", 200, test_resized);
  ADD ("/timeline/expands", 200, test_expands);
  ADD ("/timeline/shows-row", LONG, test_shows_row);
  ADD ("/timeline/shows-row-at-once", LONG, test_shows_row_at_once);
  ADD ("/timeline/sent", 200, test_sent);
  ADD ("/timeline/big-message", 200, test_big_message);
  ADD ("/timeline/name-comes-later", 200, test_name_comes_later);
  ADD ("/timeline/whose-step", 200, test_whose_step);
  return g_test_run ();
}

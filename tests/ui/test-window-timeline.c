/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include <string.h>

#include "app/run/bh-body-window.h"
#include "app/run/bh-find-bar.h"
#include "app/run/bh-message-row.h"
#include "app/run/bh-step-body.h"
#include "app/run/bh-step-row.h"
#include "app/run/bh-timeline-cell.h"
#include "app/widgets/bh-code-view.h"
#include "app/widgets/bh-status.h"

/* The rows of a Run that is open: what each shows, and what is done with it. */

#define RUN "r_0000000000000001"
#define LINK "bellhop://run/" RUN

static void
set_up_rows (Fixture *self, gconstpointer n)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_COMPLETED, 60);

  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_set_rows (self->coordinator, RUN, GPOINTER_TO_UINT (n));
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (1), "the Run");
  open_run (self, 1);
}

static GtkWidget *
get_view (Fixture *self)
{
  return GTK_WIDGET (self->window->page->view);
}

static BhTimeline *
get_timeline (Fixture *self)
{
  return self->window->page->timeline;
}

/* (nullable): of that row, when it is in sight; what is not loaded yet has a placeholder. */
static GtkWidget *
find_cell (GtkWidget *widget, guint position)
{
  BhTimelineRow *row =
      BH_IS_TIMELINE_CELL (widget) ? bh_timeline_cell_get_row (BH_TIMELINE_CELL (widget)) : NULL;

  if (row != NULL && bh_timeline_row_get_position (row) == position && gtk_widget_get_mapped (widget))
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_cell (at, position);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_cell (Fixture *self, gconstpointer position)
{
  GtkWidget *cell = find_cell (get_view (self), GPOINTER_TO_UINT (position));

  return cell != NULL &&
         (find_type (cell, BH_TYPE_STEP_ROW) != NULL || find_type (cell, BH_TYPE_MESSAGE_ROW) != NULL);
}

static GtkWidget *
wait_cell (Fixture *self, guint position)
{
  wait_for (self, has_cell, GUINT_TO_POINTER (position), "the row");
  return find_cell (get_view (self), position);
}

static void
toggle (Fixture *self, guint position)
{
  gtk_widget_activate_action (get_view (self), "timeline.toggle", "u", position);
}

/* Whether a text view in sight shows that, and nothing else. */
static gboolean
shows_text (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_TEXT_VIEW (widget))
    {
      g_autofree char *shown = NULL;

      g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget)), "text", &shown, NULL);
      if (strcmp (g_strchomp (shown), text) == 0)
        return TRUE;
    }
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    if (shows_text (at, text))
      return TRUE;
  return FALSE;
}

/* --- menus --------------------------------------------------------------------------------------------- */

static gboolean
has_row_menu (Fixture *self, gconstpointer data)
{
  GtkWidget *list = find_type (get_view (self), GTK_TYPE_LIST_VIEW);

  if (has_item (self, "Copy Link"))
    return TRUE;
  gtk_list_view_scroll_to (GTK_LIST_VIEW (list), 3, GTK_LIST_SCROLL_FOCUS, NULL);
  gtk_widget_grab_focus (list);
  gtk_widget_activate_action (get_view (self), "timeline.menu", NULL);
  return FALSE;
}

static void
test_menu (Fixture *self, gconstpointer data)
{
  wait_cell (self, 3);
  wait_for (self, has_row_menu, NULL, "the row's menu");
  choose (self, "Copy Link");
  wait_for (self, is_copied, LINK "#3", "the link");
  wait_for (self, is_said, "Link copied", "that it is copied");
  wait_for (self, has_row_menu, NULL, "the row's menu");
  choose (self, "Copy Text");
  wait_for (self, is_copied, "step 3", "the text");
  wait_for (self, has_row_menu, NULL, "the row's menu");
  choose (self, "Expand");
  g_assert_true (bh_timeline_get_expanded (get_timeline (self), 3));
  wait_for (self, has_row_menu, NULL, "the row's menu");
  choose (self, "Collapse");
  g_assert_false (bh_timeline_get_expanded (get_timeline (self), 3));
}

static gboolean
is_marked (Fixture *self, gconstpointer position)
{
  GtkWidget *cell = find_cell (get_view (self), GPOINTER_TO_UINT (position));

  return cell != NULL && gtk_widget_has_css_class (cell, "marked");
}

/* What a link that was copied leads to: the row, of all that are there, is in sight and marked. */
static void
test_link (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) link = g_file_new_for_uri (LINK "#500");

  g_assert_null (find_cell (get_view (self), 500));
  g_application_open (G_APPLICATION (self->application), &link, 1, "");
  wait_for (self, is_marked, GUINT_TO_POINTER (500), "the row");
  g_assert_false (bh_timeline_view_get_following (self->window->page->view));
}

/* --- steps --------------------------------------------------------------------------------------------- */

static gboolean
shows_result (Fixture *self, gconstpointer text)
{
  GtkWidget *cell = find_cell (get_view (self), 5);

  return cell != NULL && shows_text (cell, text);
}

static gboolean
has_no_body (Fixture *self, gconstpointer data)
{
  return find_type (get_view (self), BH_TYPE_STEP_BODY) == NULL;
}

static gboolean
is_at_end (Fixture *self, gconstpointer last)
{
  return bh_timeline_view_get_following (self->window->page->view) && has_cell (self, last);
}

/* What an expanded step shows goes when it is scrolled away, and comes again: that it is expanded is known.
 */
static void
test_scrolled_away (Fixture *self, gconstpointer data)
{
  GtkListView *list = GTK_LIST_VIEW (find_type (get_view (self), GTK_TYPE_LIST_VIEW));

  scripted_coordinator_append (self->coordinator, RUN, 5, BH_PART_RESULT, "all is well\n");
  bh_timeline_view_show_row (self->window->page->view, 5, TRUE);
  wait_cell (self, 5);
  toggle (self, 5);
  wait_for (self, shows_result, "all is well", "the result");
  bh_timeline_view_go_to_end (self->window->page->view);
  wait_for (self, is_at_end, GUINT_TO_POINTER (999), "the end");
  /* the list keeps the one row that the keyboard was in last */
  gtk_list_view_scroll_to (list, n_items (gtk_list_view_get_model (list)) - 1, GTK_LIST_SCROLL_FOCUS, NULL);
  wait_for (self, has_no_body, NULL, "the result to go");
  g_assert_true (bh_timeline_get_expanded (get_timeline (self), 5));
  bh_timeline_view_show_row (self->window->page->view, 5, TRUE);
  wait_for (self, shows_result, "all is well", "the result again");
}

static void
test_copy_code (Fixture *self, gconstpointer data)
{
  scripted_coordinator_append (self->coordinator, RUN, 5, BH_PART_RESULT, "to be <b>copied</b>\n");
  toggle (self, 5);
  wait_for (self, shows_result, "to be <b>copied</b>", "the result");
  press (self, "Copy");
  wait_for (self, is_copied, "to be <b>copied</b>\n", "the text");
  wait_for (self, has_button, "Copied", "that it is copied");
}

static gboolean
has_colors_of_diff (Fixture *self, gconstpointer position)
{
  GtkWidget *cell = find_cell (get_view (self), GPOINTER_TO_UINT (position));
  GtkWidget *body = cell != NULL ? find_type (cell, BH_TYPE_STEP_BODY) : NULL;
  GtkWidget *view = body != NULL ? find_type (body, BH_TYPE_CODE_VIEW) : NULL;
  g_autofree char *language = NULL;

  /* that of the call is first, and not in sight */
  while (view != NULL && !gtk_widget_get_mapped (view))
    view = gtk_widget_get_next_sibling (view);
  if (view != NULL && BH_IS_CODE_VIEW (view))
    g_object_get (view, "language", &language, NULL);
  return g_strcmp0 (language, "diff") == 0;
}

static void
test_diff (Fixture *self, gconstpointer data)
{
  g_assert_cmpstr (bh_step_result_language ("diff --git a/x b/x\n"), ==, "diff");
  g_assert_cmpstr (bh_step_result_language ("--- a/x\n+++ b/x\n"), ==, "diff");
  g_assert_null (bh_step_result_language ("different\n"));
  g_assert_null (bh_step_result_language ("---\n"));
  g_assert_null (bh_step_result_language (" diff --git a/x b/x\n"));
  g_assert_null (bh_step_result_language (""));
  g_assert_null (bh_step_result_language (NULL));
  scripted_coordinator_append (self->coordinator, RUN, 5, BH_PART_RESULT, "--- a/x\n+++ b/x\n-one\n+two\n");
  scripted_coordinator_append (self->coordinator, RUN, 6, BH_PART_RESULT, "two\n");
  toggle (self, 6);
  toggle (self, 5);
  wait_for (self, shows_result, "--- a/x\n+++ b/x\n-one\n+two", "the result");
  wait_for (self, has_colors_of_diff, GUINT_TO_POINTER (5), "its colours");
  g_assert_false (has_colors_of_diff (self, GUINT_TO_POINTER (6)));
  /* also where it is only coming */
  toggle (self, 7);
  scripted_coordinator_append (self->coordinator, RUN, 7, BH_PART_RESULT, "diff --gi");
  scripted_coordinator_append (self->coordinator, RUN, 7, BH_PART_RESULT, "t a/x b/x\n");
  scripted_coordinator_append (self->coordinator, RUN, 7, BH_PART_RESULT, "--- a/x\n");
  wait_for (self, has_colors_of_diff, GUINT_TO_POINTER (7), "the colours of what comes");
}

/* By its kind, in whatever letters the engine writes it. */
static void
test_icons (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *tool, *icon;
  } kinds[] = {
    { "launch DevBox", "computer-symbolic" },
    { "exec in DevBox", "utilities-terminal-symbolic" },
    { "report job result", "x-office-document-symbolic" },
    { "Bash", "utilities-terminal-symbolic" },
    { "Edit", "document-edit-symbolic" },
    { "WebSearch", "web-browser-symbolic" },
    { "think hard", "applications-engineering-symbolic" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (BhRow) row = bh_row_new ();

      row->kind = BH_ROW_STEP;
      row->state = BH_ROW_DONE;
      row->tool = g_strdup (kinds[i].tool);
      row->title = g_strdup ("it");
      scripted_coordinator_add_row (self->coordinator, RUN, row);
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      GtkWidget *step = find_type (wait_cell (self, 2 + i), BH_TYPE_STEP_ROW);
      gpointer icon = gtk_widget_get_template_child (step, BH_TYPE_STEP_ROW, "icon");

      g_assert_cmpstr (gtk_image_get_icon_name (icon), ==, kinds[i].icon);
    }
}

/* --- thoughts ------------------------------------------------------------------------------------------ */

static void
test_thought (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_DONE;
  row->author = g_strdup ("thought");
  row->head = g_strdup ("It may be *elsewhere*.");
  scripted_coordinator_add_row (self->coordinator, RUN, row);
  wait_cell (self, 2);
  wait_for (self, has_button, "Show", "the thought");
  g_assert_false (is_said (self, "It may be elsewhere."));
  press (self, "Show");
  wait_for (self, is_said, "It may be elsewhere.", "the thought to be shown");
  press (self, "Hide");
  wait_for (self, is_not_said, "It may be elsewhere.", "the thought to be hidden");
  g_assert_true (has_button (self, "Show"));
}

/* --- the window of an output --------------------------------------------------------------------------- */

/* bytes: what the window shows at a time, and what there is */
#define RANGE (256 * 1024)
#define TOTAL (RANGE / 2 * 5)

static GtkWidget *
get_body_window (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (BH_IS_BODY_WINDOW (window))
        return window;
    }
  return NULL;
}

typedef struct
{
  guint64 from, to;
} Range;

static gboolean
shows_range (Fixture *self, gconstpointer data)
{
  const Range *range = data;
  GtkWidget *window = get_body_window ();
  GtkWidget *heading = window != NULL ? find_type (window, ADW_TYPE_WINDOW_TITLE) : NULL;
  g_autofree char *from = bh_format_bytes (range->from), *to = bh_format_bytes (range->to),
                  *total = bh_format_bytes (TOTAL), *text = NULL;

  text = g_strdup_printf ("%s – %s of %s", from, to, total);
  return heading != NULL && g_str_equal (adw_window_title_get_subtitle (ADW_WINDOW_TITLE (heading)), text);
}

static void
go (Fixture *self, const char *action, guint64 from, guint64 to)
{
  Range range = { from, to };

  if (action != NULL)
    gtk_widget_activate_action (get_body_window (), action, NULL);
  wait_for (self, shows_range, &range, "what is there");
}

static GtkWidget *
find_action (GtkWidget *widget, const char *action)
{
  if (GTK_IS_BUTTON (widget) &&
      g_strcmp0 (gtk_actionable_get_action_name (GTK_ACTIONABLE (widget)), action) == 0)
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_action (at, action);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
assert_ways (gboolean earlier, gboolean later)
{
  GtkWidget *window = get_body_window ();

  g_assert_cmpint (gtk_widget_is_sensitive (find_action (window, "body.earlier")), ==, earlier);
  g_assert_cmpint (gtk_widget_is_sensitive (find_action (window, "body.later")), ==, later);
}

static gboolean
is_closed (Fixture *self, gconstpointer data)
{
  return get_body_window () == NULL;
}

/* An output in its own window: the end first, and the way to the beginning and back. */
static void
test_body_window (Fixture *self, gconstpointer data)
{
  g_autofree char *text = g_strnfill (TOTAL, 'x');

  for (gsize i = 99; i < TOTAL; i += 100)
    text[i] = '\n';
  scripted_coordinator_append (self->coordinator, RUN, 1, BH_PART_RESULT, text);
  toggle (self, 1);
  press (self, "Open in Window");
  go (self, NULL, TOTAL - RANGE, TOTAL);
  assert_ways (TRUE, FALSE);
  go (self, "body.earlier", TOTAL - 2 * RANGE, TOTAL - RANGE);
  assert_ways (TRUE, TRUE);
  go (self, "body.earlier", 0, RANGE);
  assert_ways (FALSE, TRUE);
  go (self, "body.later", RANGE, 2 * RANGE);
  assert_ways (TRUE, TRUE);
  go (self, "body.later", 2 * RANGE, TOTAL);
  assert_ways (TRUE, FALSE);
  gtk_window_close (GTK_WINDOW (get_body_window ()));
  wait_for (self, is_closed, NULL, "the window to go");
}

/* --- the way to the end -------------------------------------------------------------------------------- */

static void
test_pill (Fixture *self, gconstpointer data)
{
  bh_timeline_view_show_row (self->window->page->view, 20, FALSE);
  wait_for (self, is_said, "To the end", "the button");
  scripted_coordinator_add_steps (self->coordinator, RUN, 1);
  wait_for (self, is_said, "1 new", "that there is one more");
  scripted_coordinator_add_steps (self->coordinator, RUN, 11);
  wait_for (self, is_said, "12 new", "that there are more");
  press (self, "Go to the End");
  wait_for (self, is_at_end, GUINT_TO_POINTER (211), "the end");
  wait_for (self, is_not_said, "12 new", "the button to go");
}

static gboolean
spins (Fixture *self, gconstpointer wanted)
{
  GtkWidget *bar = find_type (self->window, BH_TYPE_FIND_BAR);
  GObject *spinner = gtk_widget_get_template_child (bar, BH_TYPE_FIND_BAR, "spinner");

  return gtk_widget_get_visible (GTK_WIDGET (spinner)) == GPOINTER_TO_INT (wanted);
}

/* A search that takes long says so, and that nothing was found. */
static void
test_find (Fixture *self, gconstpointer data)
{
  GtkWidget *bar;

  gtk_widget_activate_action (find_type (self->window, BH_TYPE_RUN_VIEW), "run.find", NULL);
  bar = find_type (self->window, BH_TYPE_FIND_BAR);
  scripted_coordinator_hold (self->coordinator, "GET /v1/runs/" RUN "/find");
  gtk_editable_set_text (GTK_EDITABLE (gtk_widget_get_template_child (bar, BH_TYPE_FIND_BAR, "entry")),
                         "nowhere");
  wait_for (self, spins, GINT_TO_POINTER (TRUE), "the spinner");
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for (self, is_said, "Not found", "that there is nothing");
  g_assert_true (spins (self, GINT_TO_POINTER (FALSE)));
}

#define ADD(path, n, func)                                                                                   \
  g_test_add ("/window-timeline/" path, Fixture, GUINT_TO_POINTER (n), set_up_rows, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  ADD ("menu", 10, test_menu);
  ADD ("link", 1000, test_link);
  ADD ("scrolled-away", 1000, test_scrolled_away);
  ADD ("copy-code", 10, test_copy_code);
  ADD ("diff", 10, test_diff);
  ADD ("icons", 2, test_icons);
  ADD ("thought", 2, test_thought);
  ADD ("body-window", 2, test_body_window);
  ADD ("pill", 200, test_pill);
  ADD ("find", 10, test_find);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include <glib/gstdio.h>

#include "app/bh-shortcuts-dialog.h"
#include "app/questions/bh-question-dialog.h"
#include "app/run/bh-step-row.h"
#include "app/runs/bh-run-commands.h"
#include "app/runs/bh-run-pane.h"
#include "app/runs/bh-run-row.h"
#include "app/widgets/bh-markdown.h"
#include "app/widgets/bh-open-link.h"
#include "app/widgets/bh-status.h"

/* What is done with Runs from the list, and what of it is asked or told. */

#define STOP "POST /v1/runs/r_0000000000000000/stop"
#define QUESTION "q_0000000000000001"

/* --- looking ------------------------------------------------------------------------------------------- */

static AdwDialog *
dialog_of (Fixture *self)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

static gboolean
has_dialog (Fixture *self, gconstpointer unused)
{
  return dialog_of (self) != NULL;
}

static gboolean
has_no_dialog (Fixture *self, gconstpointer unused)
{
  return dialog_of (self) == NULL;
}

static gboolean
is_connected (Fixture *self, gconstpointer unused)
{
  BhConnection *local = bh_connections_get_local (bh_application_get_connections (self->application));

  return bh_connection_get_state (local) == BH_CONNECTION_CONNECTED;
}

static BhRunItem *
first_run (Fixture *self)
{
  g_autofree char *id = ui_test_run_id (0);

  return bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id);
}

/* --- stopping ------------------------------------------------------------------------------------------ */

typedef struct
{
  BhRunState state;
  BhKeep keep;
  const char *box;  /* its state */
  const char *asks; /* what would be lost */
} Stop;

static void
set_up_stop (Fixture *self, gconstpointer data)
{
  const Stop *stop = data;
  g_autofree char *id = ui_test_run_id (0);
  g_autoptr (BhRun) run = scripted_run_new (id, stop->state, 10);

  run->keep = stop->keep;
  if (stop->box != NULL)
    {
      run->box_id = g_strdup ("b_0000000000000001");
      run->box_worker = g_strdup ("desk");
      run->box_image = g_strdup ("host");
      run->box_state = g_strdup (stop->box);
    }
  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (1), "the Run");
}

static void
test_stop (Fixture *self, gconstpointer data)
{
  const Stop *stop = data;

  bh_run_stop (GTK_WIDGET (self->window), first_run (self));
  if (stop->asks != NULL)
    {
      wait_for (self, is_said, stop->asks, stop->asks);
      press (self, "_Cancel");
      wait_for (self, has_no_dialog, NULL, "the dialog to close");
      g_assert_cmpuint (scripted_coordinator_count (self->coordinator, STOP), ==, 0);
      bh_run_stop (GTK_WIDGET (self->window), first_run (self));
      press (self, "_Stop");
    }
  else
    g_assert_null (dialog_of (self));
  wait_for (self, was_asked, STOP, "the Run to be stopped");
}

/* --- the list's menu ----------------------------------------------------------------------------------- */

static BhRunPane *
pane_of (Fixture *self)
{
  return BH_RUN_PANE (find_type (self->window->list, BH_TYPE_RUN_PANE));
}

static gboolean
has_row_focused (Fixture *self, gconstpointer unused)
{
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (self->window));

  return focus != NULL && BH_IS_RUN_ROW (gtk_widget_get_first_child (focus));
}

static void
open_menu (Fixture *self)
{
  bh_run_pane_focus (pane_of (self));
  wait_for (self, has_row_focused, NULL, "a row to have the focus");
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (pane_of (self)), "list.menu", NULL));
  wait_for (self, has_item, "Delete", "the menu");
}

static gboolean
has_question (Fixture *self, gconstpointer unused)
{
  return bh_run_item_get_question (first_run (self)) != NULL &&
         bh_run_item_get_state (first_run (self)) == BH_RUN_NEEDS_YOU;
}

static void
test_answer (Fixture *self, gconstpointer unused)
{
  g_autofree char *id = ui_test_run_id (0);
  g_autoptr (BhQuestionSet) set = scripted_question_new (QUESTION, id, 0);
  BhQuestionDialog *sheet;

  scripted_coordinator_put_question (self->coordinator, set);
  put_run (self, 0, BH_RUN_NEEDS_YOU, 1);
  wait_for (self, has_question, NULL, "the question");
  open_menu (self);
  choose (self, "Answer…");
  wait_for (self, has_dialog, NULL, "the sheet");
  g_assert_true (BH_IS_QUESTION_DIALOG (dialog_of (self)));
  sheet = BH_QUESTION_DIALOG (dialog_of (self));
  g_assert_cmpstr (bh_question_dialog_get_set (sheet)->id, ==, QUESTION);
  adw_dialog_force_close (ADW_DIALOG (sheet));
}

static void
test_nothing_to_answer (Fixture *self, gconstpointer unused)
{
  open_menu (self);
  g_assert_false (has_item (self, "Answer…"));
}

/* --- what is heard of a Run ---------------------------------------------------------------------------- */

static void
assert_summary (GtkWidget *row, const char *expected)
{
  g_autofree char *summary = NULL;

  g_object_get (row, "summary", &summary, NULL);
  g_assert_cmpstr (summary, ==, expected);
}

static void
test_spoken (Fixture *self, gconstpointer unused)
{
  BhRunItem *item = first_run (self);
  g_autofree char *id = ui_test_run_id (0);
  g_autoptr (BhRun) run = scripted_run_new (id, BH_RUN_COMPLETED, 10);
  g_autofree char *when = NULL, *plain = NULL, *whole = NULL;
  GtkWidget *row = find_type (self->window->list, BH_TYPE_RUN_ROW);

  run->last_seq = bh_run_item_get_run (item)->last_seq + 1;
  run->completed_at = g_get_real_time () - G_TIME_SPAN_DAY * 40;
  g_set_str (&run->summary, "It *works*");
  bh_connection_take_run (bh_run_item_get_connection (item), run);
  when = bh_format_time (run->completed_at);
  plain = g_strdup_printf ("%s, Completed, It works, %s", run->name, when);
  whole = g_strdup_printf ("%s, Completed, It works, This computer, %s, unread", run->name, when);
  assert_summary (row, plain);
  g_object_set (row, "show-connection", TRUE, NULL);
  bh_run_item_set_unread (item, TRUE);
  assert_summary (row, whole);
}

/* --- unread -------------------------------------------------------------------------------------------- */

static void
close_window (Fixture *self)
{
  gpointer window = self->window;

  g_object_add_weak_pointer (window, &window);
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->window)));
  WAIT_FOR (window == NULL);
  ui_test_end_application (&self->application);
}

static gboolean
is_unread (Fixture *self, guint n)
{
  g_autofree char *id = ui_test_run_id (n);
  BhRunItem *item = bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id);

  g_assert_nonnull (item);
  return bh_run_item_get_unread (item);
}

static gboolean
is_marked (Fixture *self, gconstpointer n)
{
  return is_unread (self, GPOINTER_TO_UINT (n));
}

static void
end_run (Fixture *self, guint n)
{
  g_autofree char *id = ui_test_run_id (n);
  g_autoptr (BhRun) run = scripted_run_new (id, BH_RUN_COMPLETED, 50);

  run->completed_at = g_get_real_time ();
  scripted_coordinator_put_run (self->coordinator, run);
}

/* What ended unseen is marked after the app was closed, and what ended while it was. */
static void
test_unread_kept (Fixture *self, gconstpointer unused)
{
  put_run (self, 3, BH_RUN_RUNNING, 50);
  put_run (self, 4, BH_RUN_RUNNING, 50);
  wait_for (self, has_items, GUINT_TO_POINTER (5), "the Runs");
  end_run (self, 3);
  wait_for (self, is_marked, GUINT_TO_POINTER (3), "the mark");
  g_assert_false (is_unread (self, 0));
  close_window (self);
  end_run (self, 4);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (5), "the Runs again");
  g_assert_true (is_unread (self, 3));
  g_assert_true (is_unread (self, 4));
  for (guint i = 0; i < 3; i++)
    g_assert_false (is_unread (self, i));
  wait_for (self, is_connected, NULL, "all of it to be listed");
  close_window (self);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (5), "the Runs once more");
  g_assert_true (is_unread (self, 3) && is_unread (self, 4));
  for (guint i = 3; i < 5; i++)
    {
      g_autofree char *id = ui_test_run_id (i);

      bh_window_open_run (self->window, bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id));
      g_assert_false (is_unread (self, i));
    }
  wait_for (self, is_connected, NULL, "all of it to be listed");
  close_window (self);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (5), "the Runs at last");
  for (guint i = 0; i < 5; i++)
    g_assert_false (is_unread (self, i));
}

/* --- a row of the timeline ----------------------------------------------------------------------------- */

static gboolean
has_step (Fixture *self, gconstpointer unused)
{
  GtkWidget *step = find_type (self->window->page->view, BH_TYPE_STEP_ROW);

  return step != NULL && gtk_widget_get_mapped (step);
}

static GtkEventController *
find_controller (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (controller, type))
        return controller;
    }
  return NULL;
}

/* A finger has no second button. */
static void
test_long_press (Fixture *self, gconstpointer unused)
{
  g_autofree char *id = ui_test_run_id (0);
  GtkWidget *list, *step;
  GtkEventController *press;
  graphene_point_t point;

  scripted_coordinator_set_rows (self->coordinator, id, 3);
  open_run (self, 0);
  wait_for (self, has_step, NULL, "the steps");
  step = find_type (self->window->page->view, BH_TYPE_STEP_ROW);
  list = gtk_widget_get_ancestor (step, GTK_TYPE_LIST_VIEW);
  press = find_controller (list, GTK_TYPE_GESTURE_LONG_PRESS);
  g_assert_nonnull (press);
  g_assert_true (gtk_gesture_single_get_touch_only (GTK_GESTURE_SINGLE (press)));
  g_assert_true (gtk_widget_compute_point (step, list, &GRAPHENE_POINT_INIT (20, 10), &point));
  g_signal_emit_by_name (press, "pressed", (double) point.x, (double) point.y);
  wait_for (self, has_item, "Copy Text", "the menu");
}

/* --- links --------------------------------------------------------------------------------------------- */

#define CANNOT "The link could not be opened"

/* What is there for mail cannot be started: its folder is not there. */
static void
write_broken_handler (const char *folder)
{
  g_autofree char *applications = g_build_filename (folder, "applications", NULL);
  g_autofree char *entry = g_build_filename (applications, "bh-broken.desktop", NULL);
  g_autofree char *defaults = g_build_filename (folder, "mimeapps.list", NULL);

  g_assert_cmpint (g_mkdir (applications, 0700), ==, 0);
  g_assert_true (g_file_set_contents (entry,
                                      "[Desktop Entry]\nType=Application\nName=Broken\nExec=true %u\n"
                                      "Path=/nowhere/at/all\nMimeType=x-scheme-handler/mailto;\n",
                                      -1, NULL));
  g_assert_true (g_file_set_contents (defaults,
                                      "[Default Applications]\nx-scheme-handler/mailto=bh-broken.desktop\n",
                                      -1, NULL));
}

static void
test_link_fails (Fixture *self, gconstpointer unused)
{
  GtkWidget *markdown = g_object_new (BH_TYPE_MARKDOWN, NULL);
  AdwDialog *dialog = adw_dialog_new ();

  bh_open_link (GTK_WIDGET (self->window->list), "mailto:nobody@example.org");
  wait_for (self, is_said, CANNOT, CANNOT);
  /* over a dialog there are no toasts */
  adw_dialog_set_child (dialog, markdown);
  adw_dialog_present (dialog, GTK_WIDGET (self->window));
  bh_markdown_open_link (BH_MARKDOWN (markdown), "mailto:nobody@example.org");
  wait_for (self, is_said, "Link Not Opened", "the message");
  press (self, "_Close");
  adw_dialog_set_child (dialog, NULL);
  adw_dialog_force_close (dialog);
}

static void
remove_folder (char *folder)
{
  char remove[] = "rm", how[] = "-rf";
  char *arguments[] = { remove, how, folder, NULL };

  g_assert_true (
      g_spawn_sync (NULL, arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
}

/* --- dialogs ------------------------------------------------------------------------------------------- */

static void
test_shortcuts (Fixture *self, gconstpointer unused)
{
  AdwDialog *dialog = ADW_DIALOG (bh_shortcuts_dialog_new (GTK_APPLICATION (self->application)));

  adw_dialog_present (dialog, GTK_WIDGET (self->window));
  wait_for (self, is_said, "Start the New Run", "the composer's key");
  wait_for (self, is_said, "Main Menu", "the menu's key");
  wait_for (self, is_said, "F10", "the menu's key");
  adw_dialog_force_close (dialog);
}

/* Who closes a dialog knows. */
static void
test_dismissed (void)
{
  g_autoptr (GError) dismissed = g_error_new (GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED, "x");
  g_autoptr (GError) cancelled = g_error_new (GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED, "x");
  g_autoptr (GError) failed = g_error_new (GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_FAILED, "x");

  g_assert_false (bh_is_dialog_failure (NULL));
  g_assert_false (bh_is_dialog_failure (dismissed));
  g_assert_false (bh_is_dialog_failure (cancelled));
  g_assert_true (bh_is_dialog_failure (failed));
}

/* ------------------------------------------------------------------------------------------------------- */

int
main (int argc, char *argv[])
{
  static const Stop stops[] = {
    { BH_RUN_RUNNING, BH_KEEP_KEEP, "running", "What it has done so far is kept" },
    { BH_RUN_RUNNING, BH_KEEP_REMOVE, "running", "its DevBox is removed with all files in it" },
    { BH_RUN_NEEDS_YOU, BH_KEEP_KEEP, "running", NULL },
    { BH_RUN_NEEDS_YOU, BH_KEEP_REMOVE, "running", "is removed with all files in it" },
    { BH_RUN_NEEDS_YOU, BH_KEEP_REMOVE, NULL, NULL },
    { BH_RUN_QUEUED, BH_KEEP_REMOVE, "stopped", "is removed with all files in it" },
    { BH_RUN_QUEUED, BH_KEEP_REMOVE, "gone", NULL },
  };
  g_autofree char *folder = g_dir_make_tmp ("bh-window-runs-XXXXXX", NULL);
  int status;

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  write_broken_handler (folder);
  ui_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (stops); i++)
    {
      g_autofree char *path = g_strdup_printf ("/window-runs/stop/%u", i);

      g_test_add (path, Fixture, &stops[i], set_up_stop, test_stop, tear_down);
    }
#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)
  ADD ("/window-runs/answer", 1, test_answer);
  ADD ("/window-runs/nothing-to-answer", 1, test_nothing_to_answer);
  ADD ("/window-runs/spoken", 1, test_spoken);
  ADD ("/window-runs/unread-kept", 3, test_unread_kept);
  ADD ("/window-runs/long-press", 1, test_long_press);
  ADD ("/window-runs/shortcuts", 0, test_shortcuts);
  ADD ("/window-runs/link-fails", 1, test_link_fails);
  g_test_add_func ("/window-runs/dismissed", test_dismissed);
  status = g_test_run ();
  remove_folder (folder);
  return status;
}

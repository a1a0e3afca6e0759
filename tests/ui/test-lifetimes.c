/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <libdex.h>

#include "app/bh-window-private.h"
#include "app/composer/bh-composer-private.h"
#include "app/preferences/bh-preferences-dialog.h"
#include "app/questions/bh-question-dialog.h"
#include "app/questions/bh-question-page.h"
#include "app/run/bh-run-view-private.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* Everything that was shown is let go of when it is closed: also while the coordinator owes an answer, and
 * however many Runs are looked at one after the other. */

#define N_RUNS 20
#define N_ROWS 100
/* What a list view makes around what is in sight, and more */
#define CELLS_MAX 300

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhApplication *application;
  BhWindow *window;
  LetGo *shown;
} Fixture;

/* --- the fixture --------------------------------------------------------------------------------------- */

static BhConnection *
get_connection (Fixture *self)
{
  return bh_connections_get_local (bh_application_get_connections (self->application));
}

static BhRunItem *
get_run (Fixture *self, guint n)
{
  g_autofree char *id = ui_test_run_id (n);

  return bh_connection_lookup_run (get_connection (self), id);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr (BhWorkerInfo) worker = bh_worker_info_new ();
  g_autoptr (GError) error = NULL;

  worker->name = g_strdup ("desk");
  worker->online = TRUE;
  self->shown = let_go_new ();
  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_worker (self->coordinator, worker);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = ui_test_run_id (i);
      g_autoptr (BhRun) run = scripted_run_new (id, BH_RUN_RUNNING, 60 + i);

      scripted_coordinator_put_run (self->coordinator, run);
      scripted_coordinator_set_rows (self->coordinator, id, N_ROWS);
    }
  g_setenv ("BELLHOP_SOCKET", scripted_coordinator_get_socket (self->coordinator), TRUE);
  self->application = bh_application_new ();
  g_application_register (G_APPLICATION (self->application), NULL, &error);
  g_assert_no_error (error);
  self->window = bh_window_new (self->application);
  gtk_window_present (GTK_WINDOW (self->window));
  WAIT_FOR (get_run (self, n - 1) != NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->window != NULL)
    {
      let_go_add_ours (self->shown, self->window);
      gtk_window_destroy (GTK_WINDOW (self->window));
    }
  let_go_wait (self->shown);
  let_go_free (self->shown);
  ui_test_end_application (&self->application);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
}

/* A frame, so that it was really shown. */
static void
let_paint (Fixture *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self->window));
  gint64 counter = gdk_frame_clock_get_frame_counter (clock);

  gtk_widget_queue_draw (GTK_WIDGET (self->window));
  WAIT_FOR (gdk_frame_clock_get_frame_counter (clock) > counter + 1 ||
            (gtk_widget_queue_draw (GTK_WIDGET (self->window)), FALSE));
}

/* The dialog that is shown, which is to go. */
static gpointer
watch_dialog (Fixture *self, GType type)
{
  AdwDialog *dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));

  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (dialog, type));
  let_paint (self);
  let_go_add_ours (self->shown, dialog);
  return dialog;
}

/* Closes it while `request` is not answered, which is answered then. */
static void
close_while_held (Fixture *self, gpointer dialog, const char *request)
{
  WAIT_FOR (scripted_coordinator_count (self->coordinator, request) > 0);
  adw_dialog_force_close (dialog);
  scripted_coordinator_hold (self->coordinator, NULL);
  let_go_wait (self->shown);
}

/* --- dialogs ------------------------------------------------------------------------------------------- */

static void
test_preferences (Fixture *self, gconstpointer data)
{
  static const char *const pages[] = { "connections", "workers", "engines", "general" };
  gpointer dialog;

  scripted_coordinator_hold (self->coordinator, "GET /v1/devboxes");
  g_action_group_activate_action (G_ACTION_GROUP (self->application), "preferences", NULL);
  dialog = watch_dialog (self, BH_TYPE_PREFERENCES_DIALOG);
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      adw_preferences_dialog_set_visible_page_name (dialog, pages[i]);
      let_paint (self);
    }
  close_while_held (self, dialog, "GET /v1/devboxes");
}

static void
test_composer (Fixture *self, gconstpointer data)
{
  BhComposerDialog *dialog;

  scripted_coordinator_hold (self->coordinator, "POST /v1/runs");
  bh_window_compose (self->window, NULL);
  dialog = watch_dialog (self, BH_TYPE_COMPOSER_DIALOG);
  WAIT_FOR (dialog->is_loaded);
  bh_instructions_view_set_text (dialog->instructions, "Do it.");
  gtk_widget_activate_action (GTK_WIDGET (dialog), "composer.submit", NULL);
  g_assert_true (dialog->is_sending);
  close_while_held (self, dialog, "POST /v1/runs");
}

static void
test_question (Fixture *self, gconstpointer data)
{
  g_autofree char *id = ui_test_run_id (0);
  g_autoptr (BhQuestionSet) set = scripted_question_new ("q_0000000000000001", id, 1);
  gpointer dialog, next, pages;

  scripted_coordinator_put_question (self->coordinator, set);
  scripted_coordinator_hold (self->coordinator, "POST /v1/runs/r_0000000000000000/answers");
  bh_window_ask (self->window, get_connection (self), set, "A Run");
  dialog = watch_dialog (self, BH_TYPE_QUESTION_DIALOG);
  next = gtk_widget_get_template_child (dialog, BH_TYPE_QUESTION_DIALOG, "next");
  WAIT_FOR (gtk_widget_get_mapped (next));
  pages = gtk_widget_get_template_child (dialog, BH_TYPE_QUESTION_DIALOG, "pages");
  g_assert_true (bh_question_page_press_number (BH_QUESTION_PAGE (gtk_stack_get_visible_child (pages)), 1));
  g_signal_emit_by_name (next, "clicked");
  close_while_held (self, dialog, "POST /v1/runs/r_0000000000000000/answers");
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

static BhRunView *
open_run (Fixture *self, guint n)
{
  bh_window_open_run (self->window, get_run (self, n));
  WAIT_FOR (self->window->page != NULL && self->window->page->timeline != NULL);
  WAIT_FOR (bh_timeline_get_ready (self->window->page->timeline));
  /* the list has its rows then: what is done to one that nobody has is forgotten with it */
  let_paint (self);
  return self->window->page;
}

/* The timeline and some of its rows, which are to go when another Run is opened. */
static void
watch_timeline (Fixture *self)
{
  GListModel *timeline = G_LIST_MODEL (self->window->page->timeline);
  guint n = g_list_model_get_n_items (timeline);

  let_go_add (self->shown, timeline);
  for (guint i = n - 5; i < n; i++)
    {
      g_autoptr (GObject) row = g_list_model_get_item (timeline, i);

      let_go_add (self->shown, row);
    }
}

/* The page goes with a body that is asked for, the search of the timeline and its details open. */
static void
test_run_page (Fixture *self, gconstpointer data)
{
  BhRunView *page;

  scripted_coordinator_append (self->coordinator, "r_0000000000000000", N_ROWS - 1, BH_PART_RESULT,
                               "all is well\n");
  page = open_run (self, 0);
  gtk_widget_activate_action (GTK_WIDGET (page), "run.details", NULL);
  gtk_widget_activate_action (GTK_WIDGET (page), "run.find", NULL);
  scripted_coordinator_hold (self->coordinator, "GET /v1/runs/r_0000000000000000/rows/99/body");
  gtk_widget_activate_action (GTK_WIDGET (page->view), "timeline.toggle", "u", N_ROWS - 1);
  WAIT_FOR (scripted_coordinator_count (self->coordinator, "GET /v1/runs/r_0000000000000000/rows/99/body") >
            0);
  let_paint (self);
  watch_timeline (self);
  let_go_add_ours (self->shown, self->window);
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->window)));
  scripted_coordinator_hold (self->coordinator, NULL);
  let_go_wait (self->shown);
}

/* The window with all of a result in it, on its way. */
static void
test_body_window (Fixture *self, gconstpointer data)
{
  BhRunView *page = open_run (self, 0);
  GListModel *windows = gtk_window_get_toplevels ();
  guint before = g_list_model_get_n_items (windows);
  g_autoptr (GtkWindow) window = NULL;

  scripted_coordinator_hold (self->coordinator, "GET /v1/runs/r_0000000000000000/rows/99/body");
  gtk_widget_activate_action (GTK_WIDGET (page->view), "run.open-body", "(tu)", (guint64) N_ROWS - 1,
                              BH_PART_RESULT);
  WAIT_FOR (scripted_coordinator_count (self->coordinator, "GET /v1/runs/r_0000000000000000/rows/99/body") >
            0);
  g_assert_cmpuint (g_list_model_get_n_items (windows), ==, before + 1);
  for (guint i = 0; i <= before; i++)
    {
      g_autoptr (GtkWindow) at = g_list_model_get_item (windows, i);

      if (g_str_equal (G_OBJECT_TYPE_NAME (at), "BhBodyWindow"))
        let_go_add_ours (self->shown, g_set_object (&window, at) ? at : window);
    }
  g_assert_nonnull (window);
  gtk_window_destroy (window);
  g_clear_object (&window);
  scripted_coordinator_hold (self->coordinator, NULL);
  let_go_wait (self->shown);
}

/* A long session: one after the other, its last step expanded, and scrolled. */
static void
test_many_runs (Fixture *self, gconstpointer data)
{
  for (guint i = 0; i < N_RUNS; i++)
    {
      g_autofree char *id = ui_test_run_id (i);
      BhRunView *page;

      scripted_coordinator_append (self->coordinator, id, N_ROWS - 1, BH_PART_RESULT, "all is well\n");
      page = open_run (self, i);
      gtk_widget_activate_action (GTK_WIDGET (page->view), "timeline.toggle", "u", N_ROWS - 1);
      g_assert_true (bh_timeline_get_expanded (page->timeline, N_ROWS - 1));
      let_paint (self);
      bh_timeline_view_show_row (page->view, i % N_ROWS, TRUE);
      let_paint (self);
      watch_timeline (self);
      g_assert_cmpuint (bh_timeline_view_get_n_cells (page->view), <=, CELLS_MAX);
      /* those of the Runs before are gone, but for what is on its way */
      g_assert_cmpuint (let_go_count (self->shown), <, 50);
    }
  bh_window_close_run (self->window, get_run (self, N_RUNS - 1));
  let_go_wait (self->shown);
  /* and none is followed any more */
  g_assert_null (self->window->page->timeline);
}

#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("bh-lifetimes-XXXXXX", NULL);

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  ui_test_init (&argc, &argv);
  ADD ("/lifetimes/preferences", 1, test_preferences);
  ADD ("/lifetimes/composer", 1, test_composer);
  ADD ("/lifetimes/question", 1, test_question);
  ADD ("/lifetimes/run-page", 1, test_run_page);
  ADD ("/lifetimes/body-window", 1, test_body_window);
  ADD ("/lifetimes/many-runs", N_RUNS, test_many_runs);
  return g_test_run ();
}

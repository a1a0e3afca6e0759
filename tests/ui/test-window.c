/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <libdex.h>
#include <string.h>

#include "app/bh-find-run.h"
#include "app/bh-window-private.h"
#include "app/runs/bh-recipe.h"
#include "app/runs/bh-run-row.h"
#include "app/runs/bh-run-sections.h"
#include "support/scripted-coordinator.h"

/* The window on a scripted coordinator: the list and its sections, search, what is selected, deletion. */

#define N_RUNS 1000
/* what a list view makes around what is in sight, and more */
#define ROWS_MAX 300
#define CHANGES 400
#define WAIT_MS 20000

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhApplication *application;
  BhWindow *window;
  BhRunList *list;
} Fixture;

/* --- waiting ------------------------------------------------------------------------------------------- */

typedef gboolean (*Condition) (Fixture *self, gconstpointer data);

static gboolean
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
wait_for (Fixture *self, Condition condition, gconstpointer data, const char *what)
{
  gboolean late = FALSE;
  guint source = g_timeout_add (WAIT_MS, late_cb, &late);

  while (!condition (self, data) && !late)
    g_main_context_iteration (NULL, TRUE);
  if (late)
    g_error ("timed out waiting for %s", what);
  g_source_remove (source);
}

static guint
n_items (gpointer model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (model));
}

static gboolean
has_items (Fixture *self, gconstpointer n)
{
  return n_items (self->list) == GPOINTER_TO_UINT (n);
}

static gboolean
has_at_least (Fixture *self, gconstpointer n)
{
  return n_items (self->list) >= GPOINTER_TO_UINT (n);
}

static gboolean
shows (Fixture *self, gconstpointer page)
{
  GtkStack *stack = GTK_STACK (
      gtk_widget_get_template_child (GTK_WIDGET (self->window->list), BH_TYPE_RUN_LIST_VIEW, "stack"));

  return g_str_equal (gtk_stack_get_visible_child_name (stack), page);
}

static gboolean
was_asked (Fixture *self, gconstpointer request)
{
  return scripted_coordinator_count (self->coordinator, request) > 0;
}

/* --- looking ------------------------------------------------------------------------------------------- */

static guint
count_widgets (GtkWidget *widget, GType type)
{
  guint n = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && gtk_widget_get_mapped (widget);

  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    n += count_widgets (at, type);
  return n;
}

/* The button that says so, or has that icon. */
static GtkWidget *
find_button (GtkWidget *widget, const char *text)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget) &&
      (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0 ||
       g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (widget)), text) == 0))
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_button (at, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
has_button (Fixture *self, gconstpointer text)
{
  return find_button (GTK_WIDGET (self->window), text) != NULL;
}

static void
press (Fixture *self, const char *text)
{
  wait_for (self, has_button, text, text);
  g_signal_emit_by_name (find_button (GTK_WIDGET (self->window), text), "clicked");
}

static BhRunItem *
item_at (Fixture *self, guint position)
{
  g_autoptr (BhRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  g_assert_nonnull (item);
  return item;
}

/* --- the fixture --------------------------------------------------------------------------------------- */

static char *
run_id (guint n)
{
  return g_strdup_printf ("r_%016u", n);
}

static void
put_run (Fixture *self, guint n, BhRunState state, gint64 seconds_ago)
{
  g_autofree char *id = run_id (n);
  g_autoptr (BhRun) run = scripted_run_new (id, state, seconds_ago);

  scripted_coordinator_put_run (self->coordinator, run);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  self->coordinator = scripted_coordinator_new ();
  for (guint i = 0; i < n; i++)
    put_run (self, i, BH_RUN_COMPLETED, 60 + i);
  g_setenv ("BELLHOP_SOCKET", scripted_coordinator_get_socket (self->coordinator), TRUE);
  self->application = bh_application_new ();
  g_application_register (G_APPLICATION (self->application), NULL, &error);
  g_assert_no_error (error);
  self->window = bh_window_new (self->application);
  self->list = bh_run_list_view_get_list (self->window->list);
  gtk_window_present (GTK_WINDOW (self->window));
  wait_for (self, has_at_least, GUINT_TO_POINTER (MIN (n, 200)), "the Runs");
}

static void
quit_cb (gpointer application)
{
  g_application_quit (application);
}

/* It is registered without a main loop of its own, and can only be ended in one. */
static void
end_application (Fixture *self)
{
  char program[] = "bellhop", service[] = "--gapplication-service";
  char *arguments[] = { program, service, NULL };

  g_idle_add_once (quit_cb, self->application);
  g_assert_cmpint (g_application_run (G_APPLICATION (self->application), 2, arguments), ==, 0);
}

static gboolean
is_null (Fixture *self, gconstpointer pointer)
{
  return *(gpointer const *) pointer == NULL;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  gpointer window = self->window;

  if (window != NULL)
    {
      g_object_add_weak_pointer (window, &window);
      gtk_window_destroy (window);
      wait_for (self, is_null, &window, "the window to be let go of");
    }
  end_application (self);
  g_assert_true (bh_application_wind_down (self->application));
  g_assert_finalize_object (g_steal_pointer (&self->application));
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
}

/* --- sections ------------------------------------------------------------------------------------------ */

/* What a list view knows of where sections begin, from signals alone. */
typedef struct
{
  GtkSectionModel *model;
  GArray *starts; /* gboolean */
} Mirror;

static gboolean
is_start (GtkSectionModel *model, guint position)
{
  guint start, end;

  gtk_section_model_get_section (model, position, &start, &end);
  g_assert_cmpuint (start, <=, position);
  g_assert_cmpuint (end, >, position);
  return start == position;
}

static void
refresh (Mirror *self, guint from, guint to)
{
  for (guint i = from; i < MIN (to, self->starts->len); i++)
    g_array_index (self->starts, gboolean, i) = is_start (self->model, i);
}

static void
mirror_items_cb (Mirror *self, guint position, guint removed, guint added)
{
  gboolean unknown = FALSE;

  g_array_remove_range (self->starts, position, removed);
  for (guint i = 0; i < added; i++)
    g_array_insert_val (self->starts, position, unknown);
  /* what stands behind is looked at, too */
  refresh (self, position, position + added + 1);
}

static gboolean
has_state (Fixture *self, gconstpointer data)
{
  guint packed = GPOINTER_TO_UINT (data);
  g_autofree char *id = run_id (packed / 16);
  BhRunItem *item = bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id);

  return item != NULL && (guint) bh_run_item_get_state (item) == packed % 16;
}

static void
test_sections (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRunSections) sections = bh_run_sections_new (self->list);
  g_autoptr (GArray) starts = g_array_new (FALSE, TRUE, sizeof (gboolean));
  Mirror mirror = { GTK_SECTION_MODEL (sections), starts };

  mirror_items_cb (&mirror, 0, 0, n_items (sections));
  g_signal_connect_swapped (sections, "items-changed", G_CALLBACK (mirror_items_cb), &mirror);
  for (guint i = 0; i < CHANGES; i++)
    {
      /* few, so that sections are often of one or none */
      guint n = (guint) g_test_rand_int_range (0, 5), state = (guint) g_test_rand_int_range (0, 7);

      put_run (self, n, state, n < 3 ? 60 : 30 * 60 * 60);
      wait_for (self, has_state, GUINT_TO_POINTER (n * 16 + state), "the change");
      g_assert_cmpuint (starts->len, ==, n_items (sections));
      for (guint at = 0; at < starts->len; at++)
        g_assert_cmpint (g_array_index (starts, gboolean, at), ==,
                         is_start (GTK_SECTION_MODEL (sections), at));
    }
  g_signal_handlers_disconnect_by_data (sections, &mirror);
}

/* --- the list ------------------------------------------------------------------------------------------ */

static void
test_empty (Fixture *self, gconstpointer data)
{
  wait_for (self, shows, "empty", "the empty state");
  put_run (self, 1, BH_RUN_RUNNING, 1);
  wait_for (self, shows, "list", "the list");
}

static void
test_long (Fixture *self, gconstpointer data)
{
  guint rows = count_widgets (GTK_WIDGET (self->window->list), BH_TYPE_RUN_ROW);

  g_assert_cmpuint (rows, >, 2);
  g_assert_cmpuint (rows, <, ROWS_MAX);
  for (guint want = 400; want <= N_RUNS; want += 200)
    {
      bh_run_list_load_more (self->list);
      wait_for (self, has_at_least, GUINT_TO_POINTER (want), "more Runs");
    }
  g_assert_cmpuint (count_widgets (GTK_WIDGET (self->window->list), BH_TYPE_RUN_ROW), <, ROWS_MAX);
}

static GtkWidget *
find_list_view (GtkWidget *widget)
{
  GtkWidget *found = GTK_IS_LIST_VIEW (widget) ? widget : NULL;

  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL && found == NULL;
       at = gtk_widget_get_next_sibling (at))
    found = find_list_view (at);
  return found;
}

/* As one who drags the scrollbar to the end whenever there is more. */
static gboolean
goes_to_end (Fixture *self, gconstpointer n)
{
  GtkWidget *view = find_list_view (GTK_WIDGET (self->window->list));
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  return has_items (self, n);
}

static void
test_to_end (Fixture *self, gconstpointer data)
{
  wait_for (self, goes_to_end, GUINT_TO_POINTER (N_RUNS), "all Runs");
}

static gboolean
is_unknown (Fixture *self, gconstpointer id)
{
  return bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id) == NULL;
}

/* What is left is shorter than the window, in which nobody can scroll. */
static void
test_all_gone (Fixture *self, gconstpointer data)
{
  g_autofree char *last = run_id (194);

  for (guint i = 0; i < 195; i++)
    {
      g_autofree char *id = run_id (i);

      scripted_coordinator_delete_run (self->coordinator, id, FALSE);
    }
  wait_for (self, is_unknown, last, "the Runs to go");
  wait_for (self, has_at_least, GUINT_TO_POINTER (200), "those that come after them");
}

static void
test_search (Fixture *self, gconstpointer data)
{
  GtkEditable *entry = GTK_EDITABLE (
      gtk_widget_get_template_child (GTK_WIDGET (self->window->list), BH_TYPE_RUN_LIST_VIEW, "search"));

  gtk_editable_set_text (entry, "0000000000000007");
  wait_for (self, shows, "found", "the results");
  gtk_editable_set_text (entry, "nothing of that name");
  wait_for (self, shows, "nothing-found", "no results");
  gtk_editable_set_text (entry, "");
  wait_for (self, shows, "list", "all Runs");
  gtk_widget_activate_action (GTK_WIDGET (self->window->list), "filter.failed", NULL);
  wait_for (self, shows, "nothing-found", "no failed Runs");
  put_run (self, 3, BH_RUN_FAILED, 10);
  wait_for (self, shows, "found", "a failed Run");
  gtk_widget_activate_action (GTK_WIDGET (self->window->list), "filter.clear", NULL);
  wait_for (self, shows, "list", "all Runs");
}

static void
test_selected_stays (Fixture *self, gconstpointer data)
{
  BhRunItem *run = item_at (self, 3);
  BhRunItem *selected = NULL;
  guint n = (guint) g_ascii_strtoull (bh_run_item_get_id (run) + 2, NULL, 10);

  bh_window_open_run (self->window, run);
  put_run (self, n, BH_RUN_NEEDS_YOU, 60);
  wait_for (self, has_state, GUINT_TO_POINTER (n * 16 + BH_RUN_NEEDS_YOU), "the change");
  g_assert_true (item_at (self, 0) == run);
  g_object_get (self->window->list, "selected", &selected, NULL);
  g_assert_true (selected == run);
  g_assert_true (bh_window_get_run (self->window) == run);
  g_object_unref (selected);
}

/* --- deletion ------------------------------------------------------------------------------------------ */

static void
test_undo (Fixture *self, gconstpointer data)
{
  BhRunItem *run = item_at (self, 2);

  bh_window_open_run (self->window, run);
  bh_window_delete_run (self->window, run);
  g_assert_cmpuint (n_items (self->list), ==, 4);
  g_assert_null (bh_window_get_run (self->window));
  press (self, "_Undo");
  wait_for (self, has_items, GUINT_TO_POINTER (5), "the Run to be back");
  g_assert_true (item_at (self, 2) == run);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "DELETE "), ==, 0);
}

static gboolean
is_removed (Fixture *self, gconstpointer run)
{
  return bh_run_item_get_removed ((BhRunItem *) run);
}

static void
test_deleted_when_closed (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRunItem) run = g_object_ref (item_at (self, 2));

  bh_window_delete_run (self->window, run);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "DELETE "), ==, 0);
  gtk_window_destroy (GTK_WINDOW (g_steal_pointer (&self->window)));
  wait_for (self, was_asked, "DELETE /v1/runs/r_0000000000000002", "the deletion");
  wait_for (self, is_removed, run, "the Run to go");
}

static void
test_not_deleted (Fixture *self, gconstpointer data)
{
  BhRunItem *run = item_at (self, 1);

  scripted_coordinator_fail (self->coordinator, "DELETE /v1/runs/", 500,
                             "{\"status\":500,\"code\":\"internal\",\"title\":\"Broken\","
                             "\"detail\":\"The disk is broken\"}",
                             1);
  bh_window_delete_run (self->window, run);
  g_assert_cmpuint (n_items (self->list), ==, 4);
  press (self, "window-close-symbolic");
  wait_for (self, was_asked, "DELETE /v1/runs/r_0000000000000001", "the deletion");
  wait_for (self, has_items, GUINT_TO_POINTER (5), "the Run to be back");
  g_assert_true (item_at (self, 1) == run);
}

/* --- a coordinator that makes no sense ----------------------------------------------------------------- */

static gboolean
is_connected (Fixture *self, gconstpointer data)
{
  BhConnection *local = bh_connections_get_local (bh_application_get_connections (self->application));

  return bh_connection_get_state (local) == BH_CONNECTION_CONNECTED;
}

/* The first listing is done: what is asked from now on is what the test brings about. */
static void
set_up_connected (Fixture *self, gconstpointer data)
{
  set_up (self, data);
  wait_for (self, is_connected, NULL, "the connection");
}

/* A widget in sight that says this somewhere. */
static gboolean
says (GtkWidget *widget, const char *text)
{
  if (!gtk_widget_get_mapped (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    if (says (at, text))
      return TRUE;
  return FALSE;
}

static gboolean
is_said (Fixture *self, gconstpointer text)
{
  return says (GTK_WIDGET (self->window), text);
}

static gboolean
is_not_said (Fixture *self, gconstpointer text)
{
  return !is_said (self, text);
}

/* What is wrong is said in the window, with a way out, and all that was known is there. */
static void
assert_said (Fixture *self, const char *text)
{
  wait_for (self, is_said, text, text);
  wait_for (self, has_button, "_Reconnect", "the button");
  g_assert_cmpuint (n_items (self->list), ==, 5);
  press (self, "_Reconnect");
  wait_for (self, is_not_said, text, "the coordinator to make sense again");
  g_assert_cmpuint (n_items (self->list), ==, 5);
}

static void
test_bad_events (Fixture *self, gconstpointer data)
{
  scripted_coordinator_send (self->coordinator, "/v1/events",
                             "event: run\ndata: {\"id\":\n\nevent: weather\ndata: 7\n\n");
  assert_said (self, "An event “run” cannot be read");
}

static void
test_bad_list (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs?limit", 200, "{\"runs\":[7,null,[]]}", 1);
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  assert_said (self, "One of the “runs” cannot be read");
}

static void
test_no_json (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs?limit", 200, "<h1>hello</h1>", 1);
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  assert_said (self, "The coordinator's answer cannot be read");
}

static void
test_cut_off (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/info", 500, "oops", 3);
  scripted_coordinator_send (self->coordinator, "/v1/events", "event: run\ndata: {\"id\":\"r_0\",\"na");
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  wait_for (self, is_said, "500", "the error");
  g_assert_cmpuint (n_items (self->list), ==, 5);
  wait_for (self, is_not_said, "500", "the coordinator to be back");
}

static void
test_other_version (Fixture *self, int api)
{
  scripted_coordinator_set_api (self->coordinator, api);
  scripted_coordinator_hang_up (self->coordinator, "/v1/events");
  wait_for (self, is_said, "Bring both to the same release", "the other version");
  scripted_coordinator_set_api (self->coordinator, 1);
  assert_said (self, "Bring both to the same release");
}

static void
test_newer (Fixture *self, gconstpointer data)
{
  test_other_version (self, 2);
}

static void
test_older (Fixture *self, gconstpointer data)
{
  test_other_version (self, 0);
}

/* Kinds and states that nobody here knows are shown by their names, rows that cannot be read as such. */
static void
test_unknown_words (Fixture *self, gconstpointer data)
{
  static const char id[] = "r_000000000000000f";
  static const char run[] = "{\"id\":\"r_000000000000000f\",\"name\":\"Odd one\",\"state\":\"hibernating\","
                            "\"mode\":\"dreaming\",\"rows\":3,\"last_seq\":9}";
  g_autofree char *event = g_strdup_printf ("event: run\ndata: %s\n\n", run);

  scripted_coordinator_fail (
      self->coordinator, "GET /v1/runs/r_000000000000000f/rows", 200,
      "{\"rows\":[{\"n\":0,\"kind\":\"hologram\",\"state\":\"shimmering\",\"title\":\"A cat\"},"
      "{\"n\":2,\"kind\":7}],\"total\":3}",
      G_MAXUINT);
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs/r_000000000000000f", 200, run, G_MAXUINT);
  scripted_coordinator_send (self->coordinator, "/v1/events", event);
  wait_for (self, has_items, GUINT_TO_POINTER (6), "the odd Run");
  wait_for (self, is_said, "hibernating", "its state");
  bh_window_open_run (self->window, bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id));
  wait_for (self, is_said, "hologram · A cat", "the odd row");
  wait_for (self, is_said, "One of the “rows” cannot be read", "the bad row");
}

/* --- what needs no window ------------------------------------------------------------------------------ */

static void
test_links (void)
{
  static const char *const wrong[] = { "",
                                       "r_",
                                       "r_000000000000000u", /* no letter of ids */
                                       "bellhop://run/",
                                       "bellhop://run/q_0000000000000001",
                                       "bellhop://other/r_0000000000000001",
                                       "bellhop://run/r_0000000000000001#",
                                       "bellhop://run/r_0000000000000001#x",
                                       "bellhop://run/r_0000000000000001#-1",
                                       "bellhop://run/r_0000000000000001/../x",
                                       "http://run/r_0000000000000001" };
  g_autofree char *id = NULL, *with_row = NULL, *slash = NULL, *bare = NULL, *link = NULL;
  gint64 row = 0;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (bh_parse_run_link (wrong[i], &id, &row));
      g_assert_null (id);
    }
  g_assert_true (bh_parse_run_link ("r_0000000000000001", &bare, &row));
  g_assert_cmpstr (bare, ==, "r_0000000000000001");
  g_assert_cmpint (row, ==, -1);
  g_assert_true (bh_parse_run_link ("bellhop://run/r_0000000000000001/", &slash, &row));
  g_assert_cmpstr (slash, ==, "r_0000000000000001");
  link = bh_run_link ("r_0000000000000001", 12);
  g_assert_true (bh_parse_run_link (link, &with_row, &row));
  g_assert_cmpstr (with_row, ==, "r_0000000000000001");
  g_assert_cmpint (row, ==, 12);
}

static void
test_recipes (void)
{
  g_autoptr (BhRecipe) whole =
      bh_recipe_parse ("/a/tour.md", "# A tour\n\nFirst line,\nsecond line.\n\nMore.\n\n```sh\ntrue\n```\n");
  g_autoptr (BhRecipe) bare = bh_recipe_parse ("/a/bare.md", "```sh\ntrue\n```\nnot this\n");

  g_assert_cmpstr (whole->title, ==, "A tour");
  g_assert_cmpstr (whole->description, ==, "First line, second line.");
  g_assert_cmpstr (bare->title, ==, "bare.md");
  g_assert_cmpstr (bare->description, ==, "");
}

#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)
#define ADD_CONNECTED(path, func)                                                                            \
  g_test_add (path, Fixture, GUINT_TO_POINTER (5), set_up_connected, func, tear_down)

int
main (int argc, char *argv[])
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_setenv ("BELLHOP_NO_START", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  g_test_add_func ("/window/links", test_links);
  g_test_add_func ("/window/recipes", test_recipes);
  ADD ("/window/empty", 0, test_empty);
  ADD ("/window/sections", 0, test_sections);
  ADD ("/window/long", N_RUNS, test_long);
  ADD ("/window/to-end", N_RUNS, test_to_end);
  ADD ("/window/all-gone", N_RUNS, test_all_gone);
  ADD ("/window/search", 20, test_search);
  ADD ("/window/selected-stays", 5, test_selected_stays);
  ADD ("/window/undo", 5, test_undo);
  ADD ("/window/deleted-when-closed", 5, test_deleted_when_closed);
  ADD ("/window/not-deleted", 5, test_not_deleted);
  ADD_CONNECTED ("/window/bad-events", test_bad_events);
  ADD_CONNECTED ("/window/bad-list", test_bad_list);
  ADD_CONNECTED ("/window/no-json", test_no_json);
  ADD_CONNECTED ("/window/cut-off", test_cut_off);
  ADD_CONNECTED ("/window/newer", test_newer);
  ADD_CONNECTED ("/window/older", test_older);
  ADD_CONNECTED ("/window/unknown-words", test_unknown_words);
  return g_test_run ();
}

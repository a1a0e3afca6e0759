/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include "app/bh-find-run.h"
#include "app/runs/bh-recipe.h"
#include "app/runs/bh-run-row.h"
#include "app/runs/bh-run-sections.h"

/* The window on a scripted coordinator: the list and its sections, search, what is selected, deletion. */

#define N_RUNS 1000
/* what a list view makes around what is in sight, and more */
#define ROWS_MAX 300
#define CHANGES 400

/* --- looking ------------------------------------------------------------------------------------------- */

static gboolean
shows (Fixture *self, gconstpointer page)
{
  GtkStack *stack = GTK_STACK (
      gtk_widget_get_template_child (GTK_WIDGET (self->window->list), BH_TYPE_RUN_LIST_VIEW, "stack"));

  return g_str_equal (gtk_stack_get_visible_child_name (stack), page);
}

static guint
count_widgets (GtkWidget *widget, GType type)
{
  guint n = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && gtk_widget_get_mapped (widget);

  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    n += count_widgets (at, type);
  return n;
}

static BhRunItem *
item_at (Fixture *self, guint position)
{
  g_autoptr (BhRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->list), position);

  g_assert_nonnull (item);
  return item;
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
  g_autofree char *id = ui_test_run_id (packed / 16);
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

/* A page in the middle brings nothing new: those at work are known before, however old they are. */
static void
set_up_old_at_work (Fixture *self, gconstpointer data)
{
  self->coordinator = scripted_coordinator_new ();
  for (guint i = 0; i < 600; i++)
    put_run (self, i, i / 200 == 1 ? BH_RUN_RUNNING : BH_RUN_COMPLETED, 60 + i);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (400), "those that are new, and those at work");
}

static GtkAdjustment *
get_adjustment (Fixture *self)
{
  GtkWidget *view = find_list_view (GTK_WIDGET (self->window->list));

  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));
}

/* As one who drags the scrollbar to the end: until nothing moves any more. */
static gboolean
stands_at_end (Fixture *self, gconstpointer data)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self->window));
  gint64 frame = gdk_frame_clock_get_frame_counter (clock), *since = (gpointer) data;
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (*since == 0 || gtk_adjustment_get_value (adjustment) < end)
    *since = frame;
  gtk_adjustment_set_value (adjustment, end);
  gtk_widget_queue_draw (GTK_WIDGET (self->window));
  return frame > *since + 3;
}

/* Who stands at the end need not scroll to see more of it: neither while it is loaded nor when that was
 * nothing new. */
static void
test_old_at_work (Fixture *self, gconstpointer data)
{
  static const char request[] = "GET /v1/runs?limit=200&before=";
  gint64 since = 0;

  scripted_coordinator_hold (self->coordinator, request);
  wait_for (self, stands_at_end, &since, "the end");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, request), ==, 1);
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for (self, has_items, GUINT_TO_POINTER (600), "all Runs");
}

static gboolean
is_unknown (Fixture *self, gconstpointer id)
{
  return bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, id) == NULL;
}

static void
delete_runs (Fixture *self, guint n)
{
  g_autofree char *last = ui_test_run_id (n - 1);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = ui_test_run_id (i);

      scripted_coordinator_delete_run (self->coordinator, id, FALSE);
    }
  wait_for (self, is_unknown, last, "the Runs to go");
}

/* What is left is shorter than the window, in which nobody can scroll. */
static void
test_all_gone (Fixture *self, gconstpointer data)
{
  delete_runs (self, 195);
  wait_for (self, has_at_least, GUINT_TO_POINTER (200), "those that come after them");
}

/* Nor does anything move when the next page holds only what is known. */
static void
test_nothing_new (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "GET /v1/runs?limit=200&before=", 200,
                             "{\"runs\":[{\"id\":\"r_0000000000000199\",\"state\":\"completed\"}],"
                             "\"next\":\"r_0000000000000199\"}",
                             1);
  delete_runs (self, 195);
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
  gtk_widget_activate_action (GTK_WIDGET (self->window->list), "filter.needs-you", NULL);
  wait_for (self, is_said, "Filter: Needs you, Failed", "what is left out, in words");
  press (self, "Show _All");
  wait_for (self, shows, "list", "all Runs");
  wait_for (self, is_not_said, "Filter: ", "no filter");
}

static GtkListView *
get_found_view (Fixture *self)
{
  GtkStack *stack = GTK_STACK (
      gtk_widget_get_template_child (GTK_WIDGET (self->window->list), BH_TYPE_RUN_LIST_VIEW, "stack"));

  return GTK_LIST_VIEW (find_list_view (gtk_stack_get_visible_child (stack)));
}

/* As one who drags the scrollbar to the end of what was found, again and again. */
static gboolean
has_found (Fixture *self, gconstpointer n)
{
  GtkListView *view = get_found_view (self);
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
  gtk_widget_queue_draw (GTK_WIDGET (self->window));
  return n_items (gtk_list_view_get_model (view)) == GPOINTER_TO_UINT (n);
}

/* The first page is shown at once, and nothing more is asked for until somebody scrolls. */
static void
test_search_many (Fixture *self, gconstpointer data)
{
  static const char request[] = "GET /v1/runs?limit=200&q=0000&before=";
  GtkEditable *entry = GTK_EDITABLE (
      gtk_widget_get_template_child (GTK_WIDGET (self->window->list), BH_TYPE_RUN_LIST_VIEW, "search"));

  gtk_editable_set_text (entry, "0000");
  wait_for (self, shows, "found", "the results");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, request), ==, 0);
  wait_for (self, has_found, GUINT_TO_POINTER (N_RUNS), "all that was found");
}

static gboolean
has_page (Fixture *self, gconstpointer data)
{
  return self->window->page != NULL;
}

/* The page is there before a Run is opened, but not in sight, and is the one that shows it. */
static void
test_prepared (Fixture *self, gconstpointer data)
{
  AdwNavigationSplitView *split = self->window->split;
  BhRunView *page;

  wait_for (self, has_page, NULL, "the page");
  page = self->window->page;
  g_assert_true (adw_navigation_split_view_get_content (split) == self->window->nothing);
  g_assert_null (bh_window_get_run (self->window));
  bh_window_open_run (self->window, item_at (self, 0));
  g_assert_true (self->window->page == page);
  g_assert_true (adw_navigation_split_view_get_content (split) == ADW_NAVIGATION_PAGE (page));
}

/* Who opens a Run before there is a page has it asked for first, and sees the last that was opened. */
static void
test_ahead (Fixture *self, gconstpointer data)
{
  AdwNavigationSplitView *split = self->window->split;
  BhRunItem *first = item_at (self, 0), *last = item_at (self, 1);

  wait_for (self, has_page, NULL, "the page");
  g_clear_object (&self->window->page);
  bh_window_open_run (self->window, first);
  g_assert_true (bh_window_get_run (self->window) == first);
  bh_window_close_run (self->window, first);
  g_assert_null (bh_window_get_run (self->window));
  g_assert_true (adw_navigation_split_view_get_content (split) == self->window->nothing);
  bh_window_open_run (self->window, first);
  bh_window_open_run (self->window, last);
  g_assert_null (self->window->page);
  g_assert_true (bh_window_get_run (self->window) == last);
  wait_for (self, has_page, NULL, "the page again");
  g_assert_true (bh_run_view_get_run (self->window->page) == last);
  g_assert_true (bh_window_get_run (self->window) == last);
  g_assert_true (adw_navigation_split_view_get_content (split) == ADW_NAVIGATION_PAGE (self->window->page));
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

/* What is shown of the files, and translated, are their own words. */
static void
test_recipes (void)
{
  g_autoptr (DexFuture) loaded = bh_recipes_load ();
  GPtrArray *recipes;

  WAIT_FOR (!dex_future_is_pending (loaded));
  recipes = g_value_get_boxed (dex_future_get_value (loaded, NULL));
  g_assert_cmpuint (recipes->len, ==, 3);
  for (guint i = 0; i < recipes->len; i++)
    {
      const BhRecipe *recipe = g_ptr_array_index (recipes, i);
      g_autofree char *begins = g_strdup_printf ("# %s\n\n%s\n\n", recipe->title, recipe->description);
      g_autofree char *text = NULL;

      g_assert_true (g_file_get_contents (recipe->path, &text, NULL, NULL));
      g_assert_true (g_str_has_prefix (text, begins));
    }
}

/* Summaries and questions are Markdown, reasons and steps are not. */
static void
test_lines (void)
{
  static const struct
  {
    BhRunState state;
    const char *current, *summary, *reason, *line;
  } cases[] = {
    { BH_RUN_COMPLETED, NULL, "# Done *well*\n\nMore.", NULL, "Done well More." },
    { BH_RUN_COMPLETED, "ls *.c *.h", NULL, NULL, "ls *.c *.h" },
    { BH_RUN_NEEDS_YOU, "Which `one`?", NULL, NULL, "Which one?" },
    { BH_RUN_RUNNING, "echo `date`\n# and more", NULL, NULL, "echo `date` # and more" },
    { BH_RUN_FAILED, NULL, "*Not* so well", NULL, "Not so well" },
    { BH_RUN_FAILED, "a", "b", "\n# 2 of *.c and *.h are `odd`\n", "# 2 of *.c and *.h are `odd`" },
    { BH_RUN_STOPPED, NULL, NULL, "You stopped it", "You stopped it" },
    { BH_RUN_FAILED, NULL, NULL, NULL, "Failed" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (BhRun) run = bh_run_new ();
      g_autofree char *line = NULL;

      run->state = cases[i].state;
      run->current = g_strdup (cases[i].current);
      run->summary = g_strdup (cases[i].summary);
      run->reason = g_strdup (cases[i].reason);
      line = bh_run_record_line (run);
      g_assert_cmpstr (line, ==, cases[i].line);
    }
}

#define ADD(path, n, func) g_test_add (path, Fixture, GUINT_TO_POINTER (n), set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  g_test_add_func ("/window/links", test_links);
  g_test_add_func ("/window/recipes", test_recipes);
  g_test_add_func ("/window/lines", test_lines);
  ADD ("/window/empty", 0, test_empty);
  ADD ("/window/sections", 0, test_sections);
  ADD ("/window/long", N_RUNS, test_long);
  g_test_add ("/window/old-at-work", Fixture, NULL, set_up_old_at_work, test_old_at_work, tear_down);
  ADD ("/window/all-gone", N_RUNS, test_all_gone);
  ADD ("/window/nothing-new", N_RUNS, test_nothing_new);
  ADD ("/window/search", 20, test_search);
  ADD ("/window/search-many", N_RUNS, test_search_many);
  ADD ("/window/prepared", 5, test_prepared);
  ADD ("/window/ahead", 5, test_ahead);
  ADD ("/window/selected-stays", 5, test_selected_stays);
  ADD ("/window/undo", 5, test_undo);
  ADD ("/window/deleted-when-closed", 5, test_deleted_when_closed);
  ADD ("/window/not-deleted", 5, test_not_deleted);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include <glib/gstdio.h>
#include <string.h>

/* The details beside a Run: what they tell of it, and what can be done there. */

#define RUN "r_0000000000000001"
#define BOX "b_0000000000000001"

/* A Run that says all that a Run can say. */
static BhRun *
make_run (BhRunState state)
{
  BhRun *run = scripted_run_new (RUN, state, 600);

  run->engine_used = g_strdup ("codex");
  run->engine_why = g_strdup ("The first that was found & signed in");
  run->permissions = BH_PERMISSIONS_ASK;
  run->target_worker = g_strdup ("desk");
  run->target_image = g_strdup ("host");
  run->ticket_url = g_strdup ("https://example.org/tickets/7");
  run->started_at = run->created_at + 5 * G_USEC_PER_SEC;
  if (bh_run_state_is_terminal (state))
    run->completed_at = run->started_at + 125 * G_USEC_PER_SEC;
  run->turns = 3;
  run->has_usage = TRUE;
  run->input_tokens = 12345;
  run->output_tokens = 678;
  run->context_used = 50000;
  run->context_size = 200000;
  run->cost = 0.417;
  run->currency = g_strdup ("USD");
  run->summary = g_strdup ("Moved: https://example.org/pull/1, see <https://example.org/build/2>.");
  run->box_id = g_strdup (BOX);
  run->box_worker = g_strdup ("desk");
  run->box_image = g_strdup ("host");
  run->box_state = g_strdup ("running");
  return run;
}

static gboolean
is_shown (Fixture *self, gconstpointer data)
{
  return gtk_widget_get_mapped (GTK_WIDGET (self->window->page->details));
}

static void
set_up_details (Fixture *self, gconstpointer state)
{
  g_autoptr (BhRun) run = make_run ((BhRunState) GPOINTER_TO_UINT (state));

  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_set_rows (self->coordinator, RUN, 3);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (1), "the Run");
  open_run (self, 1);
  gtk_widget_activate_action (GTK_WIDGET (self->window->page), "run.details", NULL);
  wait_for (self, is_shown, NULL, "the details");
}

static gpointer
get_part (Fixture *self, const char *name)
{
  return gtk_widget_get_template_child (GTK_WIDGET (self->window->page->details), BH_TYPE_RUN_DETAILS, name);
}

/* What the row says, NULL: it is not there. */
static const char *
get_value (Fixture *self, const char *row)
{
  return gtk_widget_get_mapped (get_part (self, row)) ? adw_action_row_get_subtitle (get_part (self, row))
                                                      : NULL;
}

typedef struct
{
  const char *row, *value;
} Value;

static gboolean
has_value (Fixture *self, gconstpointer data)
{
  const Value *wanted = data;

  return g_strcmp0 (get_value (self, wanted->row), wanted->value) == 0;
}

/* --- what they tell ------------------------------------------------------------------------------------ */

static void
test_all (Fixture *self, gconstpointer data)
{
  static const Value values[] = {
    { "status", "Completed" },
    { "mode", "Interactive: may pause and ask" },
    { "permissions", "The engine asks you" },
    { "engine", "Codex\nThe first that was found & signed in" },
    { "target", "desk · host" },
    { "ticket", "https://example.org/tickets/7" },
    { "box", BOX },
    { "duration", "2 min 5 s" },
    { "turns", "3" },
    { "tokens", "12345 read\n678 written\n25% of the context in use" },
    { "cost", "0.42 USD" },
    { "id", RUN },
  };
  static const char *const times[] = { "created", "started", "completed" };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_assert_cmpstr (get_value (self, values[i].row), ==, values[i].value);
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    g_assert_nonnull (strchr (get_value (self, times[i]), ':'));
  g_assert_true (is_said (self, "Running, desk · host"));
  g_assert_true (is_said (self, "https://example.org/pull/1"));
  g_assert_true (is_said (self, "https://example.org/build/2"));
}

static void
put (Fixture *self, BhRun *run)
{
  scripted_coordinator_put_run (self->coordinator, run);
}

/* What a Run has not is not there. */
static void
test_little (Fixture *self, gconstpointer data)
{
  static const char *const gone[] = {
    "permissions", "ticket", "box",  "started", "completed",   "duration",
    "turns",       "tokens", "cost", "summary", "links_group", "box_group"
  };
  static const Value waits = { "status", "Queued, number 2 in the queue\nBoth DevBoxes are in use" };
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_QUEUED, 5);

  run->position = 2;
  run->reason = g_strdup ("Both DevBoxes are in use");
  put (self, run);
  wait_for (self, has_value, &waits, "the other record");
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    g_assert_false (gtk_widget_get_mapped (get_part (self, gone[i])));
  g_assert_cmpstr (get_value (self, "engine"), ==, "Found when it starts");
  g_assert_cmpstr (get_value (self, "target"), ==, "Asked for when it is needed");
}

/* Each amount only if the engine says it, and its name once. */
static void
test_parts (Fixture *self, gconstpointer data)
{
  static const Value why = { "engine", "Codex is what you chose" };
  g_autoptr (BhRun) run = make_run (BH_RUN_COMPLETED);

  g_set_str (&run->engine_why, "Codex is what you chose");
  run->input_tokens = run->context_used = -1;
  g_clear_pointer (&run->currency, g_free);
  put (self, run);
  wait_for (self, has_value, &why, "the other record");
  g_assert_cmpstr (get_value (self, "tokens"), ==, "678 written");
  g_assert_null (get_value (self, "cost"));
}

/* --- what can be done ---------------------------------------------------------------------------------- */

static void
test_copy_id (Fixture *self, gconstpointer data)
{
  press (self, "Copy Run ID");
  wait_for (self, is_copied, RUN, "the id");
}

static gboolean
can_press (Fixture *self, const char *part)
{
  GtkWidget *button = get_part (self, part);

  return gtk_widget_get_mapped (button) && gtk_widget_is_sensitive (button);
}

/* While the Run is at work, it is the Run that is stopped. */
static void
test_box_at_work (Fixture *self, gconstpointer data)
{
  g_assert_false (can_press (self, "stop_box"));
  g_assert_false (can_press (self, "remove_box"));
}

static gboolean
is_hidden (Fixture *self, gconstpointer part)
{
  return !gtk_widget_get_mapped (get_part (self, part));
}

static void
test_stop_box (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = make_run (BH_RUN_COMPLETED);

  g_assert_true (can_press (self, "stop_box"));
  press (self, "Stop");
  wait_for (self, was_asked, "POST /v1/devboxes/" BOX "/stop", "it to be stopped");
  g_set_str (&run->box_state, "stopped");
  put (self, run);
  wait_for (self, is_hidden, "stop_box", "what is stopped");
  g_assert_true (is_said (self, "Stopped, desk · host"));
  g_assert_true (can_press (self, "remove_box"));
}

static void
test_stop_box_fails (Fixture *self, gconstpointer data)
{
  scripted_coordinator_fail (self->coordinator, "POST /v1/devboxes/", 503,
                             "{\"title\":\"T\",\"status\":503,\"code\":\"worker_offline\","
                             "\"detail\":\"The worker desk is away\"}",
                             1);
  press (self, "Stop");
  wait_for (self, is_said, "The worker desk is away", "the reason");
  /* and not any more once it was tried again */
  press (self, "Stop");
  wait_for (self, is_not_said, "The worker desk is away", "the reason to go");
}

static void
test_remove_box (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = make_run (BH_RUN_COMPLETED);

  press (self, "Remove…");
  wait_for (self, is_said, "Remove This DevBox?", "the question");
  press (self, "_Cancel");
  wait_for (self, is_not_said, "Remove This DevBox?", "the question to go");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "DELETE "), ==, 0);
  press (self, "Remove…");
  press (self, "_Remove");
  wait_for (self, was_asked, "DELETE /v1/devboxes/" BOX, "it to be removed");
  g_set_str (&run->box_state, "gone");
  put (self, run);
  wait_for (self, is_hidden, "remove_box", "what is removed");
  g_assert_true (is_said (self, "Removed, desk · host"));
}

/* --- links --------------------------------------------------------------------------------------------- */

static char *folder;

static void
write_file (const char *name, const char *text, int mode)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, NULL));
}

/* The browser of this test, which writes down what it is told to open. */
static void
make_browser (void)
{
  g_autofree char *entry = NULL;

  folder = g_dir_make_tmp ("bh-browser-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("XDG_CONFIG_HOME", folder, TRUE);
  entry = g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Browser\nExec=%s/browser %%u\n"
                           "MimeType=x-scheme-handler/https;\n",
                           folder);
  write_file ("browser", "#!/bin/sh\nprintf '%s\\n' \"$1\" >> \"$0.opened\"\n", 0700);
  write_file ("applications/test-browser.desktop", entry, 0600);
  write_file ("mimeapps.list", "[Default Applications]\nx-scheme-handler/https=test-browser.desktop\n", 0600);
}

static gboolean
has_opened (Fixture *self, gconstpointer uri)
{
  g_autofree char *path = g_build_filename (folder, "browser.opened", NULL), *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, uri) != NULL;
}

static void
remove_browser (void)
{
  static const char *const files[] = { "browser", "browser.opened", "applications/test-browser.desktop",
                                       "mimeapps.list" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_unlink (path);
    }
  g_free (folder);
}

/* (nullable): the row of that title. */
static GtkWidget *
find_row (GtkWidget *widget, const char *title)
{
  if (ADW_IS_ACTION_ROW (widget) &&
      g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title))
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_row (at, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
test_links (Fixture *self, gconstpointer data)
{
  GtkWidget *row = find_row (get_part (self, "links_group"), "https://example.org/pull/1");

  press (self, "Open Ticket");
  wait_for (self, has_opened, "https://example.org/tickets/7\n", "the ticket");
  g_assert_false (has_opened (self, "pull"));
  adw_action_row_activate (ADW_ACTION_ROW (row));
  wait_for (self, has_opened, "https://example.org/pull/1\n", "the link");
}

/* Whatever a coordinator calls a ticket: only what a browser shows is opened. */
static void
test_no_link (Fixture *self, gconstpointer data)
{
  static const Value ticket = { "ticket", "file:///etc/passwd" };
  g_autoptr (BhRun) run = make_run (BH_RUN_COMPLETED);

  g_set_str (&run->ticket_url, ticket.value);
  put (self, run);
  wait_for (self, has_value, &ticket, "the other ticket");
  g_assert_false (
      gtk_widget_is_sensitive (adw_action_row_get_activatable_widget (get_part (self, "ticket"))));
}

#define ADD(path, state, func)                                                                               \
  g_test_add ("/window-details/" path, Fixture, GUINT_TO_POINTER (state), set_up_details, func, tear_down)

int
main (int argc, char *argv[])
{
  int status;

  make_browser ();
  ui_test_init (&argc, &argv);
  ADD ("all", BH_RUN_COMPLETED, test_all);
  ADD ("little", BH_RUN_COMPLETED, test_little);
  ADD ("parts", BH_RUN_COMPLETED, test_parts);
  ADD ("copy-id", BH_RUN_COMPLETED, test_copy_id);
  ADD ("box-at-work", BH_RUN_RUNNING, test_box_at_work);
  ADD ("stop-box", BH_RUN_COMPLETED, test_stop_box);
  ADD ("stop-box-fails", BH_RUN_COMPLETED, test_stop_box_fails);
  ADD ("remove-box", BH_RUN_COMPLETED, test_remove_box);
  ADD ("links", BH_RUN_COMPLETED, test_links);
  ADD ("no-link", BH_RUN_COMPLETED, test_no_link);
  status = g_test_run ();
  remove_browser ();
  return status;
}

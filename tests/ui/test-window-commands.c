/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-window-util.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/bh-settings.h"
#include "app/composer/bh-composer-private.h"
#include "app/questions/bh-question-dialog.h"
#include "app/run/bh-message-chip.h"
#include "app/runs/bh-run-pane.h"
#include "protocol/bh-json-util.h"

/* What a person does with a Run that is open, by the buttons and menus that are there for it. */

#define RUN "r_0000000000000001"
#define MESSAGES "POST /v1/runs/" RUN "/messages"
#define ROWS "GET /v1/runs/" RUN "/rows"
#define REFUSED "{\"status\":409,\"code\":\"not_queued\",\"title\":\"T\",\"detail\":\"%s\"}"

static void
set_up_open (Fixture *self, gconstpointer state)
{
  g_autoptr (BhRun) run = scripted_run_new (RUN, (BhRunState) GPOINTER_TO_UINT (state), 60);

  g_set_str (&run->name, "Move the toggle");
  run->instructions = g_strdup ("# Move the toggle\n\nTo where it belongs.");
  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_run (self->coordinator, run);
  scripted_coordinator_set_rows (self->coordinator, RUN, 5);
  open_window (self);
  wait_for (self, has_items, GUINT_TO_POINTER (1), "the Run");
  open_run (self, 1);
}

static BhTimeline *
get_timeline (Fixture *self)
{
  return self->window->page->timeline;
}

static BhRunItem *
get_run (Fixture *self)
{
  return bh_run_list_lookup (self->list, BH_CONNECTION_LOCAL_ID, RUN);
}

static void
open_menu (Fixture *self, gpointer button)
{
  g_assert_true (gtk_widget_get_mapped (button));
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
}

static void
open_run_menu (Fixture *self)
{
  open_menu (self, self->window->page->menu_button);
}

/* Of the JSON that was sent last. */
static const char *
sent_string (JsonNode *body, const char *name)
{
  return json_object_get_string_member_with_default (json_node_get_object (body), name, NULL);
}

static gboolean
sent_boolean (JsonNode *body, const char *name)
{
  return json_object_get_boolean_member_with_default (json_node_get_object (body), name, FALSE);
}

static JsonNode *
last_sent (Fixture *self)
{
  g_autofree char *text = scripted_coordinator_last_body (self->coordinator);

  return bh_json_parse (text, -1, NULL);
}

/* --- steering ------------------------------------------------------------------------------------------ */

static GtkTextBuffer *
get_message (Fixture *self)
{
  GtkWidget *view = find_type (self->window->page->composer, GTK_TYPE_TEXT_VIEW);

  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
}

static gboolean
is_written (Fixture *self, gconstpointer text)
{
  g_autofree char *written = NULL;

  g_object_get (get_message (self), "text", &written, NULL);
  return g_strcmp0 (written, text) == 0;
}

static gboolean
has_chip (Fixture *self, gconstpointer data)
{
  return find_type (self->window->page->composer, BH_TYPE_MESSAGE_CHIP) != NULL;
}

static gboolean
has_no_chip (Fixture *self, gconstpointer data)
{
  return !has_chip (self, data);
}

static void
say (Fixture *self, const char *text)
{
  gtk_text_buffer_set_text (get_message (self), text, -1);
  press (self, "Send");
  wait_for (self, is_written, "", "the message to be sent");
  wait_for (self, has_chip, NULL, "the message that is queued");
}

static void
test_send (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonNode) body = NULL;

  say (self, "After this step");
  body = last_sent (self);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, MESSAGES), ==, 1);
  g_assert_cmpstr (sent_string (body, "text"), ==, "After this step");
  g_assert_false (sent_boolean (body, "interrupt"));
}

static void
test_interrupt (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonNode) body = NULL;

  gtk_text_buffer_set_text (get_message (self), "Not another step", -1);
  open_menu (self, find_type (self->window->page->composer, GTK_TYPE_MENU_BUTTON));
  choose (self, "Interrupt Now");
  wait_for (self, is_written, "", "the message to be sent");
  body = last_sent (self);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, MESSAGES), ==, 1);
  g_assert_cmpstr (sent_string (body, "text"), ==, "Not another step");
  g_assert_true (sent_boolean (body, "interrupt"));
}

/* Who takes a message back mostly wants to change it. */
static void
test_withdraw (Fixture *self, gconstpointer data)
{
  say (self, "To be changed");
  press (self, "Withdraw This Message");
  wait_for (self, was_asked, "DELETE /v1/runs/" RUN "/messages/m_made0", "it to be withdrawn");
  wait_for (self, is_written, "To be changed", "its text to be there to be changed");
  wait_for (self, has_no_chip, NULL, "the message to go");
}

/* What is being written is not replaced: what comes back stands behind it. */
static void
test_withdraw_while_writing (Fixture *self, gconstpointer data)
{
  say (self, "Too hasty");
  gtk_text_buffer_set_text (get_message (self), "The next one", -1);
  press (self, "Withdraw This Message");
  wait_for (self, has_no_chip, NULL, "the message to go");
  wait_for (self, is_written, "The next one\n\nToo hasty", "its text to be there, too");
}

static void
test_withdraw_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *problem = g_strdup_printf (REFUSED, "It was delivered already");

  say (self, "Too late");
  scripted_coordinator_fail (self->coordinator, "DELETE /v1/runs/" RUN "/messages/", 409, problem, 1);
  press (self, "Withdraw This Message");
  wait_for (self, is_said, "It was delivered already", "the reason");
  g_assert_true (is_written (self, ""));
  g_assert_true (has_chip (self, NULL));
}

/* --- the Run's own ------------------------------------------------------------------------------------- */

static gpointer
get_dialog (Fixture *self)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self->window));
}

static gboolean
has_dialog (Fixture *self, gconstpointer data)
{
  return get_dialog (self) != NULL;
}

static gboolean
is_named (Fixture *self, gconstpointer name)
{
  return g_strcmp0 (bh_run_item_get_name (get_run (self)), name) == 0;
}

static void
name_in_dialog (Fixture *self, const char *name)
{
  wait_for (self, has_dialog, NULL, "the dialog");
  g_assert_true (ADW_IS_ALERT_DIALOG (get_dialog (self)));
  gtk_editable_set_text (GTK_EDITABLE (
                             adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (get_dialog (self)))),
                         name);
}

static void
rename_to (Fixture *self, const char *name)
{
  open_run_menu (self);
  choose (self, "Rename…");
  name_in_dialog (self, name);
}

static void
test_rename (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonNode) body = NULL;

  rename_to (self, "  Move the switch ");
  press (self, "_Rename");
  wait_for (self, is_named, "Move the switch", "the new name");
  wait_for (self, is_said, "Move the switch", "the new name to be shown");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "PATCH /v1/runs/" RUN), ==, 1);
  body = last_sent (self);
  g_assert_cmpstr (sent_string (body, "name"), ==, "Move the switch");
}

/* Without a name, or with the one it has, there is nothing to be done. */
static void
test_not_renamed (Fixture *self, gconstpointer data)
{
  rename_to (self, "   ");
  g_assert_false (adw_alert_dialog_get_response_enabled (ADW_ALERT_DIALOG (get_dialog (self)), "rename"));
  gtk_editable_set_text (GTK_EDITABLE (
                             adw_alert_dialog_get_extra_child (ADW_ALERT_DIALOG (get_dialog (self)))),
                         "Move the toggle ");
  press (self, "_Rename");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "PATCH "), ==, 0);
}

static void
test_rename_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *problem = g_strdup_printf (REFUSED, "The disk is full");

  scripted_coordinator_fail (self->coordinator, "PATCH /v1/runs/" RUN, 500, problem, 1);
  rename_to (self, "Move the switch");
  press (self, "_Rename");
  wait_for (self, is_said, "“Move the toggle” could not be renamed: The disk is full", "the reason");
  g_assert_true (is_named (self, "Move the toggle"));
}

static gboolean
is_composing (Fixture *self, gconstpointer instructions)
{
  BhComposerDialog *dialog = BH_IS_COMPOSER_DIALOG (get_dialog (self)) ? get_dialog (self) : NULL;
  g_autofree char *text = dialog != NULL ? bh_instructions_view_get_text (dialog->instructions) : NULL;

  return g_strcmp0 (text, instructions) == 0;
}

static void
test_again (Fixture *self, gconstpointer data)
{
  open_run_menu (self);
  choose (self, "Run Again…");
  wait_for (self, is_composing, "# Move the toggle\n\nTo where it belongs.", "its instructions");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "POST "), ==, 0);
}

static gboolean
composes_autonomous (Fixture *self, gconstpointer data)
{
  BhComposerDialog *dialog = BH_IS_COMPOSER_DIALOG (get_dialog (self)) ? get_dialog (self) : NULL;

  return dialog != NULL && gtk_check_button_get_active (dialog->autonomous);
}

/* As the person has set it. */
static void
test_new (Fixture *self, gconstpointer data)
{
  g_autoptr (GSettings) settings = bh_settings_new ();

  g_settings_set_string (settings, "default-mode", "autonomous");
  bh_window_compose (self->window, NULL);
  wait_for (self, composes_autonomous, NULL, "the mode to be as was set");
  g_settings_reset (settings, "default-mode");
}

static void
test_copy_link (Fixture *self, gconstpointer data)
{
  open_run_menu (self);
  choose (self, "Copy Link");
  wait_for (self, is_copied, "bellhop://run/" RUN, "the link");
  wait_for (self, is_said, "Link copied", "that it is copied");
}

static void
test_collapse_all (Fixture *self, gconstpointer data)
{
  GtkWidget *view = GTK_WIDGET (self->window->page->view);

  for (guint row = 2; row < 5; row++)
    {
      gtk_widget_activate_action (view, "timeline.toggle", "u", row);
      g_assert_true (bh_timeline_get_expanded (get_timeline (self), row));
    }
  open_run_menu (self);
  choose (self, "Collapse All Steps");
  for (guint row = 0; row < 5; row++)
    g_assert_false (bh_timeline_get_expanded (get_timeline (self), row));
}

/* --- from the list ------------------------------------------------------------------------------------- */

static gboolean
has_list_menu (Fixture *self, gconstpointer data)
{
  GtkWidget *pane = find_type (self->window->list, BH_TYPE_RUN_PANE);

  if (has_item (self, "Run Again…"))
    return TRUE;
  /* the row comes with the frame that lays it out */
  bh_run_pane_focus (BH_RUN_PANE (pane));
  gtk_widget_activate_action (pane, "list.menu", NULL);
  return FALSE;
}

static void
test_list_stop (Fixture *self, gconstpointer data)
{
  wait_for (self, has_list_menu, NULL, "the list's menu");
  choose (self, "Stop");
  wait_for (self, has_dialog, NULL, "the question");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "POST "), ==, 0);
  press (self, "_Stop");
  wait_for (self, was_asked, "POST /v1/runs/" RUN "/stop", "it to be stopped");
}

static void
test_list_over (Fixture *self, gconstpointer data)
{
  wait_for (self, has_list_menu, NULL, "the list's menu");
  g_assert_false (has_item (self, "Stop"));
  choose (self, "Copy Link");
  wait_for (self, is_copied, "bellhop://run/" RUN, "the link");
  wait_for (self, has_list_menu, NULL, "the list's menu");
  choose (self, "Run Again…");
  wait_for (self, is_composing, "# Move the toggle\n\nTo where it belongs.", "its instructions");
}

static void
test_list_rename (Fixture *self, gconstpointer data)
{
  wait_for (self, has_list_menu, NULL, "the list's menu");
  choose (self, "Rename…");
  name_in_dialog (self, "Move the switch");
  press (self, "_Rename");
  wait_for (self, is_named, "Move the switch", "the new name");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "PATCH /v1/runs/" RUN), ==, 1);
}

static gboolean
is_open (Fixture *self, gconstpointer data)
{
  return bh_window_get_run (self->window) != NULL;
}

/* It can be undone as long as it is told of, and is done after that. */
static void
test_list_delete (Fixture *self, gconstpointer data)
{
  wait_for (self, has_list_menu, NULL, "the list's menu");
  choose (self, "Delete");
  g_assert_false (is_open (self, NULL));
  press (self, "_Undo");
  wait_for (self, has_list_menu, NULL, "the list's menu of the Run that is back");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "DELETE "), ==, 0);
  choose (self, "Delete");
  adw_toast_overlay_dismiss_all (self->window->toasts);
  wait_for (self, was_asked, "DELETE /v1/runs/" RUN, "it to be deleted");
}

static GtkWidget *
get_focus (Fixture *self)
{
  return gtk_window_get_focus (GTK_WINDOW (self->window));
}

static gboolean
has_focus (Fixture *self, gconstpointer widget)
{
  return get_focus (self) == widget;
}

static gboolean
has_no_menu (Fixture *self, gconstpointer data)
{
  return !has_item (self, "Copy Link");
}

/* Who closes a menu is where they were. */
static void
test_list_menu_closed (Fixture *self, gconstpointer data)
{
  GtkWidget *row;

  bh_run_pane_focus (BH_RUN_PANE (find_type (self->window->list, BH_TYPE_RUN_PANE)));
  row = get_focus (self);
  g_assert_true (gtk_widget_is_ancestor (row, GTK_WIDGET (self->window->list)));
  wait_for (self, has_list_menu, NULL, "the list's menu");
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (get_focus (self), GTK_TYPE_POPOVER)));
  wait_for (self, has_no_menu, NULL, "the menu to go");
  wait_for (self, has_focus, row, "the focus to be back");
}

/* --- questions ----------------------------------------------------------------------------------------- */

static GtkWidget *
get_message_view (Fixture *self)
{
  return find_type (self->window->page->composer, GTK_TYPE_TEXT_VIEW);
}

/* Who writes goes on writing: the sheet opens when it is asked for, and not before. */
static void
test_question_waits (Fixture *self, gconstpointer data)
{
  g_autoptr (BhQuestionSet) set = scripted_question_new ("q_0000000000000001", RUN, 4);

  gtk_widget_grab_focus (get_message_view (self));
  gtk_text_buffer_set_text (get_message (self), "As I was say", -1);
  scripted_coordinator_set_state (self->coordinator, RUN, BH_RUN_NEEDS_YOU);
  scripted_coordinator_put_question (self->coordinator, set);
  wait_for (self, has_button, "Answer…", "the banner");
  g_assert_false (has_dialog (self, NULL));
  g_assert_true (has_focus (self, get_message_view (self)));
  g_assert_true (is_written (self, "As I was say"));
  press (self, "Answer…");
  wait_for (self, has_dialog, NULL, "the sheet");
  g_assert_true (BH_IS_QUESTION_DIALOG (get_dialog (self)));
}

/* --- files --------------------------------------------------------------------------------------------- */

G_GNUC_BEGIN_IGNORE_DEPRECATIONS

/* (nullable): what GTK asks with where there is no portal. */
static GtkFileChooser *
get_chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (GTK_IS_FILE_CHOOSER (window) && gtk_widget_get_mapped (window))
        return GTK_FILE_CHOOSER (window);
    }
  return NULL;
}

static gboolean
has_chooser (Fixture *self, gconstpointer data)
{
  return get_chooser () != NULL;
}

static gboolean
has_no_chooser (Fixture *self, gconstpointer data)
{
  return get_chooser () == NULL;
}

static gboolean
is_chosen (Fixture *self, gconstpointer file)
{
  g_autoptr (GFile) chosen = gtk_file_chooser_get_file (get_chooser ());

  return chosen != NULL && g_file_equal (chosen, (GFile *) file);
}

/* Waits until a file is asked for by that name, which is to be in the folder that one was in last, and takes
 * it. (transfer full) */
static GFile *
choose_file (Fixture *self, const char *name)
{
  g_autofree char *folder = g_get_current_dir ();
  g_autoptr (GFile) file = g_file_new_build_filename (folder, name, NULL);

  wait_for (self, has_chooser, NULL, "the file dialog");
  wait_for (self, is_chosen, file, "the name to be offered");
  gtk_dialog_response (GTK_DIALOG (get_chooser ()), GTK_RESPONSE_ACCEPT);
  return g_steal_pointer (&file);
}

G_GNUC_END_IGNORE_DEPRECATIONS

/* (transfer full): what is in the file, which is deleted. */
static char *
take_contents (GFile *file)
{
  char *text = NULL;

  g_assert_true (g_file_load_contents (file, NULL, &text, NULL, NULL, NULL));
  g_assert_true (g_file_delete (file, NULL, NULL));
  return text;
}

static void
test_export (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) markdown = NULL, json = NULL;
  g_autofree char *text = NULL, *records = NULL;
  g_autoptr (JsonNode) node = NULL;

  open_run_menu (self);
  choose (self, "Export as Markdown…");
  markdown = choose_file (self, "Move the toggle.md");
  wait_for (self, is_said, "Saved “Move the toggle.md”", "that it is saved");
  text = take_contents (markdown);
  g_assert_true (g_str_has_prefix (text, "# Move the toggle\n"));
  g_assert_nonnull (strstr (text, "step 4"));
  open_run_menu (self);
  choose (self, "Export as JSON…");
  json = choose_file (self, "Move the toggle.json");
  wait_for (self, is_said, "Saved “Move the toggle.json”", "that it is saved");
  records = take_contents (json);
  node = bh_json_parse (records, -1, NULL);
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (json_node_get_object (node), "rows")),
                    ==, 5);
}

static void
test_save_output (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *text = NULL;

  scripted_coordinator_append (self->coordinator, RUN, 4, BH_PART_RESULT, "all of it\n");
  gtk_widget_activate_action (GTK_WIDGET (self->window->page->view), "timeline.toggle", "u", 4);
  press (self, "Save…");
  file = choose_file (self, "output.txt");
  wait_for (self, is_said, "Saved “output.txt”", "that it is saved");
  text = take_contents (file);
  g_assert_cmpstr (text, ==, "all of it\n");
}

#define MANY 450

static void
begin_long_export (Fixture *self, GFile **file)
{
  scripted_coordinator_set_rows (self->coordinator, RUN, MANY);
  scripted_coordinator_hold (self->coordinator, "GET /v1/runs/" RUN "/rows?from=200");
  open_run_menu (self);
  choose (self, "Export as JSON…");
  *file = choose_file (self, "Move the toggle.json");
  wait_for (self, is_said, "Saving “Move the toggle.json”: 44 %", "how far it has come");
}

/* What takes long says so, and goes on. */
static void
test_export_long (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) file = NULL;
  g_autofree char *text = NULL;

  begin_long_export (self, &file);
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for (self, is_said, "Saved “Move the toggle.json”", "that it is saved");
  g_assert_false (is_said (self, "44 %"));
  text = take_contents (file);
  g_assert_nonnull (strstr (text, "step 449"));
}

static void
test_export_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) file = NULL;

  begin_long_export (self, &file);
  press (self, "_Cancel");
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for (self, is_said, "“Move the toggle.json” was not saved", "what has become of it");
  g_assert_false (g_file_query_exists (file, NULL));
}

/* Who thinks better of it is told nothing, and no row is asked for. */
static void
test_export_dismissed (Fixture *self, gconstpointer data)
{
  guint asked;

  wait_for (self, is_said, "step 4", "the timeline");
  asked = scripted_coordinator_count (self->coordinator, ROWS);
  open_run_menu (self);
  choose (self, "Export as JSON…");
  wait_for (self, has_chooser, NULL, "the file dialog");
  gtk_window_close (GTK_WINDOW (get_chooser ()));
  wait_for (self, has_no_chooser, NULL, "the file dialog to go");
  g_assert_false (is_said (self, "could not be saved"));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, ROWS), ==, asked);
}

#define OPEN(path, state, func)                                                                              \
  g_test_add ("/window-commands/" path, Fixture, GUINT_TO_POINTER (state), set_up_open, func, tear_down)

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("bh-files-XXXXXX", NULL);
  int status;

  g_assert_cmpint (g_chdir (folder), ==, 0);
  ui_test_init (&argc, &argv);
  OPEN ("send", BH_RUN_RUNNING, test_send);
  OPEN ("interrupt", BH_RUN_RUNNING, test_interrupt);
  OPEN ("withdraw", BH_RUN_RUNNING, test_withdraw);
  OPEN ("withdraw-while-writing", BH_RUN_RUNNING, test_withdraw_while_writing);
  OPEN ("withdraw-refused", BH_RUN_RUNNING, test_withdraw_refused);
  OPEN ("rename", BH_RUN_COMPLETED, test_rename);
  OPEN ("not-renamed", BH_RUN_COMPLETED, test_not_renamed);
  OPEN ("rename-refused", BH_RUN_COMPLETED, test_rename_refused);
  OPEN ("again", BH_RUN_COMPLETED, test_again);
  OPEN ("new", BH_RUN_COMPLETED, test_new);
  OPEN ("copy-link", BH_RUN_COMPLETED, test_copy_link);
  OPEN ("collapse-all", BH_RUN_COMPLETED, test_collapse_all);
  OPEN ("list-stop", BH_RUN_RUNNING, test_list_stop);
  OPEN ("list-over", BH_RUN_COMPLETED, test_list_over);
  OPEN ("list-rename", BH_RUN_COMPLETED, test_list_rename);
  OPEN ("list-delete", BH_RUN_COMPLETED, test_list_delete);
  OPEN ("list-menu-closed", BH_RUN_COMPLETED, test_list_menu_closed);
  OPEN ("question-waits", BH_RUN_RUNNING, test_question_waits);
  OPEN ("export", BH_RUN_COMPLETED, test_export);
  OPEN ("save-output", BH_RUN_COMPLETED, test_save_output);
  OPEN ("export-long", BH_RUN_COMPLETED, test_export_long);
  OPEN ("export-cancelled", BH_RUN_COMPLETED, test_export_cancelled);
  OPEN ("export-dismissed", BH_RUN_COMPLETED, test_export_dismissed);
  status = g_test_run ();
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/bh-settings.h"
#include "app/composer/bh-composer-private.h"
#include "app/composer/bh-row-error.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* The composer on a scripted coordinator: what it refuses and where, and what it keeps. */

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnections *connections;
  GtkWindow *window;
  BhComposerDialog *dialog;
  GSettings *settings; /* (nullable) */
  BhDraftFile *file;   /* weak */
  char *created;       /* id of the Run */
  char *path;          /* of the draft */
  gint64 frame;        /* that was to come when it was waited for */
} Fixture;

typedef gboolean (*Condition) (Fixture *self);

static void
wait_for (Fixture *self, Condition condition, const char *what)
{
  WAIT_UNTIL (condition (self), what);
}

static gboolean
is_connected (Fixture *self)
{
  return bh_connection_get_state (bh_connections_get_local (self->connections)) == BH_CONNECTION_CONNECTED;
}

static gboolean
is_loaded (Fixture *self)
{
  return self->dialog->is_loaded;
}

static gboolean
is_created (Fixture *self)
{
  return self->created != NULL;
}

static gboolean
is_written (Fixture *self)
{
  return g_file_test (self->path, G_FILE_TEST_EXISTS);
}

static gboolean
is_removed (Fixture *self)
{
  return !is_written (self);
}

static gboolean
is_answered (Fixture *self)
{
  return self->dialog->refused != NULL;
}

static void
created_cb (BhComposerDialog *dialog, BhConnection *connection, BhRun *run, Fixture *self)
{
  g_set_str (&self->created, run->id);
}

static void
open_composer (Fixture *self)
{
  self->dialog = g_object_ref_sink (bh_composer_dialog_new (self->connections, self->settings));
  g_signal_connect (self->dialog, "created", G_CALLBACK (created_cb), self);
  adw_dialog_present (ADW_DIALOG (self->dialog), GTK_WIDGET (self->window));
  wait_for (self, is_loaded, "the draft to be read");
}

static void
close_composer (Fixture *self)
{
  g_autoptr (LetGo) shown = let_go_new ();

  let_go_add_ours (shown, self->dialog);
  adw_dialog_force_close (ADW_DIALOG (self->dialog));
  g_clear_object (&self->dialog);
  let_go_wait (shown);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (BhWorkerInfo) worker = bh_worker_info_new ();
  g_autoptr (BhConnection) local = NULL;

  worker->name = g_strdup ("desk");
  worker->online = TRUE;
  self->path = g_build_filename (g_get_user_data_dir (), "bellhop", "draft.json", NULL);
  g_unlink (self->path);
  self->coordinator = scripted_coordinator_new ();
  scripted_coordinator_put_worker (self->coordinator, worker);
  local = bh_connection_new_local ("This computer", scripted_coordinator_get_socket (self->coordinator));
  self->connections = bh_connections_new (local);
  self->window = GTK_WINDOW (adw_window_new ());
  gtk_window_set_default_size (self->window, 800, 700);
  gtk_window_present (self->window);
  wait_for (self, is_connected, "the connection");
}

static gboolean
is_let_go (Fixture *self)
{
  return self->file == NULL;
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  /* whatever still writes has a reference: no draft comes into the next test */
  self->file = bh_draft_file_get ();
  g_object_add_weak_pointer (G_OBJECT (self->file), (gpointer *) &self->file);
  g_object_unref (self->file);
  if (self->dialog != NULL)
    close_composer (self);
  wait_for (self, is_let_go, "the draft to be written");
  gtk_window_destroy (self->window);
  g_clear_object (&self->settings);
  let_go_of_connections (&self->connections);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
  g_free (self->created);
  g_free (self->path);
}

static void
write_instructions (Fixture *self, const char *text)
{
  bh_instructions_view_set_text (self->dialog->instructions, text);
}

static gboolean
may_start (Fixture *self)
{
  return gtk_widget_get_sensitive (self->dialog->start);
}

static void
press_start (Fixture *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->dialog), "composer.submit", NULL);
}

/* --- what is refused --------------------------------------------------------------------------------------
 */

static void
test_autonomous_needs_a_target (Fixture *self, gconstpointer data)
{
  GtkWidget *row;

  open_composer (self);
  row = GTK_WIDGET (self->dialog->target_row);
  g_assert_false (may_start (self));
  g_assert_null (bh_instructions_view_get_error (self->dialog->instructions));
  write_instructions (self, "Audit it.");
  g_assert_true (may_start (self));

  gtk_check_button_set_active (self->dialog->autonomous, TRUE);
  g_assert_false (may_start (self));
  g_assert_nonnull (bh_row_error_get (row));
  g_assert_true (gtk_widget_has_css_class (row, "error"));
  g_assert_cmpstr (gtk_label_get_text (self->dialog->reason), !=, "");
  press_start (self);
  g_assert_false (self->dialog->is_sending);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "POST /v1/runs"), ==, 0);

  bh_target_row_set_target (self->dialog->target_row, "desk", "host");
  g_assert_null (bh_row_error_get (row));
  g_assert_false (gtk_widget_has_css_class (row, "error"));
  g_assert_true (may_start (self));

  /* a worker that there is not */
  bh_target_row_set_target (self->dialog->target_row, "attic", "host");
  g_assert_nonnull (bh_row_error_get (row));
  g_assert_false (may_start (self));
}

static void
test_fields_are_checked (Fixture *self, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (BH_INSTRUCTIONS_MAX + 1, 'x');
  GtkWidget *row;

  open_composer (self);
  row = GTK_WIDGET (self->dialog->ticket_row);
  write_instructions (self, "Do it.");
  /* the beginning of an address is no mistake yet, but no address either */
  gtk_editable_set_text (self->dialog->ticket_row, "htt");
  g_assert_null (bh_row_error_get (row));
  g_assert_false (may_start (self));
  gtk_editable_set_text (self->dialog->ticket_row, "ftp://example.org/1");
  g_assert_nonnull (bh_row_error_get (row));
  gtk_editable_set_text (self->dialog->ticket_row, "https://example.org/1");
  g_assert_null (bh_row_error_get (row));
  g_assert_true (may_start (self));

  bh_composer_add_variable (self->dialog, "", "");
  g_assert_true (may_start (self));
  g_object_set (self->dialog->variables->pdata[0], "variable", "1A", NULL);
  g_assert_nonnull (bh_row_error_get (self->dialog->variables->pdata[0]));
  g_assert_false (may_start (self));
  g_object_set (self->dialog->variables->pdata[0], "variable", "A1", NULL);
  g_assert_true (may_start (self));

  write_instructions (self, long_text);
  g_assert_nonnull (bh_instructions_view_get_error (self->dialog->instructions));
  g_assert_false (may_start (self));
}

static void
test_an_error_lands_on_its_row (Fixture *self, gconstpointer data)
{
  g_autofree char *first = NULL, *body = NULL;

  open_composer (self);
  write_instructions (self, "Do it.");
  scripted_coordinator_fail (
      self->coordinator, "POST /v1/runs", 422,
      "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":422,"
      "\"code\":\"engine_not_found\",\"field\":\"engine\",\"detail\":\"No such engine\"}",
      1);
  press_start (self);
  g_assert_true (self->dialog->is_sending);
  wait_for (self, is_answered, "the refusal");
  g_assert_cmpstr (bh_row_error_get (GTK_WIDGET (self->dialog->engine_row)), ==, "No such engine");
  g_assert_false (adw_banner_get_revealed (self->dialog->error_banner));
  g_assert_true (gtk_widget_has_focus (GTK_WIDGET (self->dialog->engine_row)));
  first = g_strdup (self->dialog->key);
  g_assert_nonnull (first);

  /* one about no field that is known: in the banner, and the text is still there */
  scripted_coordinator_fail (self->coordinator, "POST /v1/runs", 507,
                             "{\"type\":\"about:blank\",\"title\":\"x\",\"status\":507,"
                             "\"code\":\"storage_full\",\"detail\":\"The disk is full\"}",
                             1);
  press_start (self);
  g_clear_error (&self->dialog->refused);
  wait_for (self, is_answered, "the second refusal");
  g_assert_true (adw_banner_get_revealed (self->dialog->error_banner));
  g_assert_cmpstr (adw_banner_get_title (self->dialog->error_banner), ==, "The disk is full");
  g_assert_null (bh_row_error_get (GTK_WIDGET (self->dialog->engine_row)));
  /* the same form is tried with the same key */
  g_assert_cmpstr (self->dialog->key, ==, first);

  write_instructions (self, "Do it now.");
  g_assert_null (self->dialog->key);
  press_start (self);
  wait_for (self, is_created, "the Run");
  body = scripted_coordinator_last_body (self->coordinator);
  g_assert_nonnull (strstr (body, "Do it now."));
}

/* --- what can be chosen ----------------------------------------------------------------------------------
 */

/* The row of the page that is open which is called so. */
static GtkWidget *
find_choice (GtkWidget *widget, const char *title)
{
  if (ADW_IS_ACTION_ROW (widget) &&
      g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_choice (at, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
choice (Fixture *self, const char *title)
{
  return find_choice (GTK_WIDGET (adw_navigation_view_get_visible_page (self->dialog->navigation)), title);
}

static gboolean
has_images (Fixture *self)
{
  return choice (self, "host") != NULL;
}

static gboolean
has_engines (Fixture *self)
{
  BhConnection *local = bh_connections_get_local (self->connections);

  return g_list_model_get_n_items (bh_connection_get_engines (local)) > 0 && choice (self, "Codex") != NULL;
}

static gboolean
is_refused_on_its_row (Fixture *self)
{
  return bh_row_error_get (GTK_WIDGET (self->dialog->engine_row)) != NULL;
}

static gboolean
is_painted (Fixture *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self->window));

  gtk_widget_queue_draw (GTK_WIDGET (self->window));
  return gdk_frame_clock_get_frame_counter (clock) > self->frame;
}

/* GTK 4.18 never lets go of a page that held the focus and is covered twice within one frame, which nobody
 * can do by hand. */
static void
let_paint (Fixture *self)
{
  self->frame =
      gdk_frame_clock_get_frame_counter (gtk_widget_get_frame_clock (GTK_WIDGET (self->window))) + 1;
  wait_for (self, is_painted, "a frame");
}

static void
put_engine (Fixture *self, const char *id, const char *name, const char *why_not)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();

  engine->id = g_strdup (id);
  engine->name = g_strdup (name);
  engine->protocol = g_strdup ("acp");
  engine->why_not = g_strdup (why_not);
  scripted_coordinator_put_engine (self->coordinator, engine);
}

/* With a code the reason is said in words of the app's. */
static void
put_engine_signed_out (Fixture *self, const char *id, const char *name)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();

  engine->id = g_strdup (id);
  engine->name = g_strdup (name);
  engine->protocol = g_strdup ("acp");
  engine->why_not = g_strdup ("In the words of the coordinator");
  engine->why_not_code = g_strdup (BH_WHY_NOT_SIGNED_IN);
  engine->path = g_strdup ("/usr/bin/gemini");
  engine->keys = g_strsplit ("GEMINI_API_KEY;OTHER_KEY", ";", -1);
  scripted_coordinator_put_engine (self->coordinator, engine);
}

/* Found among the person's own programs; its path is no markup. */
static void
put_engine_found (Fixture *self, const char *id, const char *name)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();

  engine->id = g_strdup (id);
  engine->name = g_strdup (name);
  engine->protocol = g_strdup ("acp");
  engine->version = g_strdup ("1.4");
  engine->path = g_strdup ("/home/me & co/.bun/bin/opencode");
  scripted_coordinator_put_engine (self->coordinator, engine);
}

static void
assert_not_to_choose (Fixture *self, const char *title, const char *reason)
{
  GtkWidget *row = choice (self, title);

  g_assert_nonnull (row);
  g_assert_false (gtk_widget_get_sensitive (row));
  g_assert_nonnull (strstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), reason));
}

static void
test_what_is_not_there_is_not_to_choose (Fixture *self, gconstpointer data)
{
  g_autoptr (BhWorkerInfo) attic = bh_worker_info_new ();

  attic->name = g_strdup ("attic");
  scripted_coordinator_put_worker (self->coordinator, attic);
  put_engine (self, "codex", "Codex", NULL);
  put_engine (self, "claude-code", "Claude Code", "Not found: no “claude” on the PATH");
  put_engine_signed_out (self, "gemini", "Gemini CLI");
  put_engine_found (self, "opencode", "opencode");
  open_composer (self);
  write_instructions (self, "Do it.");

  gtk_widget_activate (GTK_WIDGET (self->dialog->target_row));
  wait_for (self, has_images, "the images");
  g_assert_true (gtk_widget_get_sensitive (choice (self, "host")));
  assert_not_to_choose (self, "Offline", "connected");
  adw_navigation_view_pop (self->dialog->navigation);
  let_paint (self);

  gtk_widget_activate (GTK_WIDGET (self->dialog->engine_row));
  wait_for (self, has_engines, "the engines");
  g_assert_true (gtk_widget_get_sensitive (choice (self, "Codex")));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (choice (self, "opencode"))), ==,
                   "Version 1.4, at /home/me & co/.bun/bin/opencode");
  assert_not_to_choose (self, "Claude Code", "Not found");
  assert_not_to_choose (
      self, "Gemini CLI",
      "Found at /usr/bin/gemini, but not signed in. Sign in to it in a terminal, or store an API "
      "key for it in the preferences: GEMINI_API_KEY, OTHER_KEY");
  adw_navigation_view_pop (self->dialog->navigation);

  /* chosen before, as in a draft */
  g_assert_true (may_start (self));
  bh_choice_row_set_selected (BH_CHOICE_ROW (self->dialog->engine_row), "claude-code");
  wait_for (self, is_refused_on_its_row, "the reason");
  g_assert_false (may_start (self));
  bh_choice_row_set_selected (BH_CHOICE_ROW (self->dialog->engine_row), "gone");
  g_assert_nonnull (bh_row_error_get (GTK_WIDGET (self->dialog->engine_row)));
  bh_choice_row_set_selected (BH_CHOICE_ROW (self->dialog->engine_row), "codex");
  g_assert_null (bh_row_error_get (GTK_WIDGET (self->dialog->engine_row)));
  g_assert_true (may_start (self));
}

static gboolean
is_lost (Fixture *self)
{
  return !is_connected (self);
}

static gboolean
has_no_images (Fixture *self)
{
  return choice (self, "Its images are not known") != NULL;
}

static gboolean
has_looked_again (Fixture *self)
{
  return scripted_coordinator_count (self->coordinator, "GET /v1/engines?worker") == 2;
}

/* What could not be asked while there was no connection is asked when there is one. */
static void
test_a_connection_that_comes_late (Fixture *self, gconstpointer data)
{
  open_composer (self);
  scripted_coordinator_set_down (self->coordinator, TRUE);
  wait_for (self, is_lost, "the end of the connection");
  bh_target_row_set_target (self->dialog->target_row, "desk", "host");
  gtk_widget_activate (GTK_WIDGET (self->dialog->target_row));
  wait_for (self, has_no_images, "the images to be unknown");
  scripted_coordinator_set_down (self->coordinator, FALSE);
  bh_connection_reconnect (bh_connections_get_local (self->connections));
  wait_for (self, has_images, "the images");
  wait_for (self, has_looked_again, "the engines to be looked for again");
  adw_navigation_view_pop (self->dialog->navigation);
  let_paint (self);
}

static void
test_nothing_is_asked_twice (Fixture *self, gconstpointer data)
{
  open_composer (self);
  scripted_coordinator_hold (self->coordinator, "GET /v1/workers/");
  for (guint i = 0; i < 2; i++)
    {
      gtk_widget_activate (GTK_WIDGET (self->dialog->target_row));
      let_paint (self);
      g_assert_false (has_images (self));
      if (i == 0)
        adw_navigation_view_pop (self->dialog->navigation);
      let_paint (self);
    }
  scripted_coordinator_hold (self->coordinator, NULL);
  wait_for (self, has_images, "the images");
  adw_navigation_view_pop (self->dialog->navigation);
  let_paint (self);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "GET /v1/workers/"), ==, 1);
}

/* --- what is kept -----------------------------------------------------------------------------------------
 */

static void
assert_text (Fixture *self, const char *text)
{
  g_autofree char *now = bh_instructions_view_get_text (self->dialog->instructions);

  g_assert_cmpstr (now, ==, text);
}

static void
test_a_draft_is_kept (Fixture *self, gconstpointer data)
{
  open_composer (self);
  write_instructions (self, "Half a thought");
  gtk_editable_set_text (self->dialog->name_row, "Thought");
  bh_composer_add_variable (self->dialog, "A", "1");
  gtk_check_button_set_active (self->dialog->autonomous, TRUE);
  close_composer (self);
  wait_for (self, is_written, "the draft to be written");

  open_composer (self);
  assert_text (self, "Half a thought");
  g_assert_cmpstr (gtk_editable_get_text (self->dialog->name_row), ==, "Thought");
  g_assert_cmpuint (self->dialog->variables->len, ==, 1);
  g_assert_true (gtk_check_button_get_active (self->dialog->autonomous));
  close_composer (self);

  /* a recipe does not take its place: it is offered */
  self->dialog = g_object_ref_sink (bh_composer_dialog_new (self->connections, self->settings));
  g_signal_connect (self->dialog, "created", G_CALLBACK (created_cb), self);
  bh_composer_dialog_set_instructions (self->dialog, "Tour", "# Tour");
  adw_dialog_present (ADW_DIALOG (self->dialog), GTK_WIDGET (self->window));
  wait_for (self, is_loaded, "the draft to be read");
  assert_text (self, "# Tour");
  g_assert_true (adw_banner_get_revealed (self->dialog->draft_banner));
  g_signal_emit_by_name (self->dialog->draft_banner, "button-clicked");
  assert_text (self, "Half a thought");

  /* what has become a Run is no draft */
  gtk_check_button_set_active (self->dialog->interactive, TRUE);
  press_start (self);
  wait_for (self, is_created, "the Run");
  wait_for (self, is_removed, "the draft to be removed");
}

static void
test_a_bad_draft_is_put_aside (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_path_get_dirname (self->path), *bad = g_strconcat (self->path, ".bad", NULL);
  g_autofree char *kept = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (self->path, "{\"format\":1,\"env\":[3", -1, NULL));
  open_composer (self);
  assert_text (self, "");
  g_assert_true (adw_banner_get_revealed (self->dialog->error_banner));
  g_assert_true (g_file_get_contents (bad, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "{\"format\":1,\"env\":[3");
  g_assert_false (is_written (self));
}

/* Everything that was asked for is asked for again; of variables only the names are known. */
static void
test_run_again (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "LEVEL", NULL };
  static const char *const parts[] = {
    "\"instructions\":\"Audit it.\"",
    "\"name\":\"Audit\"",
    "\"ticket_url\":\"http://tickets.example/7\"",
    "\"target\":{\"worker\":\"desk\",\"image\":\"host\"}",
    "\"engine\":\"codex\"",
    "\"mode\":\"autonomous\"",
    "\"keep\":\"remove\"",
    "\"network\":\"offline\"",
    "\"env\":{\"LEVEL\":\"\"}",
  };
  g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_COMPLETED, 60);
  g_autofree char *body = NULL;

  put_engine (self, "codex", "Codex", NULL);
  bh_connection_refresh_engines (bh_connections_get_local (self->connections));
  g_set_str (&run->name, "Audit");
  g_set_str (&run->engine, "codex");
  run->instructions = g_strdup ("Audit it.");
  run->ticket_url = g_strdup ("http://tickets.example/7");
  run->target_worker = g_strdup ("desk");
  run->target_image = g_strdup ("host");
  run->mode = BH_MODE_AUTONOMOUS;
  run->keep = BH_KEEP_REMOVE;
  run->network = g_strdup ("offline");
  run->env_names = g_strdupv ((char **) names);
  scripted_coordinator_put_run (self->coordinator, run);

  open_composer (self);
  bh_composer_dialog_fill (self->dialog, run);
  g_assert_true (adw_expander_row_get_expanded (self->dialog->advanced_row));
  wait_for (self, may_start, "the engine to be known");
  press_start (self);
  wait_for (self, is_created, "the Run");
  body = scripted_coordinator_last_body (self->coordinator);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (body, parts[i]) == NULL)
      g_error ("%s is not in %s", parts[i], body);
}

/* Engines are looked for where the Run is to work; nobody can be asked for permission in an autonomous one.
 */
static void
test_place_and_permissions (Fixture *self, gconstpointer data)
{
  g_autofree char *body = NULL;

  put_engine (self, "codex", "Codex", NULL);
  open_composer (self);
  write_instructions (self, "Do it.");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "GET /v1/engines?"), ==, 0);
  bh_target_row_set_target (self->dialog->target_row, "desk", "host");
  g_assert_cmpuint (adw_combo_row_get_selected (self->dialog->permissions_row), ==, 0);
  adw_combo_row_set_selected (self->dialog->permissions_row, 1);
  gtk_check_button_set_active (self->dialog->autonomous, TRUE);
  g_assert_false (gtk_widget_get_sensitive (GTK_WIDGET (self->dialog->permissions_row)));
  gtk_check_button_set_active (self->dialog->interactive, TRUE);
  g_assert_true (gtk_widget_get_sensitive (GTK_WIDGET (self->dialog->permissions_row)));
  wait_for (self, may_start, "that it may start");
  gtk_widget_activate (GTK_WIDGET (self->dialog->engine_row));
  wait_for (self, has_engines, "the engines");
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "GET /v1/engines?worker=desk&image=host"),
                    >, 0);
  adw_navigation_view_pop (self->dialog->navigation);
  let_paint (self);
  press_start (self);
  wait_for (self, is_created, "the Run");
  body = scripted_coordinator_last_body (self->coordinator);
  g_assert_nonnull (strstr (body, "\"permissions\":\"ask\""));
}

/* --- what the person prefers ------------------------------------------------------------------------------
 */

/* For as long as this program runs, which is why it is put back. */
static void
prefer (Fixture *self, const char *engine, const char *mode, const char *keep)
{
  if (self->settings == NULL)
    self->settings = bh_settings_new ();
  g_assert_true (g_settings_set_string (self->settings, "default-engine", engine));
  g_assert_true (g_settings_set_string (self->settings, "default-mode", mode));
  g_assert_true (g_settings_set_string (self->settings, "default-keep", keep));
}

static void
assert_fields (Fixture *self, const char *engine, BhMode mode, const char *keep)
{
  g_autoptr (BhDraft) draft = bh_composer_collect (self->dialog);

  g_assert_cmpstr (draft->engine, ==, engine);
  g_assert_cmpint (draft->mode, ==, mode);
  g_assert_cmpstr (draft->keep, ==, keep);
}

static void
test_preferences (Fixture *self, gconstpointer data)
{
  static const char *const parts[] = { "\"engine\":\"codex\"", "\"mode\":\"autonomous\"",
                                       "\"keep\":\"stop\"" };
  g_autofree char *body = NULL;

  put_engine (self, "codex", "Codex", NULL);
  bh_connection_refresh_engines (bh_connections_get_local (self->connections));
  open_composer (self);
  assert_fields (self, "auto", BH_MODE_INTERACTIVE, "by-mode");
  close_composer (self);

  prefer (self, "codex", "autonomous", "stop");
  open_composer (self);
  assert_fields (self, "codex", BH_MODE_AUTONOMOUS, "stop");
  write_instructions (self, "Do it.");
  bh_target_row_set_target (self->dialog->target_row, "desk", "host");
  wait_for (self, may_start, "that it may start");
  press_start (self);
  wait_for (self, is_created, "the Run");
  body = scripted_coordinator_last_body (self->coordinator);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strstr (body, parts[i]) == NULL)
      g_error ("%s is not in %s", parts[i], body);
  prefer (self, "auto", "interactive", "by-mode");
}

/* They are for what is begun: neither a draft nor a Run that is done again is changed by them; and what
 * nobody has written in is no draft. */
static void
test_preferences_give_way (Fixture *self, gconstpointer data)
{
  g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_COMPLETED, 60);

  put_engine (self, "codex", "Codex", NULL);
  bh_connection_refresh_engines (bh_connections_get_local (self->connections));
  prefer (self, "codex", "autonomous", "stop");
  open_composer (self);
  close_composer (self);
  g_assert_false (is_written (self));

  open_composer (self);
  write_instructions (self, "Do it.");
  gtk_check_button_set_active (self->dialog->interactive, TRUE);
  adw_combo_row_set_selected (self->dialog->keep_row, 1);
  bh_choice_row_set_selected (BH_CHOICE_ROW (self->dialog->engine_row), "auto");
  close_composer (self);
  wait_for (self, is_written, "the draft");
  open_composer (self);
  assert_fields (self, "auto", BH_MODE_INTERACTIVE, "keep");
  close_composer (self);

  run->instructions = g_strdup ("Audit it.");
  run->keep = BH_KEEP_REMOVE;
  open_composer (self);
  bh_composer_dialog_fill (self->dialog, run);
  assert_fields (self, "auto", BH_MODE_INTERACTIVE, "remove");
  /* a recipe is begun */
  bh_composer_dialog_set_instructions (self->dialog, "Tour", "Look about.");
  assert_fields (self, "codex", BH_MODE_AUTONOMOUS, "stop");
  prefer (self, "auto", "interactive", "by-mode");
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("bh-composer-XXXXXX", NULL);

  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  ui_test_init (&argc, &argv);
#define ADD(name, function) g_test_add ("/composer/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("autonomous-needs-a-target", test_autonomous_needs_a_target);
  ADD ("fields-are-checked", test_fields_are_checked);
  ADD ("an-error-lands-on-its-row", test_an_error_lands_on_its_row);
  ADD ("what-is-not-there-is-not-to-choose", test_what_is_not_there_is_not_to_choose);
  ADD ("a-connection-that-comes-late", test_a_connection_that_comes_late);
  ADD ("nothing-is-asked-twice", test_nothing_is_asked_twice);
  ADD ("run-again", test_run_again);
  ADD ("place-and-permissions", test_place_and_permissions);
  ADD ("preferences", test_preferences);
  ADD ("preferences-give-way", test_preferences_give_way);
  ADD ("a-draft-is-kept", test_a_draft_is_kept);
  ADD ("a-bad-draft-is-put-aside", test_a_bad_draft_is_put_aside);
  return g_test_run ();
}

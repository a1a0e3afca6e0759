/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <libdex.h>

#include "app/bh-settings.h"
#include "app/preferences/bh-box-row.h"
#include "app/preferences/bh-certificate-dialog.h"
#include "app/preferences/bh-preferences-dialog.h"
#include "app/preferences/bh-saved-connection-row.h"
#include "app/preferences/bh-saved-connections.h"
#include "app/preferences/bh-worker-row.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"

/* Saved connections, and the preferences on a scripted coordinator. There is no Secret Service here. */

#define WAIT_MS 20000
#define WORKER "desk <b>& lamp</b>"

typedef struct
{
  ScriptedCoordinator *coordinator;
  GSettings *settings;
  BhConnections *connections;
  GtkWidget *window;
  BhPreferencesDialog *dialog;
} Fixture;

/* --- waiting ------------------------------------------------------------------------------------------- */

static gboolean
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

#define WAIT_FOR(condition)                                                                                  \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gboolean late = FALSE;                                                                                   \
    guint source = g_timeout_add (WAIT_MS, late_cb, &late);                                                  \
    while (!(condition) && !late)                                                                            \
      g_main_context_iteration (NULL, TRUE);                                                                 \
    if (late)                                                                                                \
      g_error ("timed out waiting for %s", #condition);                                                      \
    g_source_remove (source);                                                                                \
  }                                                                                                          \
  G_STMT_END

/* Waits for a future (taken), which must resolve. */
static void
finish (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  WAIT_FOR (!dex_future_is_pending (future));
  dex_future_get_value (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

/* --- the fixture --------------------------------------------------------------------------------------- */

static BhWorkerInfo *
worker_new (gboolean online)
{
  BhWorkerInfo *worker = bh_worker_info_new ();

  worker->name = g_strdup (WORKER);
  worker->online = online;
  worker->version = g_strdup ("0.1.0");
  worker->hostname = g_strdup ("desk.example");
  worker->boxes = 2;
  worker->max_boxes = 8;
  worker->cpu_load = .25;
  worker->memory_total = 16000000000;
  worker->memory_available = 5000000000;
  return worker;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (BhWorkerInfo) worker = worker_new (TRUE);
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();
  g_autoptr (BhConnection) local = NULL;

  self->coordinator = scripted_coordinator_new ();
  engine->id = g_strdup ("claude-code");
  engine->name = g_strdup ("Claude Code");
  engine->protocol = g_strdup ("claude-stream");
  engine->why_not = g_strdup ("not <found>");
  scripted_coordinator_put_engine (self->coordinator, engine);
  scripted_coordinator_put_worker (self->coordinator, worker);
  self->settings = bh_settings_new ();
  g_settings_reset (self->settings, "connections");
  g_settings_reset (self->settings, "default-engine");
  local = bh_connection_new_local ("This computer", scripted_coordinator_get_socket (self->coordinator));
  self->connections = bh_connections_new (local);
  WAIT_FOR (bh_connection_get_state (local) == BH_CONNECTION_CONNECTED);
  WAIT_FOR (g_list_model_get_n_items (bh_connection_get_workers (local)) == 1);
  WAIT_FOR (g_list_model_get_n_items (bh_connection_get_engines (local)) == 1);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  let_go_of_connections (&self->connections);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
}

static void
present (Fixture *self, const char *page)
{
  self->window = g_object_ref_sink (adw_window_new ());
  gtk_window_set_default_size (GTK_WINDOW (self->window), 900, 700);
  self->dialog = bh_preferences_dialog_new (self->connections, self->settings);
  g_object_add_weak_pointer (G_OBJECT (self->dialog), (gpointer *) &self->dialog);
  gtk_window_present (GTK_WINDOW (self->window));
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (self->dialog), page);
  adw_dialog_present (ADW_DIALOG (self->dialog), self->window);
  WAIT_FOR (gtk_widget_get_mapped (GTK_WIDGET (self->dialog)));
}

/* Closing the window is the end of the dialog and all that is in it. */
static void
dismiss (Fixture *self)
{
  g_autoptr (LetGo) shown = let_go_new ();

  let_go_add_ours (shown, self->dialog);
  adw_dialog_force_close (ADW_DIALOG (self->dialog));
  let_go_wait (shown);
  g_assert_null (self->dialog);
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_clear_object (&self->window);
}

/* The `n`th widget of a type below. */
static GtkWidget *
find_nth (GtkWidget *widget, GType type, guint *n)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (*n)-- == 0)
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_nth (at, type, n);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static GtkWidget *
find (Fixture *self, GType type, guint n)
{
  return find_nth (GTK_WIDGET (self->dialog), type, &n);
}

/* --- saved connections --------------------------------------------------------------------------------- */

static guint
n_saved (Fixture *self)
{
  g_autoptr (GVariant) value = g_settings_get_value (self->settings, "connections");

  return (guint) g_variant_n_children (value);
}

static void
test_add_and_remove (Fixture *self, gconstpointer data)
{
  BhConnection *connection;
  g_autoptr (GVariant) saved = NULL;
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;

  finish (bh_saved_connections_add (self->connections, self->settings, "Lab", "https://127.0.0.1:9", "t0ken",
                                    "ab12"));
  g_assert_cmpuint (bh_connections_get_n (self->connections), ==, 2);
  g_assert_cmpuint (n_saved (self), ==, 1);
  g_assert_true (bh_saved_connections_has_url (self->settings, "https://127.0.0.1:9"));
  connection = bh_connections_get (self->connections, 1);
  g_assert_cmpstr (bh_connection_get_name (connection), ==, "Lab");
  /* nowhere to keep the token, and the person is told; settings are readable by all */
  g_assert_nonnull (strstr (bh_saved_connections_get_note (connection), "only until Bellhop quits"));
  saved = g_settings_get_value (self->settings, "connections");
  text = g_variant_print (saved, FALSE);
  g_assert_null (strstr (text, "t0ken"));

  id = g_strdup (bh_connection_get_id (connection));
  finish (bh_saved_connections_trust (self->connections, self->settings, id, "cd34"));
  g_assert_cmpuint (bh_connections_get_n (self->connections), ==, 2);
  g_assert_cmpuint (n_saved (self), ==, 1);
  connection = bh_connections_lookup (self->connections, id);
  g_assert_nonnull (strstr (bh_saved_connections_get_note (connection), "only until Bellhop quits"));

  finish (bh_saved_connections_remove (self->connections, self->settings, id));
  g_assert_cmpuint (bh_connections_get_n (self->connections), ==, 1);
  g_assert_cmpuint (n_saved (self), ==, 0);
}

static void
test_load (Fixture *self, gconstpointer data)
{
  BhConnection *connection;

  /* as after a restart, or written by hand: what makes no sense is left alone */
  g_settings_set_value (self->settings, "connections",
                        g_variant_new_parsed ("[('one', 'Lab', 'https://127.0.0.1:9', ''),"
                                              " ('local', 'bad', 'https://127.0.0.1:9', ''),"
                                              " ('', 'bad', 'https://127.0.0.1:9', ''), ('x', '', '', '')]"));
  finish (bh_saved_connections_load (self->connections, self->settings));
  g_assert_cmpuint (bh_connections_get_n (self->connections), ==, 2);
  connection = bh_connections_lookup (self->connections, "one");
  g_assert_nonnull (strstr (bh_saved_connections_get_note (connection), "could not be read"));
}

static void
test_fingerprint (void)
{
  g_autofree char *text = bh_certificate_format ("00ff10aa00ff10aa22");

  g_assert_cmpstr (text, ==, "00:FF:10:AA:00:FF:10:AA\n22");
}

/* --- the dialog ---------------------------------------------------------------------------------------- */

static void
test_general (Fixture *self, gconstpointer data)
{
  AdwComboRow *engine;
  g_autofree char *chosen = NULL;

  /* one that this coordinator does not know stays what it is */
  g_settings_set_string (self->settings, "default-engine", "gone");
  present (self, "general");
  engine = ADW_COMBO_ROW (find (self, ADW_TYPE_COMBO_ROW, 0));
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (engine)), ==, 3);
  g_assert_cmpuint (adw_combo_row_get_selected (engine), ==, 2);
  chosen = g_settings_get_string (self->settings, "default-engine");
  g_assert_cmpstr (chosen, ==, "gone");
  adw_combo_row_set_selected (engine, 1);
  g_free (chosen);
  chosen = g_settings_get_string (self->settings, "default-engine");
  g_assert_cmpstr (chosen, ==, "claude-code");
  dismiss (self);
}

static void
test_workers (Fixture *self, gconstpointer data)
{
  g_autoptr (BhWorkerInfo) offline = worker_new (FALSE);
  AdwExpanderRow *row;

  present (self, "workers");
  row = ADW_EXPANDER_ROW (find (self, BH_TYPE_WORKER_ROW, 0));
  /* a name from outside is no markup */
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, WORKER);
  g_assert_false (adw_preferences_row_get_use_markup (ADW_PREFERENCES_ROW (row)));
  g_assert_cmpstr (adw_expander_row_get_subtitle (row), ==, "Online · 2 of 8 DevBoxes");
  WAIT_FOR (scripted_coordinator_count (self->coordinator, "GET /v1/devboxes") > 0);
  scripted_coordinator_put_worker (self->coordinator, offline);
  WAIT_FOR (g_strcmp0 (adw_expander_row_get_subtitle (row), "Offline") == 0);
  dismiss (self);
}

static void
test_connections (Fixture *self, gconstpointer data)
{
  BhConnection *local = bh_connections_get_local (self->connections);
  AdwExpanderRow *row;

  present (self, "connections");
  row = ADW_EXPANDER_ROW (find (self, BH_TYPE_SAVED_CONNECTION_ROW, 0));
  g_assert_cmpstr (adw_expander_row_get_subtitle (row), ==, "Connected");
  scripted_coordinator_set_down (self->coordinator, TRUE);
  WAIT_FOR (bh_connection_get_state (local) == BH_CONNECTION_LOST);
  g_assert_true (g_str_has_prefix (adw_expander_row_get_subtitle (row), "Not connected – "));
  finish (bh_saved_connections_add (self->connections, self->settings, "Lab & co", "https://127.0.0.1:9",
                                    NULL, NULL));
  g_assert_nonnull (find (self, BH_TYPE_SAVED_CONNECTION_ROW, 1));
  dismiss (self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  adw_init ();
  /* libadwaita keeps what is closed in the middle of a transition */
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  g_setenv ("BELLHOP_NO_START", "1", TRUE);
  /* whatever the machine that tests has */
  g_setenv ("SECRET_BACKEND", "service", TRUE);

#define ADD(name, function) g_test_add ("/preferences/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("saved/add-and-remove", test_add_and_remove);
  ADD ("saved/load", test_load);
  g_test_add_func ("/preferences/fingerprint", test_fingerprint);
  ADD ("general", test_general);
  ADD ("workers", test_workers);
  ADD ("connections", test_connections);
  return g_test_run ();
}

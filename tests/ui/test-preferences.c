/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <libdex.h>

#include "app/bh-settings.h"
#include "app/preferences/bh-box-row.h"
#include "app/preferences/bh-boxes-group.h"
#include "app/preferences/bh-certificate-dialog.h"
#include "app/preferences/bh-engines-group.h"
#include "app/preferences/bh-general-page.h"
#include "app/preferences/bh-keys-group.h"
#include "app/preferences/bh-place-row.h"
#include "app/preferences/bh-preferences-dialog.h"
#include "app/preferences/bh-saved-connection-row.h"
#include "app/preferences/bh-saved-connections.h"
#include "app/preferences/bh-sign-ins-group.h"
#include "app/preferences/bh-worker-row.h"
#include "app/widgets/bh-unsent.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* Saved connections, and the preferences on a scripted coordinator. There is no Secret Service here. */

#define REFUSED "{\"title\":\"T\",\"status\":409,\"detail\":\"Not <today> & so\",\"code\":\"conflict\"}"
#define WORKER "desk <b>& lamp</b>"

typedef struct
{
  ScriptedCoordinator *coordinator;
  GSettings *settings;
  BhConnections *connections;
  GtkWidget *window;
  BhPreferencesDialog *dialog;
} Fixture;

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
  g_autoptr (BhUnsent) unsent = bh_unsent_get ();
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
  bh_unsent_set_text (unsent, id, "r_0000000000000001", BH_UNSENT_MESSAGE, "Hurry");
  finish (bh_saved_connections_trust (self->connections, self->settings, id, "cd34"));
  g_assert_nonnull (bh_unsent_get_text (unsent, id, "r_0000000000000001", BH_UNSENT_MESSAGE));
  g_assert_cmpuint (bh_connections_get_n (self->connections), ==, 2);
  g_assert_cmpuint (n_saved (self), ==, 1);
  connection = bh_connections_lookup (self->connections, id);
  g_assert_nonnull (strstr (bh_saved_connections_get_note (connection), "only until Bellhop quits"));

  finish (bh_saved_connections_remove (self->connections, self->settings, id));
  g_assert_null (bh_unsent_get_text (unsent, id, "r_0000000000000001", BH_UNSENT_MESSAGE));
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

/* Each row and its setting are the same, whichever of them is changed. */
static void
test_general_settings (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *key;
    const char *row;
  } switches[] = {
    { "run-in-background", "run_in_background" },
    { "notify-needs-you", "notify_needs_you" },
    { "notify-completed", "notify_completed" },
    { "notify-failed", "notify_failed" },
  };
  static const struct
  {
    const char *key;
    const char *row;
    const char *nicks[4];
  } choices[] = {
    { "default-mode", "mode", { "interactive", "autonomous" } },
    { "default-keep", "keep", { "by-mode", "keep", "stop" } },
  };
  GtkWidget *page;

  present (self, "general");
  page = find (self, BH_TYPE_GENERAL_PAGE, 0);
  for (guint i = 0; i < G_N_ELEMENTS (switches); i++)
    {
      GObject *row = gtk_widget_get_template_child (page, BH_TYPE_GENERAL_PAGE, switches[i].row);
      gboolean before = g_settings_get_boolean (self->settings, switches[i].key);

      g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (row)) == before);
      adw_switch_row_set_active (ADW_SWITCH_ROW (row), !before);
      g_assert_true (g_settings_get_boolean (self->settings, switches[i].key) == !before);
      g_settings_set_boolean (self->settings, switches[i].key, before);
      g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (row)) == before);
    }
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      GObject *row = gtk_widget_get_template_child (page, BH_TYPE_GENERAL_PAGE, choices[i].row);

      for (guint n = 0; choices[i].nicks[n] != NULL; n++)
        {
          g_autofree char *set = NULL;

          adw_combo_row_set_selected (ADW_COMBO_ROW (row), n);
          set = g_settings_get_string (self->settings, choices[i].key);
          g_assert_cmpstr (set, ==, choices[i].nicks[n]);
        }
      for (guint n = 0; choices[i].nicks[n] != NULL; n++)
        {
          g_settings_set_string (self->settings, choices[i].key, choices[i].nicks[n]);
          g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, n);
        }
      g_settings_reset (self->settings, choices[i].key);
    }
  dismiss (self);
}

static GtkWidget *
find_titled (GtkWidget *widget, const char *title)
{
  if (ADW_IS_ACTION_ROW (widget) &&
      g_strcmp0 (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title) == 0)
    return widget;
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    {
      GtkWidget *found = find_titled (at, title);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* What is said of privacy leads to where it is decided. */
static void
test_privacy (Fixture *self, gconstpointer data)
{
  GtkWidget *row;

  present (self, "general");
  row = find_titled (GTK_WIDGET (self->dialog), "Sign-Ins and API Keys Are Yours to Give");
  g_assert_nonnull (row);
  adw_action_row_activate (ADW_ACTION_ROW (row));
  g_assert_cmpstr (adw_preferences_dialog_get_visible_page_name (ADW_PREFERENCES_DIALOG (self->dialog)), ==,
                   "engines");
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

/* (nullable) the one over the preferences */
static AdwAlertDialog *
get_alert (Fixture *self)
{
  AdwDialog *dialog = adw_window_get_visible_dialog (ADW_WINDOW (self->window));

  return ADW_IS_ALERT_DIALOG (dialog) ? ADW_ALERT_DIALOG (dialog) : NULL;
}

static BhBoxInfo *
box_new (const char *id, const char *run_name)
{
  BhBoxInfo *box = bh_box_info_new ();

  box->id = g_strdup (id);
  box->worker = g_strdup (WORKER);
  box->image = g_strdup ("host");
  box->state = g_strdup ("running");
  box->run_name = g_strdup (run_name);
  return box;
}

/* (nullable) */
static GtkWidget *
find_button (GtkWidget *widget, const char *name)
{
  return GTK_WIDGET (gtk_widget_get_template_child (widget, BH_TYPE_BOX_ROW, name));
}

static gboolean
is_described (Fixture *self, GType group, const char *text)
{
  return g_strcmp0 (adw_preferences_group_get_description (ADW_PREFERENCES_GROUP (find (self, group, 0))),
                    text) == 0;
}

/* DevBoxes are stopped, and removed once that is said twice; what is refused is told. */
static void
test_boxes (Fixture *self, gconstpointer data)
{
  g_autoptr (BhBoxInfo) one = box_new ("b_0000000000000001", "A <b>Run</b>");
  g_autoptr (BhBoxInfo) other = box_new ("b_0000000000000002", NULL);
  AdwAlertDialog *dialog;
  GtkWidget *row;

  scripted_coordinator_put_box (self->coordinator, one);
  scripted_coordinator_put_box (self->coordinator, other);
  present (self, "workers");
  WAIT_FOR (find (self, BH_TYPE_BOX_ROW, 1) != NULL);
  row = find (self, BH_TYPE_BOX_ROW, 0);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "A <b>Run</b>");
  g_assert_false (adw_preferences_row_get_use_markup (ADW_PREFERENCES_ROW (row)));
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Running · " WORKER " · host");

  /* refused: it runs as before */
  scripted_coordinator_fail (self->coordinator, "POST /v1/devboxes", 409, REFUSED, 1);
  g_signal_emit_by_name (find_button (row, "stop"), "clicked");
  WAIT_FOR (scripted_coordinator_count (self->coordinator, "POST /v1/devboxes/b_0000000000000001/stop") == 1);
  WAIT_FOR (gtk_widget_get_sensitive (row));
  g_assert_true (gtk_widget_get_visible (find_button (row, "stop")));

  g_signal_emit_by_name (find_button (row, "stop"), "clicked");
  WAIT_FOR (!gtk_widget_get_visible (find_button (find (self, BH_TYPE_BOX_ROW, 0), "stop")));
  row = find (self, BH_TYPE_BOX_ROW, 0);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "Stopped · " WORKER " · host");

  /* whoever shrinks back from it has it still */
  g_signal_emit_by_name (find_button (row, "remove"), "clicked");
  WAIT_FOR ((dialog = get_alert (self)) != NULL);
  adw_dialog_close (ADW_DIALOG (dialog));
  WAIT_FOR (get_alert (self) == NULL);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "DELETE /v1/devboxes"), ==, 0);
  g_signal_emit_by_name (find_button (row, "remove"), "clicked");
  WAIT_FOR ((dialog = get_alert (self)) != NULL);
  g_signal_emit_by_name (dialog, "response", "remove");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  WAIT_FOR (find (self, BH_TYPE_BOX_ROW, 1) == NULL);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, "DELETE /v1/devboxes/b_0000000000000001"),
                    ==, 1);
  row = find (self, BH_TYPE_BOX_ROW, 0);
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "Of no Run");

  /* what cannot be listed is told beside what was listed before */
  scripted_coordinator_fail (self->coordinator, "GET /v1/devboxes", 500, REFUSED, 1);
  g_signal_emit_by_name (find_button (row, "stop"), "clicked");
  WAIT_FOR (is_described (self, BH_TYPE_BOXES_GROUP, "Not <today> & so"));
  g_assert_true (gtk_widget_get_mapped (find (self, BH_TYPE_BOX_ROW, 0)));
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

/* (nullable) */
static GtkWidget *
row_in (AdwPreferencesGroup *group, GType type, guint n)
{
  return find_nth (GTK_WIDGET (group), type, &n);
}

static gboolean
was_sent (Fixture *self, const char *request, const char *body)
{
  g_autofree char *last = scripted_coordinator_last_body (self->coordinator);

  return scripted_coordinator_count (self->coordinator, request) > 0 && g_strcmp0 (last, body) == 0;
}

/* API keys are never shown; sign-ins are asked for, or not. */
static void
test_keys_and_sign_ins (Fixture *self, gconstpointer data)
{
  AdwPreferencesGroup *keys, *sign_ins;
  AdwActionRow *row, *other;
  AdwComboRow *consent;
  AdwAlertDialog *dialog;
  GtkEditable *entry;

  present (self, "engines");
  keys = ADW_PREFERENCES_GROUP (find (self, BH_TYPE_KEYS_GROUP, 0));
  WAIT_FOR (row_in (keys, ADW_TYPE_ACTION_ROW, 1) != NULL);
  row = ADW_ACTION_ROW (row_in (keys, ADW_TYPE_ACTION_ROW, 0));
  other = ADW_ACTION_ROW (row_in (keys, ADW_TYPE_ACTION_ROW, 1));
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), ==, "ANTHROPIC_API_KEY");
  g_assert_cmpstr (adw_action_row_get_subtitle (row), ==, "Stored · Claude-api");
  g_assert_cmpstr (adw_action_row_get_subtitle (other), ==, "Not set · Gemini, Goose");

  g_signal_emit_by_name (other, "activated");
  WAIT_FOR ((dialog = get_alert (self)) != NULL);
  entry = g_object_get_data (G_OBJECT (dialog), "entry");
  g_assert_false (adw_alert_dialog_get_response_enabled (dialog, "set"));
  gtk_editable_set_text (entry, "sk-1");
  g_assert_true (adw_alert_dialog_get_response_enabled (dialog, "set"));
  g_signal_emit_by_name (dialog, "response", "set");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  WAIT_FOR (was_sent (self, "PUT /v1/keys/GEMINI_API_KEY", "{\"value\":\"sk-1\"}"));

  sign_ins = ADW_PREFERENCES_GROUP (find (self, BH_TYPE_SIGN_INS_GROUP, 0));
  WAIT_FOR (row_in (sign_ins, ADW_TYPE_COMBO_ROW, 0) != NULL);
  consent = ADW_COMBO_ROW (row_in (sign_ins, ADW_TYPE_COMBO_ROW, 0));
  /* a name from an engine's file is no markup */
  g_assert_cmpstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (consent)), ==, "Claude <b>Plan</b>");
  g_assert_false (adw_preferences_row_get_use_markup (ADW_PREFERENCES_ROW (consent)));
  WAIT_FOR (adw_combo_row_get_selected (consent) == 1);
  adw_combo_row_set_selected (consent, 2);
  WAIT_FOR (was_sent (self, "PUT /v1/sign-ins/claude-plan", "{\"consent\":\"no\"}"));
  /* what is refused is set back, and said */
  scripted_coordinator_fail (self->coordinator, "PUT /v1/sign-ins", 409, REFUSED, 1);
  adw_combo_row_set_selected (consent, 0);
  WAIT_FOR (g_strcmp0 (adw_preferences_group_get_description (sign_ins), "Not <today> & so") == 0);
  WAIT_FOR (adw_combo_row_get_selected (consent) == 1);
  dismiss (self);
}

#define LOOK "GET /v1/engines?worker="
#define LOOK_NOW LOOK "desk%20%3Cb%3E%26%20lamp%3C%2Fb%3E&image=host&fresh=true"

static gboolean
says (gpointer row, const char *text)
{
  return g_strcmp0 (adw_action_row_get_subtitle (row), text) == 0;
}

/* Where an engine is found is asked of a DevBox, and asked anew on demand. */
static void
test_engines (Fixture *self, gconstpointer data)
{
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();
  g_autoptr (BhWorkerInfo) offline = worker_new (FALSE);
  BhPlaceRow *place;
  GtkWidget *group, *button;
  AdwActionRow *row;
  GListModel *places;

  present (self, "engines");
  place = BH_PLACE_ROW (find (self, BH_TYPE_PLACE_ROW, 0));
  group = find (self, BH_TYPE_ENGINES_GROUP, 0);
  WAIT_FOR (says (place, "A DevBox was made to look in"));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, LOOK), ==, 1);
  places = adw_combo_row_get_model (ADW_COMBO_ROW (place));
  g_assert_cmpuint (g_list_model_get_n_items (places), ==, 1);
  g_assert_cmpstr (gtk_string_list_get_string (GTK_STRING_LIST (places), 0), ==, WORKER " · host");
  row = ADW_ACTION_ROW (row_in (ADW_PREFERENCES_GROUP (group), ADW_TYPE_ACTION_ROW, 1));
  g_assert_true (says (row, "not <found>"));

  /* installed meanwhile */
  engine->id = g_strdup ("claude-code");
  engine->name = g_strdup ("Claude Code");
  engine->protocol = g_strdup ("claude-stream");
  engine->version = g_strdup ("2.1");
  engine->path = g_strdup ("/opt/<claude>");
  scripted_coordinator_put_engine (self->coordinator, engine);
  button = adw_preferences_group_get_header_suffix (ADW_PREFERENCES_GROUP (group));
  g_signal_emit_by_name (button, "clicked");
  g_assert_false (gtk_widget_get_sensitive (button));
  WAIT_FOR (gtk_widget_get_sensitive (button));
  g_assert_true (says (row, "Version 2.1, at /opt/<claude>"));
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, LOOK), ==, 2);
  g_assert_cmpuint (scripted_coordinator_count (self->coordinator, LOOK_NOW), ==, 1);

  scripted_coordinator_fail (self->coordinator, LOOK, 409, REFUSED, 1);
  g_signal_emit_by_name (button, "clicked");
  WAIT_FOR (says (place, "Not <today> & so"));
  g_assert_true (gtk_widget_get_sensitive (button));

  scripted_coordinator_put_worker (self->coordinator, offline);
  WAIT_FOR (says (place, "No worker is online to make a DevBox on"));
  g_assert_true (says (row, "Version 2.1, at /opt/<claude>"));
  dismiss (self);
}

/* Closed while it lists and while it changes something. */
static void
test_closed_meanwhile (Fixture *self, gconstpointer data)
{
  AdwPreferencesGroup *sign_ins;

  scripted_coordinator_hold (self->coordinator, "GET /v1/keys");
  present (self, "engines");
  sign_ins = ADW_PREFERENCES_GROUP (find (self, BH_TYPE_SIGN_INS_GROUP, 0));
  WAIT_FOR (scripted_coordinator_count (self->coordinator, "GET /v1/keys") == 1);
  WAIT_FOR (row_in (sign_ins, ADW_TYPE_COMBO_ROW, 0) != NULL);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row_in (sign_ins, ADW_TYPE_COMBO_ROW, 0)), 2);
  adw_dialog_force_close (ADW_DIALOG (self->dialog));
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_clear_object (&self->window);
  scripted_coordinator_hold (self->coordinator, NULL);
  WAIT_FOR (self->dialog == NULL);
}

static guint
n_lists (Fixture *self)
{
  return scripted_coordinator_count (self->coordinator, "GET /v1/keys");
}

/* What could not be listed while there was no connection is listed when there is one. */
static void
test_connection_comes_late (Fixture *self, gconstpointer data)
{
  BhConnection *local = bh_connections_get_local (self->connections);
  AdwPreferencesGroup *keys;

  scripted_coordinator_set_down (self->coordinator, TRUE);
  WAIT_FOR (bh_connection_get_state (local) != BH_CONNECTION_CONNECTED);
  present (self, "engines");
  keys = ADW_PREFERENCES_GROUP (find (self, BH_TYPE_KEYS_GROUP, 0));
  WAIT_FOR (n_lists (self) > 0);
  g_assert_null (row_in (keys, ADW_TYPE_ACTION_ROW, 0));
  scripted_coordinator_set_down (self->coordinator, FALSE);
  bh_connection_reconnect (local);
  WAIT_FOR (row_in (keys, ADW_TYPE_ACTION_ROW, 0) != NULL);
  g_assert_nonnull (strstr (adw_preferences_group_get_description (keys), "Given to the engines"));
  dismiss (self);
}

int
main (int argc, char **argv)
{
  ui_test_init (&argc, &argv);
  /* whatever the machine that tests has */
  g_setenv ("SECRET_BACKEND", "service", TRUE);

#define ADD(name, function) g_test_add ("/preferences/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("saved/add-and-remove", test_add_and_remove);
  ADD ("saved/load", test_load);
  g_test_add_func ("/preferences/fingerprint", test_fingerprint);
  ADD ("general", test_general);
  ADD ("general-settings", test_general_settings);
  ADD ("privacy", test_privacy);
  ADD ("workers", test_workers);
  ADD ("boxes", test_boxes);
  ADD ("connections", test_connections);
  ADD ("engines", test_engines);
  ADD ("keys-and-sign-ins", test_keys_and_sign_ins);
  ADD ("closed-meanwhile", test_closed_meanwhile);
  ADD ("connection-comes-late", test_connection_comes_late);
  return g_test_run ();
}

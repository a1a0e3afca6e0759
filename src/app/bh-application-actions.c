/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-application-private.h"

#include <glib/gi18n.h>

#include "app/bh-find-run.h"
#include "app/bh-shortcuts-dialog.h"
#include "app/preferences/bh-preferences-dialog.h"
#include "protocol/bh-paths.h"

#define METAINFO "/org/bellhop/Bellhop/metainfo.xml"
#define QUIT_AT_LAST_S 5

/* The arguments of an action that goes on after it returned; holds the application. */
typedef struct
{
  BhApplication *application;
  char *connection, *run, *set, *option; /* the last two nullable */
} Request;

static Request *
request_new (BhApplication *application, GVariant *parameter)
{
  char **fields[] = { NULL, NULL, NULL, NULL };
  Request *self = g_new0 (Request, 1);

  fields[0] = &self->connection;
  fields[1] = &self->run;
  fields[2] = &self->set;
  fields[3] = &self->option;
  for (gsize i = 0; i < g_variant_n_children (parameter) && i < G_N_ELEMENTS (fields); i++)
    g_variant_get_child (parameter, i, "s", fields[i]);
  self->application = g_object_ref (application);
  g_application_hold (G_APPLICATION (application));
  bh_application_wake (application);
  return self;
}

static void
request_free (gpointer data)
{
  Request *self = data;

  g_application_release (G_APPLICATION (self->application));
  g_object_unref (self->application);
  g_free (self->connection);
  g_free (self->run);
  g_free (self->set);
  g_free (self->option);
  g_free (self);
}

static void
run_request (BhApplication *application, GVariant *parameter, DexFiberFunc fiber)
{
  dex_future_disown (
      dex_scheduler_spawn (NULL, 0, fiber, request_new (application, parameter), request_free));
}

/* --- Runs and questions -------------------------------------------------------------------------------- */

static void
toast (BhApplication *self, const char *text)
{
  AdwToast *said;

  if (bh_application_is_leaving (self))
    return;
  said = adw_toast_new (text);
  adw_toast_set_use_markup (said, FALSE);
  bh_window_add_toast (bh_application_present_window (self), said);
}

/* On a fiber. (transfer full) (nullable) */
static BhRunItem *
find (Request *request, GError **error)
{
  /* the action may be what started the app */
  if (request->application->loaded != NULL)
    dex_await (dex_ref (request->application->loaded), NULL);
  return dex_await_object (bh_find_run (request->application->connections, request->connection, request->run),
                           error);
}

static DexFuture *
open_run_fiber (gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunItem) run = find (request, &error);

  if (bh_application_is_leaving (request->application))
    return dex_future_new_true ();
  if (run != NULL)
    bh_window_open_run (bh_application_present_window (request->application), run);
  else
    toast (request->application, error->message);
  return dex_future_new_true ();
}

static DexFuture *
show_question_fiber (gpointer data)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunItem) run = find (request, &error);
  g_autoptr (BhQuestionSet) set = NULL;
  BhWindow *window;

  if (bh_application_is_leaving (request->application))
    return dex_future_new_true ();
  if (run != NULL)
    {
      bh_window_open_run (bh_application_present_window (request->application), run);
      set = dex_await_boxed (bh_find_question (run, request->set), &error);
    }
  if (bh_application_is_leaving (request->application))
    return dex_future_new_true ();
  window = bh_application_present_window (request->application);
  if (set == NULL)
    toast (request->application, error->message);
  else if (bh_run_item_get_connection (run) != NULL)
    bh_window_ask (window, bh_run_item_get_connection (run), set, bh_run_item_get_name (run));
  return dex_future_new_true ();
}

static void
new_run_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  bh_window_compose (bh_application_present_window (data), NULL);
}

static void
search_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autofree char *text = g_utf8_make_valid (g_variant_get_string (parameter, NULL), -1);

  bh_window_search (bh_application_present_window (data), text);
}

static void
open_run_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  run_request (data, parameter, open_run_fiber);
}

static void
show_question_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  run_request (data, parameter, show_question_fiber);
}

/* --- answering without a window ------------------------------------------------------------------------ */

static void
tell_failure (Request *request, const GError *error)
{
  g_autoptr (BhQuestionSet) first = bh_connection_error_answer (error);
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *body = NULL, *id = NULL, *text = NULL;

  if (first != NULL)
    {
      text = bh_question_set_answer_text (first);
      body = g_strdup_printf (_ ("It was answered already, with “%s”."), text);
    }
  notification = g_notification_new (_ ("Your answer was not taken"));
  g_notification_set_body (notification, body != NULL ? body : error->message);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.show-question", "(sss)",
                                                request->connection, request->run, request->set);
  id = g_strconcat ("answer-", request->set, NULL);
  bh_application_notify (request->application, id, notification);
}

static DexFuture *
answer_fiber (gpointer data)
{
  Request *request = data;
  BhApplication *self = request->application;
  g_autoptr (BhQuestionSet) answered = NULL;
  g_autoptr (BhConnection) connection = NULL;
  g_autoptr (GError) error = NULL;

  if (self->loaded != NULL)
    dex_await (dex_ref (self->loaded), NULL);
  if (g_set_object (&connection, bh_connections_lookup (self->connections, request->connection)))
    answered = dex_await_boxed (bh_connection_answer_option (connection, request->run, request->set,
                                                             request->option),
                                &error);
  else
    error = bh_error_new (BH_ERROR_RUN_NOT_FOUND, NULL,
                          _ ("The connection of that Run has been removed. Add it again in Preferences."));
  if (answered == NULL)
    tell_failure (request, error);
  return dex_future_new_true ();
}

static void
answer_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  run_request (data, parameter, answer_fiber);
}

/* --- the app itself ------------------------------------------------------------------------------------ */

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BhApplication *self = data;
  BhWindow *window = bh_application_present_window (self);
  BhPreferencesDialog *dialog;

  if (BH_IS_PREFERENCES_DIALOG (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window))))
    return;
  dialog = bh_preferences_dialog_new (self->connections, self->settings);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (window));
}

static void
shortcuts_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BhWindow *window = bh_application_present_window (data);

  if (!BH_IS_SHORTCUTS_DIALOG (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window))))
    adw_dialog_present (ADW_DIALOG (bh_shortcuts_dialog_new (data)), GTK_WIDGET (window));
}

static void
help_shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BhApplication) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *message = NULL;

  if (gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error) ||
      g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    return;
  message = g_strdup_printf (_ ("The help could not be opened: %s"), error->message);
  toast (self, message);
}

static void
help_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BhApplication *self = data;
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new ("help:bellhop");

  gtk_uri_launcher_launch (launcher, GTK_WINDOW (bh_application_get_window (self)), NULL, help_shown_cb,
                           g_object_ref (self));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BhWindow *window = bh_application_present_window (data);
  AdwDialog *about = adw_about_dialog_new_from_appdata (METAINFO, BH_VERSION);

  adw_about_dialog_set_version (ADW_ABOUT_DIALOG (about), BH_VERSION);
  /* Translators: your name and, if you like, your address */
  adw_about_dialog_set_translator_credits (ADW_ABOUT_DIALOG (about), _ ("translator-credits"));
  adw_dialog_present (about, GTK_WIDGET (window));
}

static void
quit_at_last_cb (gpointer data)
{
  BhApplication *self = data;

  self->quit_source = 0;
  g_application_quit (G_APPLICATION (self));
}

/* What is under way (a deletion that was still to be undone, an answer) holds the application for a moment
 * longer than its windows. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  BhApplication *self = data;
  GList *windows;

  bh_background_stop (self->background);
  g_application_set_inactivity_timeout (G_APPLICATION (self), 0);
  while ((windows = gtk_application_get_windows (GTK_APPLICATION (self))) != NULL)
    gtk_window_destroy (windows->data);
  if (self->quit_source == 0)
    self->quit_source = g_timeout_add_seconds_once (QUIT_AT_LAST_S, quit_at_last_cb, self);
}

void
bh_application_add_actions (BhApplication *self)
{
  static const GActionEntry actions[] = {
    { .name = "new-run", .activate = new_run_cb },
    { .name = "open-run", .activate = open_run_cb, .parameter_type = "(ss)" },
    { .name = "search", .activate = search_cb, .parameter_type = "s" },
    { .name = "show-question", .activate = show_question_cb, .parameter_type = "(sss)" },
    { .name = "answer", .activate = answer_cb, .parameter_type = "(ssss)" },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "shortcuts", .activate = shortcuts_cb },
    { .name = "help", .activate = help_cb },
    { .name = "about", .activate = about_cb },
    { .name = "quit", .activate = quit_cb },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
}

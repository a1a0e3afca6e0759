/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-application-private.h"

#include <glib/gi18n.h>
#include <locale.h>

#include "app/bh-bench-probe.h"
#include "app/bh-settings.h"
#include "app/preferences/bh-saved-connections.h"

/* the same for every profile, or the resources of one would not be those of the other */
#define RESOURCES "/org/bellhop/Bellhop"
#define WIND_DOWN_MS 1000

#define SERVICE_LINGERS_MS 30000

G_DEFINE_FINAL_TYPE (BhApplication, bh_application, ADW_TYPE_APPLICATION)

/* --- the coordinator of this computer ------------------------------------------------------------------ */

/* Whoever only asks over the bus (the search of the desktop) is told of what is there, and starts nothing. */
static gboolean
is_only_asked (BhApplication *self)
{
  return (g_application_get_flags (G_APPLICATION (self)) & G_APPLICATION_IS_SERVICE) != 0 &&
         !g_settings_get_boolean (self->settings, "start-at-login");
}

/* Who was quit and only waits for what is under way is wanted again. */
static void
stay (BhApplication *self)
{
  if (self->quit_source == 0)
    return;
  g_clear_handle_id (&self->quit_source, g_source_remove);
  bh_background_resume (self->background);
  if ((g_application_get_flags (G_APPLICATION (self)) & G_APPLICATION_IS_SERVICE) != 0)
    g_application_set_inactivity_timeout (G_APPLICATION (self), SERVICE_LINGERS_MS);
}

gboolean
bh_application_is_leaving (BhApplication *self)
{
  return self->quit_source != 0 || self->closed != NULL;
}

void
bh_application_wake (BhApplication *self)
{
  BhConnection *local;

  stay (self);
  if (!self->asleep || self->connections == NULL)
    return;
  self->asleep = FALSE;
  local = bh_connections_get_local (self->connections);
  bh_client_set_may_start (bh_connection_get_client (local), TRUE);
  if (bh_connection_get_state (local) != BH_CONNECTION_CONNECTED)
    bh_connection_reconnect (local);
}

/* --- windows ------------------------------------------------------------------------------------------- */

BhWindow *
bh_application_get_window (BhApplication *self)
{
  for (GList *at = gtk_application_get_windows (GTK_APPLICATION (self)); at != NULL; at = at->next)
    if (BH_IS_WINDOW (at->data))
      return at->data;
  return NULL;
}

BhWindow *
bh_application_present_window (BhApplication *self)
{
  BhWindow *window = bh_application_get_window (self);

  bh_application_wake (self);
  if (window == NULL)
    window = bh_window_new (self);
  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
bh_application_activate (GApplication *application)
{
  bh_application_present_window (BH_APPLICATION (application));
}

/* Links, from the desktop. */
static void
bh_application_open (GApplication *application, GFile **files, int n, const char *hint)
{
  BhApplication *self = BH_APPLICATION (application);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *uri = g_file_get_uri (files[i]);

      bh_application_open_text (self, uri, NULL);
    }
}

/* --- from start to end --------------------------------------------------------------------------------- */

static gboolean
is_seen (BhRunItem *run, gpointer data)
{
  BhWindow *window = bh_application_get_window (data);

  return window != NULL && gtk_window_is_active (GTK_WINDOW (window)) && bh_window_get_run (window) == run;
}

static void
add_accelerators (GtkApplication *self)
{
  static const struct
  {
    const char *action;
    const char *keys[3];
  } accelerators[] = {
    { "app.new-run", { "<Control>n" } },
    { "app.preferences", { "<Control>comma" } },
    { "app.shortcuts", { "<Control>question" } },
    { "app.help", { "F1" } },
    { "app.quit", { "<Control>q" } },
    { "window.close", { "<Control>w" } },
    { "win.search", { "<Control>f" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (accelerators); i++)
    gtk_application_set_accels_for_action (self, accelerators[i].action, accelerators[i].keys);
}

static void
bh_application_startup (GApplication *application)
{
  BhApplication *self = BH_APPLICATION (application);
  g_autoptr (BhConnection) local = NULL;

  G_APPLICATION_CLASS (bh_application_parent_class)->startup (application);
  gtk_window_set_default_icon_name (BH_APP_ID);
  /* the next letter of a search, or the next button of a notification */
  if ((g_application_get_flags (application) & G_APPLICATION_IS_SERVICE) != 0)
    g_application_set_inactivity_timeout (application, SERVICE_LINGERS_MS);
  self->settings = bh_settings_new ();
  local = bh_connection_new_local (_ ("This computer"), NULL);
  self->asleep = is_only_asked (self);
  bh_client_set_may_start (bh_connection_get_client (local), !self->asleep);
  self->connections = bh_connections_new (local);
  self->runs = bh_active_runs_new (self->connections);
  self->background = bh_background_new (GTK_APPLICATION (self), self->runs, self->settings);
  self->notifier = bh_notifier_new (application, self->connections, self->settings, is_seen, self);
  self->unread = bh_unread_new (self->connections, self->settings);
  self->unsent = bh_unsent_get ();
  bh_unsent_follow (self->unsent, self->connections);
  self->loaded = bh_saved_connections_load (self->connections, self->settings);
  if (self->search != NULL)
    bh_search_provider_set_connections (self->search, self->connections, self->loaded);
  bh_application_add_actions (self);
  add_accelerators (GTK_APPLICATION (self));
  bh_bench_probe_start (GTK_APPLICATION (self));
}

/* Before the startup, and only where there is a bus. */
static gboolean
bh_application_dbus_register (GApplication *application,
                              GDBusConnection *bus,
                              const char *path,
                              GError **error)
{
  BhApplication *self = BH_APPLICATION (application);

  if (!G_APPLICATION_CLASS (bh_application_parent_class)->dbus_register (application, bus, path, error))
    return FALSE;
  self->search = bh_search_provider_new (application);
  return bh_search_provider_export (self->search, bus, path, error);
}

static void
bh_application_dbus_unregister (GApplication *application, GDBusConnection *bus, const char *path)
{
  BhApplication *self = BH_APPLICATION (application);

  if (self->search != NULL)
    bh_search_provider_unexport (self->search);
  g_clear_object (&self->search);
  G_APPLICATION_CLASS (bh_application_parent_class)->dbus_unregister (application, bus, path);
}

static void
bh_application_shutdown (GApplication *application)
{
  BhApplication *self = BH_APPLICATION (application);

  g_clear_handle_id (&self->quit_source, g_source_remove);
  g_clear_object (&self->notifier);
  /* before the connections go, which it would take for their removal */
  g_clear_object (&self->unread);
  if (self->unsent != NULL)
    bh_unsent_follow (self->unsent, NULL);
  g_clear_object (&self->unsent);
  g_clear_object (&self->background);
  g_clear_object (&self->runs);
  /* it may be a fiber under way: that goes on by itself */
  if (self->loaded != NULL)
    dex_future_disown (g_steal_pointer (&self->loaded));
  if (self->connections != NULL)
    self->closed = bh_connections_close (self->connections);
  G_APPLICATION_CLASS (bh_application_parent_class)->shutdown (application);
}

static void
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* The name on the bus is given back by now: whoever is started meanwhile is the new instance. */
gboolean
bh_application_wind_down (BhApplication *self)
{
  gboolean late = FALSE;
  guint source;

  g_return_val_if_fail (BH_IS_APPLICATION (self), FALSE);
  if (self->closed == NULL)
    return TRUE;
  source = g_timeout_add_once (WIND_DOWN_MS, late_cb, &late);
  while (dex_future_is_pending (self->closed) && !late)
    g_main_context_iteration (NULL, TRUE);
  if (!late)
    g_source_remove (source);
  return !dex_future_is_pending (self->closed);
}

static void
bh_application_finalize (GObject *object)
{
  BhApplication *self = BH_APPLICATION (object);

  dex_clear (&self->closed);
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (bh_application_parent_class)->finalize (object);
}

static void
bh_application_class_init (BhApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = bh_application_finalize;
  application_class->activate = bh_application_activate;
  application_class->open = bh_application_open;
  application_class->command_line = bh_application_command_line;
  application_class->dbus_register = bh_application_dbus_register;
  application_class->dbus_unregister = bh_application_dbus_unregister;
  application_class->startup = bh_application_startup;
  application_class->shutdown = bh_application_shutdown;
}

static void
bh_application_init (BhApplication *self)
{
  bh_application_add_options (self);
}

/* The catalogues, of the build folder when we run from there. */
static void
init_locale (void)
{
  const char *uninstalled = g_getenv ("BELLHOP_UNINSTALLED");
  g_autofree char *built = uninstalled != NULL ? g_build_filename (uninstalled, "po", NULL) : NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, built != NULL ? built : BH_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

BhApplication *
bh_application_new (void)
{
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      init_locale ();
      dex_init ();
      g_set_application_name (_ ("Bellhop"));
      g_once_init_leave (&ready, 1);
    }
  return g_object_new (BH_TYPE_APPLICATION, "application-id", BH_APP_ID, "resource-base-path", RESOURCES,
                       "flags", G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN, NULL);
}

BhConnections *
bh_application_get_connections (BhApplication *self)
{
  g_return_val_if_fail (BH_IS_APPLICATION (self), NULL);
  return self->connections;
}

GSettings *
bh_application_get_settings (BhApplication *self)
{
  g_return_val_if_fail (BH_IS_APPLICATION (self), NULL);
  return self->settings;
}

int
bh_application_get_exit_status (BhApplication *self)
{
  g_return_val_if_fail (BH_IS_APPLICATION (self), 0);
  return self->exit_status;
}

void
bh_application_notify (BhApplication *self, const char *id, GNotification *notification)
{
  g_return_if_fail (BH_IS_APPLICATION (self));
  if (self->notifier == NULL || !bh_notifier_send (self->notifier, id, notification))
    g_info ("A notification that nobody shows");
}

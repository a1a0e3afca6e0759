/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-background.h"

#include <glib/gi18n.h>

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_BACKGROUND "org.freedesktop.portal.Background"

struct _BhBackground
{
  GObject parent_instance;

  GtkApplication *application; /* weak */
  BhActiveRuns *runs;
  GSettings *settings;
  gboolean holds;
  gboolean stopped;
  gboolean requested; /* this time without a window */
};

G_DEFINE_FINAL_TYPE (BhBackground, bh_background, G_TYPE_OBJECT)

static void
hold (BhBackground *self, gboolean wanted)
{
  if (wanted == self->holds || self->application == NULL)
    return;
  self->holds = wanted;
  if (wanted)
    g_application_hold (G_APPLICATION (self->application));
  else
    g_application_release (G_APPLICATION (self->application));
}

static void
bh_background_dispose (GObject *object)
{
  BhBackground *self = BH_BACKGROUND (object);

  hold (self, FALSE);
  g_clear_weak_pointer (&self->application);
  g_clear_object (&self->runs);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (bh_background_parent_class)->dispose (object);
}

static void
bh_background_class_init (BhBackgroundClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_background_dispose;
}

static void
bh_background_init (BhBackground *self)
{
}

/* --- the portal ---------------------------------------------------------------------------------------- */

static void
called_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    g_info ("The portal for the background: %s", error->message);
}

/* Not every desktop has it, and some only for what is sandboxed: it is a courtesy. */
static void
call_portal (BhBackground *self, const char *method, GVariant *arguments)
{
  g_autoptr (GVariant) taken = g_variant_ref_sink (arguments);
  GDBusConnection *bus = g_application_get_dbus_connection (G_APPLICATION (self->application));

  if (bus != NULL)
    g_dbus_connection_call (bus, PORTAL, PORTAL_PATH, PORTAL_BACKGROUND, method, taken, NULL,
                            G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL, called_cb, NULL);
}

/* What is asked about starting with the session repeats what the person has set: saying nothing undoes it. */
static void
request (BhBackground *self)
{
  const char *const command[] = { "bellhop", "--gapplication-service", NULL };
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "reason",
                         g_variant_new_string (_ ("Bellhop tells you when a Run needs you.")));
  g_variant_builder_add (&options, "{sv}", "autostart",
                         g_variant_new_boolean (g_settings_get_boolean (self->settings, "start-at-login")));
  g_variant_builder_add (&options, "{sv}", "commandline", g_variant_new_strv (command, -1));
  g_variant_builder_add (&options, "{sv}", "dbus-activatable", g_variant_new_boolean (TRUE));
  call_portal (self, "RequestBackground", g_variant_new ("(s@a{sv})", "", g_variant_builder_end (&options)));
}

static void
set_status (BhBackground *self)
{
  guint n = bh_active_runs_get_n (self->runs);
  g_autofree char *message = NULL;
  GVariantBuilder options;

  message =
      g_strdup_printf (ngettext ("Bellhop is waiting on %u Run", "Bellhop is waiting on %u Runs", n), n);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "message", g_variant_new_string (message));
  call_portal (self, "SetStatus", g_variant_new ("(@a{sv})", g_variant_builder_end (&options)));
}

/* --- when ---------------------------------------------------------------------------------------------- */

static void
update (BhBackground *self)
{
  gboolean has_window;

  if (self->application == NULL)
    return;
  hold (self, !self->stopped && bh_active_runs_get_n (self->runs) > 0 &&
                  g_settings_get_boolean (self->settings, "run-in-background"));
  has_window = gtk_application_get_windows (self->application) != NULL;
  if (self->holds && !has_window)
    {
      if (!self->requested)
        request (self);
      self->requested = TRUE;
      set_status (self);
    }
  else if (has_window)
    self->requested = FALSE;
}

void
bh_background_stop (BhBackground *self)
{
  g_return_if_fail (BH_IS_BACKGROUND (self));
  self->stopped = TRUE;
  hold (self, FALSE);
}

void
bh_background_resume (BhBackground *self)
{
  g_return_if_fail (BH_IS_BACKGROUND (self));
  self->stopped = FALSE;
  update (self);
}

BhBackground *
bh_background_new (GtkApplication *application, BhActiveRuns *runs, GSettings *settings)
{
  BhBackground *self;

  g_return_val_if_fail (GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (BH_IS_ACTIVE_RUNS (runs), NULL);
  self = g_object_new (BH_TYPE_BACKGROUND, NULL);
  g_set_weak_pointer (&self->application, application);
  self->runs = g_object_ref (runs);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (runs, "notify::n", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::run-in-background", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (application, "window-added", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (application, "window-removed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  update (self);
  return self;
}

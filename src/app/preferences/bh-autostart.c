/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "app/preferences/bh-autostart.h"
#include "client/bh-future.h"

#define PORTAL "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define BACKGROUND "org.freedesktop.portal.Background"
#define REQUEST "org.freedesktop.portal.Request"

/* https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Background.html */

static GVariant *
request_options (const char *token, gboolean wanted)
{
  static const char *const command[] = { "bellhop", "--gapplication-service", NULL };
  g_auto (GVariantDict) options = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&options, "handle_token", "s", token);
  g_variant_dict_insert (&options, "reason", "s", _ ("Bellhop tells you when a Run needs you."));
  g_variant_dict_insert (&options, "autostart", "b", wanted);
  g_variant_dict_insert_value (&options, "commandline", g_variant_new_strv (command, -1));
  g_variant_dict_insert (&options, "dbus-activatable", "b", TRUE);
  return g_variant_dict_end (&options);
}

static void
response_cb (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *name,
             GVariant *parameters,
             gpointer data)
{
  DexPromise *promise = data;

  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_variant (promise, g_variant_ref (parameters));
}

/* Where the answer comes from is known before it is asked, so that it cannot be missed. */
static char *
request_path (GDBusConnection *bus, const char *token)
{
  g_autofree char *sender = g_strdup (g_dbus_connection_get_unique_name (bus) + 1);

  g_strdelimit (sender, ".", '_');
  return g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s", sender, token);
}

static DexFuture *
check_response (GVariant *response, gboolean wanted)
{
  g_autoptr (GVariant) results = NULL;
  guint32 status;
  gboolean autostart = wanted;

  if (!g_variant_is_of_type (response, G_VARIANT_TYPE ("(ua{sv})")))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                  _ ("The desktop gave an answer that is not understood"));
  g_variant_get (response, "(u@a{sv})", &status, &results);
  g_variant_lookup (results, "autostart", "b", &autostart);
  if (status != 0 || autostart != wanted)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                                  _ ("The desktop did not allow it: see Settings, Apps, Bellhop"));
  return dex_future_new_true ();
}

static DexFuture *
set_fiber (gpointer data)
{
  gboolean wanted = GPOINTER_TO_INT (data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) bus = dex_await_object (dex_bus_get (G_BUS_TYPE_SESSION), &error);
  g_autofree char *token = g_strdup_printf ("bellhop%08x", g_random_int ());
  g_autofree char *path = NULL;
  g_autoptr (DexPromise) promise = dex_promise_new ();
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) response = NULL;
  guint subscription;

  if (bus == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("There is no session bus: %s"),
                                  error->message);
  path = request_path (bus, token);
  subscription = g_dbus_connection_signal_subscribe (bus, PORTAL, REQUEST, "Response", path, NULL,
                                                     G_DBUS_SIGNAL_FLAGS_NONE, response_cb, dex_ref (promise),
                                                     dex_unref);
  reply =
      dex_await_variant (dex_dbus_connection_call (bus, PORTAL, PORTAL_PATH, BACKGROUND, "RequestBackground",
                                                   g_variant_new ("(s@a{sv})", "",
                                                                  request_options (token, wanted)),
                                                   G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NONE, -1),
                         &error);
  if (reply != NULL)
    response = dex_await_variant (dex_ref (promise), &error);
  g_dbus_connection_signal_unsubscribe (bus, subscription);
  if (response == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                  _ ("This desktop cannot start apps at login: %s"), error->message);
  return check_response (response, wanted);
}

DexFuture *
bh_autostart_set (gboolean wanted)
{
  return bh_future_detached (dex_scheduler_spawn (NULL, 0, set_fiber, GINT_TO_POINTER (wanted), NULL));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-background.h"
#include "app/bh-settings.h"
#include "app/preferences/bh-autostart.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* What the desktop's portal is asked when the app goes on without a window, and when it is to start with the
 * session. */

#define PORTAL "org.freedesktop.portal.Desktop"

static const char interface_xml[] = "<node><interface name='org.freedesktop.portal.Background'>"
                                    "<method name='RequestBackground'><arg type='s'/><arg type='a{sv}'/>"
                                    "<arg type='o' direction='out'/></method>"
                                    "<method name='SetStatus'><arg type='a{sv}'/></method>"
                                    "</interface></node>";

typedef struct
{
  GDBusConnection *desktop;
  guint status;       /* of the portal's answer */
  gboolean autostart; /* what it says, whatever was asked */
  GVariant *request;  /* (nullable): the options of the last one */
  guint n_requests;
  char *message; /* (nullable): the last status */
} Fixture;

/* It ends with this program, as GTK keeps its connection for as long as that. */
static GTestDBus *bus;

/* --- the portal ---------------------------------------------------------------------------------------- */

static void
respond (Fixture *self, const char *sender, const char *token)
{
  g_autofree char *peer = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree char *path = g_strdup_printf ("/org/freedesktop/portal/desktop/request/%s/%s", peer, token);
  g_auto (GVariantDict) results = G_VARIANT_DICT_INIT (NULL);

  g_variant_dict_insert (&results, "autostart", "b", self->autostart);
  g_assert_true (g_dbus_connection_emit_signal (
      self->desktop, sender, path, "org.freedesktop.portal.Request", "Response",
      g_variant_new ("(u@a{sv})", self->status, g_variant_dict_end (&results)), NULL));
}

static void
call_cb (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer data)
{
  Fixture *self = data;
  g_autoptr (GVariant) options =
      g_variant_get_child_value (parameters, g_variant_n_children (parameters) - 1);
  const char *token = NULL;

  if (g_str_equal (method, "SetStatus"))
    {
      g_clear_pointer (&self->message, g_free);
      g_assert_true (g_variant_lookup (options, "message", "s", &self->message));
      g_dbus_method_invocation_return_value (invocation, NULL);
      return;
    }
  g_clear_pointer (&self->request, g_variant_unref);
  self->request = g_variant_ref (options);
  self->n_requests++;
  /* the answer may come before the call returns */
  if (g_variant_lookup (options, "handle_token", "&s", &token))
    respond (self, sender, token);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/request"));
}

static void
start_portal (Fixture *self)
{
  static const GDBusInterfaceVTable methods = { .method_call = call_cb };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;

  self->desktop = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                          NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (self->desktop, "/org/freedesktop/portal/desktop", node->interfaces[0],
                                     &methods, self, NULL, &error);
  g_assert_no_error (error);
  owned =
      g_dbus_connection_call_sync (self->desktop, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                   "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", PORTAL, 4),
                                   NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  start_portal (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_dbus_connection_close_sync (self->desktop, NULL, NULL);
  g_clear_object (&self->desktop);
  g_clear_pointer (&self->request, g_variant_unref);
  g_clear_pointer (&self->message, g_free);
}

static gboolean
asked_for (Fixture *self, const char *option)
{
  gboolean value = FALSE;

  g_assert_true (g_variant_lookup (self->request, option, "b", &value));
  return value;
}

/* --- at login ------------------------------------------------------------------------------------------ */

/* NULL: it was done. (transfer full) */
static GError *
set_autostart (gboolean wanted)
{
  DexFuture *future = bh_autostart_set (wanted);
  GError *error = NULL;

  WAIT_FOR (!dex_future_is_pending (future));
  dex_future_get_value (future, &error);
  dex_unref (future);
  return error;
}

static void
test_login (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL, refused = NULL, other = NULL;
  g_auto (GStrv) command = NULL;

  self->autostart = TRUE;
  error = set_autostart (TRUE);
  g_assert_no_error (error);
  g_assert_true (asked_for (self, "autostart") && asked_for (self, "dbus-activatable"));
  g_assert_true (g_variant_lookup (self->request, "commandline", "^as", &command));
  g_assert_cmpstr (command[0], ==, "bellhop");
  g_assert_cmpstr (command[1], ==, "--gapplication-service");
  self->autostart = FALSE;
  error = set_autostart (FALSE);
  g_assert_no_error (error);
  g_assert_false (asked_for (self, "autostart"));
  /* the desktop says that it has not done it, */
  other = set_autostart (TRUE);
  g_assert_error (other, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  /* or the person has refused it */
  self->autostart = TRUE;
  self->status = 1;
  refused = set_autostart (TRUE);
  g_assert_error (refused, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
}

/* --- without a window ---------------------------------------------------------------------------------- */

static void
put_run (ScriptedCoordinator *coordinator, guint n, BhRunState state)
{
  g_autofree char *id = ui_test_run_id (n);
  g_autoptr (BhRun) run = scripted_run_new (id, state, 60);

  scripted_coordinator_put_run (coordinator, run);
}

static void
test_waits (Fixture *self, gconstpointer data)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhConnection) local = NULL;
  g_autoptr (BhActiveRuns) runs = NULL;
  g_autoptr (GSettings) settings = bh_settings_new ();
  g_autoptr (GtkApplication) application = NULL;
  g_autoptr (GError) error = NULL;
  BhConnections *connections;
  BhBackground *background;

  put_run (coordinator, 1, BH_RUN_RUNNING);
  put_run (coordinator, 2, BH_RUN_NEEDS_YOU);
  local = bh_connection_new_local ("This computer", scripted_coordinator_get_socket (coordinator));
  connections = bh_connections_new (local);
  application = gtk_application_new ("org.bellhop.Test", G_APPLICATION_NON_UNIQUE);
  g_application_register (G_APPLICATION (application), NULL, &error);
  g_assert_no_error (error);
  runs = bh_active_runs_new (connections);
  /* who does not want it is not asked for */
  g_settings_set_boolean (settings, "run-in-background", FALSE);
  g_settings_set_boolean (settings, "start-at-login", TRUE);
  background = bh_background_new (application, runs, settings);
  WAIT_FOR (bh_active_runs_get_n (runs) == 2);
  g_assert_cmpuint (self->n_requests, ==, 0);
  g_settings_set_boolean (settings, "run-in-background", TRUE);
  WAIT_FOR (g_strcmp0 (self->message, "Bellhop is waiting on 2 Runs") == 0);
  g_assert_cmpuint (self->n_requests, ==, 1);
  /* what was set for the login is not undone by it */
  g_assert_true (asked_for (self, "autostart"));
  put_run (coordinator, 1, BH_RUN_COMPLETED);
  WAIT_FOR (g_strcmp0 (self->message, "Bellhop is waiting on 1 Run") == 0);
  g_assert_cmpuint (self->n_requests, ==, 1);
  g_settings_reset (settings, "run-in-background");
  g_settings_reset (settings, "start-at-login");
  g_assert_finalize_object (background);
  g_clear_object (&runs);
  g_clear_object (&local);
  let_go_of_connections (&connections);
}

#define ADD(name, func) g_test_add ("/background/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus);
  ADD ("login", test_login);
  ADD ("waits", test_waits);
  return g_test_run ();
}

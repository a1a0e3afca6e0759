/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-settings.h"
#include "app/questions/bh-notifier.h"
#include "support/let-go.h"
#include "support/scripted-coordinator.h"
#include "support/ui-test.h"

/* What is notified of and what is not, told to a desktop that only writes it down. What is not told is known
 * by what is told after it. */

#define NAME "org.gtk.Notifications"

static const char interface_xml[] =
    "<node><interface name='" NAME "'>"
    "<method name='AddNotification'><arg type='s'/><arg type='s'/><arg type='a{sv}'/></method>"
    "<method name='RemoveNotification'><arg type='s'/><arg type='s'/></method>"
    "</interface></node>";

typedef struct
{
  ScriptedCoordinator *coordinator;
  BhConnections *connections;
  GSettings *settings;
  GTestDBus *bus;
  GDBusConnection *desktop;
  GApplication *application;
  BhNotifier *notifier;
  GHashTable *shown; /* id → a{sv} */
  GPtrArray *titles; /* of all that were shown, in their order */
  const char *seen;  /* (nullable): the Run that is before the person's eyes */
} Fixture;

/* --- the desktop --------------------------------------------------------------------------------------- */

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
  const char *id;

  g_variant_get_child (parameters, 1, "&s", &id);
  if (g_str_equal (method, "AddNotification"))
    {
      g_autoptr (GVariant) notification = g_variant_get_child_value (parameters, 2);
      char *title = NULL;

      g_assert_true (g_variant_lookup (notification, "title", "s", &title));
      g_ptr_array_add (self->titles, title);
      g_hash_table_insert (self->shown, g_strdup (id), g_steal_pointer (&notification));
    }
  else
    g_hash_table_remove (self->shown, id);
  g_dbus_method_invocation_return_value (invocation, NULL);
}

static void
start_desktop (Fixture *self)
{
  static const GDBusInterfaceVTable methods = { .method_call = call_cb };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (interface_xml, NULL);
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (GError) error = NULL;

  self->desktop = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (self->bus),
                                                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                          NULL, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_register_object (self->desktop, "/org/gtk/Notifications", node->interfaces[0], &methods,
                                     self, NULL, &error);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (self->desktop, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", NAME, 4),
                                       NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

static gboolean
has_title (Fixture *self, const char *title)
{
  return g_ptr_array_find_with_equal_func (self->titles, title, g_str_equal, NULL);
}

static void
wait_told (Fixture *self, const char *title)
{
  WAIT_UNTIL (has_title (self, title), title);
}

/* --- the fixture --------------------------------------------------------------------------------------- */

static gboolean
is_seen (BhRunItem *run, gpointer data)
{
  return g_strcmp0 (bh_run_item_get_id (run), ((Fixture *) data)->seen) == 0;
}

static void
put_run (Fixture *self, guint n, BhRunState state)
{
  g_autofree char *id = ui_test_run_id (n);
  g_autoptr (BhRun) run = scripted_run_new (id, state, 60);

  g_free (run->name);
  run->name = g_strdup_printf ("Run %u", n);
  scripted_coordinator_put_run (self->coordinator, run);
}

static BhRunItem *
get_run (Fixture *self, guint n)
{
  g_autofree char *id = ui_test_run_id (n);

  return bh_connections_find_run (self->connections, id);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GNotification) hello = g_notification_new ("Hello");
  g_autoptr (BhConnection) local = NULL;
  g_autoptr (GError) error = NULL;

  self->shown = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->titles = g_ptr_array_new_with_free_func (g_free);
  self->coordinator = scripted_coordinator_new ();
  for (guint n = 1; n <= 4; n++)
    put_run (self, n, BH_RUN_RUNNING);
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  start_desktop (self);
  self->application = g_application_new ("org.bellhop.Test", G_APPLICATION_NON_UNIQUE);
  g_application_register (self->application, NULL, &error);
  g_assert_no_error (error);
  self->settings = bh_settings_new ();
  local = bh_connection_new_local ("This computer", scripted_coordinator_get_socket (self->coordinator));
  self->connections = bh_connections_new (local);
  self->notifier = bh_notifier_new (self->application, self->connections, self->settings, is_seen, self);
  WAIT_FOR (bh_connection_get_state (bh_connections_get_local (self->connections)) ==
            BH_CONNECTION_CONNECTED);
  g_assert_nonnull (get_run (self, 4));
  /* the desktop is known once it was told of something */
  WAIT_FOR (bh_notifier_send (self->notifier, "hello", hello));
  wait_told (self, "Hello");
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  static const char *const keys[] = { "notify-needs-you", "notify-completed", "notify-failed",
                                      "shown-questions" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    g_settings_reset (self->settings, keys[i]);
  g_clear_object (&self->notifier);
  let_go_of_connections (&self->connections);
  g_clear_object (&self->application);
  g_clear_object (&self->settings);
  g_dbus_connection_close_sync (self->desktop, NULL, NULL);
  g_clear_object (&self->desktop);
  g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->coordinator, scripted_coordinator_free);
  g_ptr_array_unref (self->titles);
  g_hash_table_unref (self->shown);
}

static void
ask (Fixture *self, guint n)
{
  g_autofree char *id = ui_test_run_id (n), *question = g_strdup_printf ("q_%016u", n);
  g_autoptr (BhQuestionSet) set = scripted_question_new (question, id, 0);

  put_run (self, n, BH_RUN_NEEDS_YOU);
  scripted_coordinator_put_question (self->coordinator, set);
}

static void
assert_told (Fixture *self, guint n)
{
  /* and the first one of all */
  g_assert_cmpuint (self->titles->len, ==, n + 1);
}

/* --- tests --------------------------------------------------------------------------------------------- */

static void
test_ends (Fixture *self, gconstpointer data)
{
  put_run (self, 1, BH_RUN_COMPLETED);
  wait_told (self, "Run 1 is done");
  /* who stops a Run knows it */
  put_run (self, 2, BH_RUN_STOPPED);
  put_run (self, 3, BH_RUN_FAILED);
  wait_told (self, "Run 3 failed");
  assert_told (self, 2);
}

/* What is before the person's eyes need not be told; what needs them does not cover it. */
static void
test_seen (Fixture *self, gconstpointer data)
{
  g_autofree char *id = ui_test_run_id (1), *failed = ui_test_run_id (2), *asks = ui_test_run_id (3);
  const char *priority = NULL;

  self->seen = id;
  put_run (self, 1, BH_RUN_COMPLETED);
  WAIT_FOR (bh_run_item_get_state (get_run (self, 1)) == BH_RUN_COMPLETED);
  self->seen = failed;
  put_run (self, 2, BH_RUN_FAILED);
  WAIT_FOR (bh_run_item_get_state (get_run (self, 2)) == BH_RUN_FAILED);
  self->seen = asks;
  ask (self, 3);
  wait_told (self, "Run 3");
  assert_told (self, 1);
  g_assert_true (g_variant_lookup (g_hash_table_lookup (self->shown, "question-q_0000000000000003"),
                                   "priority", "&s", &priority));
  g_assert_cmpstr (priority, ==, "low");
  ask (self, 4);
  wait_told (self, "Run 4");
  g_assert_true (g_variant_lookup (g_hash_table_lookup (self->shown, "question-q_0000000000000004"),
                                   "priority", "&s", &priority));
  g_assert_cmpstr (priority, ==, "high");
}

static void
test_not_completed (Fixture *self, gconstpointer data)
{
  g_settings_set_boolean (self->settings, "notify-completed", FALSE);
  put_run (self, 1, BH_RUN_COMPLETED);
  put_run (self, 2, BH_RUN_FAILED);
  wait_told (self, "Run 2 failed");
  ask (self, 3);
  wait_told (self, "Run 3");
  assert_told (self, 2);
}

static void
test_not_failed (Fixture *self, gconstpointer data)
{
  g_settings_set_boolean (self->settings, "notify-failed", FALSE);
  put_run (self, 1, BH_RUN_FAILED);
  put_run (self, 2, BH_RUN_COMPLETED);
  wait_told (self, "Run 2 is done");
  ask (self, 3);
  wait_told (self, "Run 3");
  assert_told (self, 2);
}

static void
test_not_needs_you (Fixture *self, gconstpointer data)
{
  g_settings_set_boolean (self->settings, "notify-needs-you", FALSE);
  ask (self, 1);
  put_run (self, 2, BH_RUN_FAILED);
  wait_told (self, "Run 2 failed");
  put_run (self, 3, BH_RUN_COMPLETED);
  wait_told (self, "Run 3 is done");
  assert_told (self, 2);
}

/* What was told goes when it was seen, or is so no more. */
static void
test_withdrawn (Fixture *self, gconstpointer data)
{
  put_run (self, 1, BH_RUN_COMPLETED);
  put_run (self, 2, BH_RUN_COMPLETED);
  wait_told (self, "Run 1 is done");
  wait_told (self, "Run 2 is done");
  g_assert_cmpuint (g_hash_table_size (self->shown), ==, 3);
  bh_run_item_set_unread (get_run (self, 1), FALSE);
  WAIT_FOR (g_hash_table_size (self->shown) == 2);
  /* it is continued */
  put_run (self, 2, BH_RUN_RUNNING);
  WAIT_FOR (g_hash_table_size (self->shown) == 1);
}

#define ADD(name, func) g_test_add ("/notifier/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  ui_test_init (&argc, &argv);
  ADD ("ends", test_ends);
  ADD ("seen", test_seen);
  ADD ("not-completed", test_not_completed);
  ADD ("not-failed", test_not_failed);
  ADD ("not-needs-you", test_not_needs_you);
  ADD ("withdrawn", test_withdrawn);
  return g_test_run ();
}

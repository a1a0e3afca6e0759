/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-worker-systemd.h"

#define NAME "org.freedesktop.systemd1"
#define PATH "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"

/* As org.freedesktop.systemd1(5) has it. */
static const char introspection[] = "<node><interface name='" MANAGER "'>"
                                    "<method name='Subscribe'/>"
                                    "<method name='StartTransientUnit'>"
                                    "<arg type='s' direction='in'/><arg type='s' direction='in'/>"
                                    "<arg type='a(sv)' direction='in'/><arg type='a(sa(sv))' direction='in'/>"
                                    "<arg type='o' direction='out'/></method>"
                                    "<signal name='JobRemoved'>"
                                    "<arg type='u'/><arg type='o'/><arg type='s'/><arg type='s'/></signal>"
                                    "</interface></node>";

/* What a scope may be given, of that which this program gives. */
static const struct
{
  const char *name, *type;
} properties[] = {
  { "Description", "s" }, { "CollectMode", "s" }, { "PIDs", "au" },
  { "MemoryMax", "t" },   { "TasksMax", "t" },    { "CPUQuotaPerSecUSec", "t" },
};

static const char *
property_type (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if (g_str_equal (properties[i].name, name))
      return properties[i].type;
  return NULL;
}

/* NULL, having answered with an error, when one is not as it must be. */
static GVariant *
check_properties (GDBusMethodInvocation *invocation, GVariant *given)
{
  GVariantDict dict = G_VARIANT_DICT_INIT (NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, given);
  while (g_variant_iter_next (&iter, "(&sv)", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      const char *type = property_type (name);

      if (type == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE (type)) ||
          (g_str_equal (type, "t") && g_variant_get_uint64 (value) == 0))
        {
          g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS,
                                                 "Cannot set property %s, or unknown property.", name);
          g_variant_dict_clear (&dict);
          return NULL;
        }
      g_variant_dict_insert_value (&dict, name, value);
    }
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static void
emit_job_removed (Systemd *self, const char *unit, const char *job)
{
  g_autoptr (GError) error = NULL;

  if (self->subscribers == 0)
    return;
  g_dbus_connection_emit_signal (self->connection, NULL, PATH, MANAGER, "JobRemoved",
                                 g_variant_new ("(uoss)", self->jobs, job, unit,
                                                self->mood == SYSTEMD_JOB_FAILS ? "failed" : "done"),
                                 &error);
  g_assert_no_error (error);
}

static void
start_unit (Systemd *self, GDBusMethodInvocation *invocation, GVariant *parameters)
{
  const char *unit, *mode;
  g_autoptr (GVariant) given = NULL;
  g_autoptr (GVariant) made = NULL;
  g_autofree char *job = g_strdup_printf (PATH "/job/%u", ++self->jobs);

  g_variant_get (parameters, "(&s&s@a(sv)@a(sa(sv)))", &unit, &mode, &given, NULL);
  g_assert_cmpstr (mode, ==, "fail");
  if (g_hash_table_contains (self->units, unit))
    {
      g_dbus_method_invocation_return_dbus_error (invocation, NAME ".UnitExists",
                                                  "Unit was already loaded or has a fragment file.");
      return;
    }
  made = check_properties (invocation, given);
  if (made == NULL)
    return;
  g_hash_table_insert (self->units, g_strdup (unit), g_steal_pointer (&made));
  /* jobs of others end as well */
  emit_job_removed (self, "other.service", PATH "/job/999");
  if (self->mood == SYSTEMD_JOB_AT_ONCE)
    emit_job_removed (self, unit, job);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", job));
  if (self->mood == SYSTEMD_WORKS || self->mood == SYSTEMD_JOB_FAILS)
    emit_job_removed (self, unit, job);
}

static void
on_call (GDBusConnection *connection,
         const char *sender,
         const char *path,
         const char *interface,
         const char *method,
         GVariant *parameters,
         GDBusMethodInvocation *invocation,
         gpointer data)
{
  Systemd *self = data;

  if (g_str_equal (method, "Subscribe"))
    {
      if (self->subscribers++ == 0)
        g_dbus_method_invocation_return_value (invocation, NULL);
      else
        g_dbus_method_invocation_return_dbus_error (invocation, NAME ".AlreadySubscribed",
                                                    "Client is already subscribed.");
      return;
    }
  self->calls++;
  if (self->mood == SYSTEMD_IS_MUTE)
    g_ptr_array_add (self->unanswered, invocation);
  else if (self->mood == SYSTEMD_REFUSES)
    g_dbus_method_invocation_return_error (invocation, G_DBUS_ERROR, G_DBUS_ERROR_ACCESS_DENIED,
                                           "Not today.");
  else
    start_unit (self, invocation, parameters);
}

static const GDBusInterfaceVTable vtable = { .method_call = on_call };

Systemd *
systemd_new (void)
{
  Systemd *self = g_new0 (Systemd, 1);

  self->units = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_variant_unref);
  self->unanswered = g_ptr_array_new_with_free_func (g_object_unref);
  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  return self;
}

void
systemd_appear (Systemd *self)
{
  g_autoptr (GDBusNodeInfo) node = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GError) error = NULL;

  self->connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (self->bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  node = g_dbus_node_info_new_for_xml (introspection, &error);
  g_assert_no_error (error);
  self->registration = g_dbus_connection_register_object (self->connection, PATH, node->interfaces[0],
                                                          &vtable, self, NULL, &error);
  g_assert_no_error (error);
  reply = g_dbus_connection_call_sync (self->connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName", g_variant_new ("(su)", NAME, 0),
                                       G_VARIANT_TYPE ("(u)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);
}

void
systemd_free (Systemd *self)
{
  g_clear_pointer (&self->unanswered, g_ptr_array_unref);
  if (self->connection != NULL)
    {
      g_dbus_connection_unregister_object (self->connection, self->registration);
      g_dbus_connection_close_sync (self->connection, NULL, NULL);
      g_clear_object (&self->connection);
    }
  g_test_dbus_down (self->bus);
  g_clear_object (&self->bus);
  g_hash_table_unref (self->units);
  g_free (self);
}

GVariant *
systemd_property (Systemd *self, const char *unit, const char *name)
{
  GVariant *made = g_hash_table_lookup (self->units, unit);

  g_assert_nonnull (made);
  return g_variant_lookup_value (made, name, NULL);
}

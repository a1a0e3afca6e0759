/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/questions/bh-notification-outlet.h"

/* in a sandbox only the portal is to be seen, and only there it is what GLib uses */
#define SANDBOX "/.flatpak-info"

static const char *const names[] = { "org.gtk.Notifications", "org.freedesktop.Notifications",
                                     "org.freedesktop.portal.Desktop" };
#define N_NAMES G_N_ELEMENTS (names)

struct _BhNotificationOutlet
{
  GObject parent_instance;

  GApplication *application; /* weak */
  guint watches[N_NAMES];
  gboolean there[N_NAMES];
};

G_DEFINE_FINAL_TYPE (BhNotificationOutlet, bh_notification_outlet, G_TYPE_OBJECT)

enum
{
  PROP_THERE = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
bh_notification_outlet_dispose (GObject *object)
{
  BhNotificationOutlet *self = BH_NOTIFICATION_OUTLET (object);

  for (guint i = 0; i < N_NAMES; i++)
    g_clear_handle_id (&self->watches[i], g_bus_unwatch_name);
  g_clear_weak_pointer (&self->application);
  G_OBJECT_CLASS (bh_notification_outlet_parent_class)->dispose (object);
}

static void
bh_notification_outlet_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_THERE)
    g_value_set_boolean (value, bh_notification_outlet_get_there (BH_NOTIFICATION_OUTLET (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_notification_outlet_class_init (BhNotificationOutletClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_notification_outlet_dispose;
  object_class->get_property = bh_notification_outlet_get_property;
  properties[PROP_THERE] =
      g_param_spec_boolean ("there", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
bh_notification_outlet_init (BhNotificationOutlet *self)
{
}

/* --- who is there -------------------------------------------------------------------------------------- */

static void
set_there (BhNotificationOutlet *self, const char *name, gboolean there)
{
  gboolean was_there = bh_notification_outlet_get_there (self);

  for (guint i = 0; i < N_NAMES; i++)
    if (g_str_equal (names[i], name))
      self->there[i] = there;
  if (was_there != bh_notification_outlet_get_there (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_THERE]);
}

static void
appeared_cb (GDBusConnection *bus, const char *name, const char *owner, gpointer data)
{
  set_there (data, name, TRUE);
}

static void
vanished_cb (GDBusConnection *bus, const char *name, gpointer data)
{
  set_there (data, name, FALSE);
}

BhNotificationOutlet *
bh_notification_outlet_new (GApplication *application)
{
  BhNotificationOutlet *self;
  GDBusConnection *bus;
  gboolean sandboxed = g_file_test (SANDBOX, G_FILE_TEST_EXISTS);

  g_return_val_if_fail (G_IS_APPLICATION (application), NULL);
  self = g_object_new (BH_TYPE_NOTIFICATION_OUTLET, NULL);
  g_set_weak_pointer (&self->application, application);
  bus = g_application_get_dbus_connection (application);
  for (guint i = 0; bus != NULL && i < N_NAMES; i++)
    if (sandboxed == g_str_equal (names[i], "org.freedesktop.portal.Desktop"))
      self->watches[i] = g_bus_watch_name_on_connection (bus, names[i], G_BUS_NAME_WATCHER_FLAGS_AUTO_START,
                                                         appeared_cb, vanished_cb, self, NULL);
  return self;
}

gboolean
bh_notification_outlet_get_there (BhNotificationOutlet *self)
{
  g_return_val_if_fail (BH_IS_NOTIFICATION_OUTLET (self), FALSE);
  for (guint i = 0; self->application != NULL && i < N_NAMES; i++)
    if (self->there[i])
      return TRUE;
  return FALSE;
}

gboolean
bh_notification_outlet_send (BhNotificationOutlet *self, const char *id, GNotification *notification)
{
  g_return_val_if_fail (BH_IS_NOTIFICATION_OUTLET (self), FALSE);
  if (!bh_notification_outlet_get_there (self))
    return FALSE;
  g_application_send_notification (self->application, id, notification);
  return TRUE;
}

void
bh_notification_outlet_withdraw (BhNotificationOutlet *self, const char *id)
{
  g_return_if_fail (BH_IS_NOTIFICATION_OUTLET (self));
  if (bh_notification_outlet_get_there (self))
    g_application_withdraw_notification (self->application, id);
}

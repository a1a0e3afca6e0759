/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Notifications, as far as there is anyone to show them: GLib takes one for granted, and warns when there is
 * none. */

#include <gio/gio.h>

G_BEGIN_DECLS

/* Property "there" (boolean): whether somebody shows notifications; FALSE at first. */
#define BH_TYPE_NOTIFICATION_OUTLET (bh_notification_outlet_get_type ())
G_DECLARE_FINAL_TYPE (BhNotificationOutlet, bh_notification_outlet, BH, NOTIFICATION_OUTLET, GObject)

BhNotificationOutlet *bh_notification_outlet_new (GApplication *application);
gboolean bh_notification_outlet_get_there (BhNotificationOutlet *self);
/* FALSE: there is nobody to show it. `id` nullable. */
gboolean
bh_notification_outlet_send (BhNotificationOutlet *self, const char *id, GNotification *notification);
void bh_notification_outlet_withdraw (BhNotificationOutlet *self, const char *id);

G_END_DECLS

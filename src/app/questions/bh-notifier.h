/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Notifications: “Needs you” with its options as buttons, completed and failed. */

#include <gio/gio.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Ids: one for each question set, withdrawn when it was answered anywhere; one for the end of each Run. */
#define BH_TYPE_NOTIFIER (bh_notifier_get_type ())
G_DECLARE_FINAL_TYPE (BhNotifier, bh_notifier, BH, NOTIFIER, GObject)

/* Whether the person has that Run before their eyes now; then its end is not told. */
typedef gboolean (*BhIsSeenFunc) (BhRunItem *run, gpointer user_data);

BhNotifier *bh_notifier_new (GApplication *application,
                             BhConnections *connections,
                             GSettings *settings,
                             BhIsSeenFunc is_seen,
                             gpointer user_data);
/* Another notification of the app. FALSE: there is nobody to show it. `id` nullable. */
gboolean bh_notifier_send (BhNotifier *self, const char *id, GNotification *notification);

G_END_DECLS

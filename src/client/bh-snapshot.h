/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* For items that show a record: when it is exchanged, only the properties that differ are notified. */

#include <glib-object.h>

G_BEGIN_DECLS

#define BH_SNAPSHOT_READ (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY)

/* `properties` as installed: from index 1. `values`: `n` of them, all G_VALUE_INIT. */
void bh_snapshot_take (GObject *object, GParamSpec **properties, guint n, GValue *values);
/* Notifies what is another value now, in the order of the properties, and unsets `values`. */
void bh_snapshot_notify (GObject *object, GParamSpec **properties, guint n, GValue *values);

G_END_DECLS

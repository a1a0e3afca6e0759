/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-snapshot.h"

void
bh_snapshot_take (GObject *object, GParamSpec **properties, guint n, GValue *values)
{
  for (guint i = 1; i < n; i++)
    {
      g_value_init (&values[i], properties[i]->value_type);
      g_object_get_property (object, properties[i]->name, &values[i]);
    }
}

void
bh_snapshot_notify (GObject *object, GParamSpec **properties, guint n, GValue *values)
{
  g_object_freeze_notify (object);
  for (guint i = 1; i < n; i++)
    {
      GValue now = G_VALUE_INIT;

      g_value_init (&now, properties[i]->value_type);
      g_object_get_property (object, properties[i]->name, &now);
      if (g_param_values_cmp (properties[i], &values[i], &now) != 0)
        g_object_notify_by_pspec (object, properties[i]);
      g_value_unset (&now);
      g_value_unset (&values[i]);
    }
  g_object_thaw_notify (object);
}

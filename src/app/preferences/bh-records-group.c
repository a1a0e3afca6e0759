/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/preferences/bh-records-group.h"

typedef struct
{
  GPtrArray *rows; /* borrowed */

  BhConnection *connection;
  char *description;
  guint changes; /* under way */
  gboolean is_listing;
  gboolean is_stale; /* what is being listed may be as it was before a change */
} BhRecordsGroupPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BhRecordsGroup, bh_records_group, ADW_TYPE_PREFERENCES_GROUP)

#define PRIVATE(self) ((BhRecordsGroupPrivate *) bh_records_group_get_instance_private (self))

static void
say (BhRecordsGroup *self, const char *problem)
{
  /* what a coordinator says is text, and a description is markup */
  g_autofree char *escaped = problem != NULL ? g_markup_escape_text (problem, -1) : NULL;

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self),
                                         escaped != NULL ? escaped : PRIVATE (self)->description);
}

/* --- the list --------------------------------------------------------------------------------------------
 */

static void
show (BhRecordsGroup *self, GPtrArray *records)
{
  BhRecordsGroupClass *klass = BH_RECORDS_GROUP_GET_CLASS (self);
  GPtrArray *rows = PRIVATE (self)->rows;

  for (guint i = 0; i < records->len; i++)
    {
      if (i == rows->len)
        {
          g_ptr_array_add (rows, klass->make_row (self));
          adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), rows->pdata[i]);
        }
      klass->show (self, rows->pdata[i], records->pdata[i]);
    }
  while (rows->len > records->len)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self),
                                  g_ptr_array_steal_index (rows, rows->len - 1));
  gtk_widget_set_visible (GTK_WIDGET (self), rows->len > 0);
}

static void refresh (BhRecordsGroup *self);

static DexFuture *
listed_cb (DexFuture *future, gpointer data)
{
  BhRecordsGroup *self = data;
  BhRecordsGroupPrivate *priv = PRIVATE (self);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  priv->is_listing = FALSE;
  if (priv->connection == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    say (self, error->message);
  else if (!priv->is_stale && priv->changes == 0)
    show (self, g_value_get_boxed (value));
  if (priv->is_stale)
    refresh (self);
  return dex_future_new_true ();
}

/* Nothing is asked twice at a time. */
static void
refresh (BhRecordsGroup *self)
{
  BhRecordsGroupPrivate *priv = PRIVATE (self);

  if (priv->connection == NULL || priv->is_listing)
    return;
  priv->is_listing = TRUE;
  priv->is_stale = FALSE;
  dex_future_disown (dex_future_finally (BH_RECORDS_GROUP_GET_CLASS (self)->list (priv->connection),
                                         listed_cb, g_object_ref (self), g_object_unref));
}

/* --- changes ---------------------------------------------------------------------------------------------
 */

static DexFuture *
changed_cb (DexFuture *future, gpointer data)
{
  BhRecordsGroup *self = data;
  BhRecordsGroupPrivate *priv = PRIVATE (self);
  g_autoptr (GError) error = NULL;

  priv->changes--;
  if (priv->connection == NULL)
    return dex_future_new_true ();
  say (self, dex_future_get_value (future, &error) != NULL ? NULL : error->message);
  priv->is_stale = priv->is_listing;
  /* while another one is under way, nobody knows which of them a list would show */
  if (priv->changes == 0)
    refresh (self);
  return dex_future_new_true ();
}

void
bh_records_group_await (BhRecordsGroup *self, DexFuture *change)
{
  g_return_if_fail (BH_IS_RECORDS_GROUP (self));

  PRIVATE (self)->changes++;
  dex_future_disown (dex_future_finally (change, changed_cb, g_object_ref (self), g_object_unref));
}

/* --- the object ------------------------------------------------------------------------------------------
 */

static void
state_changed_cb (BhRecordsGroup *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) ||
      bh_connection_get_state (PRIVATE (self)->connection) != BH_CONNECTION_CONNECTED)
    return;
  say (self, NULL);
  /* an answer that is still to come may be that nothing was there */
  PRIVATE (self)->is_stale = PRIVATE (self)->is_listing;
  refresh (self);
}

static void
bh_records_group_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_records_group_parent_class)->map (widget);
  say (BH_RECORDS_GROUP (widget), NULL);
  refresh (BH_RECORDS_GROUP (widget));
}

static void
bh_records_group_dispose (GObject *object)
{
  BhRecordsGroupPrivate *priv = PRIVATE (BH_RECORDS_GROUP (object));

  if (priv->connection != NULL)
    g_signal_handlers_disconnect_by_data (priv->connection, object);
  g_clear_object (&priv->connection);
  G_OBJECT_CLASS (bh_records_group_parent_class)->dispose (object);
}

static void
bh_records_group_finalize (GObject *object)
{
  BhRecordsGroupPrivate *priv = PRIVATE (BH_RECORDS_GROUP (object));

  g_ptr_array_unref (priv->rows);
  g_free (priv->description);
  G_OBJECT_CLASS (bh_records_group_parent_class)->finalize (object);
}

static void
bh_records_group_class_init (BhRecordsGroupClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_records_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_records_group_finalize;
  GTK_WIDGET_CLASS (klass)->map = bh_records_group_map;
}

static void
bh_records_group_init (BhRecordsGroup *self)
{
  PRIVATE (self)->rows = g_ptr_array_new ();
}

AdwPreferencesGroup *
bh_records_group_new (GType type, BhConnection *connection, const char *description)
{
  BhRecordsGroup *self;

  g_return_val_if_fail (g_type_is_a (type, BH_TYPE_RECORDS_GROUP), NULL);
  g_return_val_if_fail (BH_IS_CONNECTION (connection), NULL);

  self = g_object_new (type, NULL);
  PRIVATE (self)->connection = g_object_ref (connection);
  PRIVATE (self)->description = g_strdup (description);
  g_signal_connect_swapped (connection, "notify::state", G_CALLBACK (state_changed_cb), self);
  return ADW_PREFERENCES_GROUP (self);
}

BhConnection *
bh_records_group_get_connection (BhRecordsGroup *self)
{
  g_return_val_if_fail (BH_IS_RECORDS_GROUP (self), NULL);
  return PRIVATE (self)->connection;
}

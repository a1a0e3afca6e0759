/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/preferences/bh-workers-group.h"
#include "app/preferences/bh-worker-row.h"

struct _BhWorkersGroup
{
  AdwPreferencesGroup parent_instance;

  GtkListBox *list;

  BhConnection *connection;
};

G_DEFINE_FINAL_TYPE (BhWorkersGroup, bh_workers_group, ADW_TYPE_PREFERENCES_GROUP)

static GtkWidget *
row_of (gpointer item, gpointer data)
{
  BhWorkersGroup *self = data;

  return bh_worker_row_new (self->connection, item);
}

static void
bh_workers_group_dispose (GObject *object)
{
  BhWorkersGroup *self = BH_WORKERS_GROUP (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_WORKERS_GROUP);
  G_OBJECT_CLASS (bh_workers_group_parent_class)->dispose (object);
}

static void
bh_workers_group_class_init (BhWorkersGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_workers_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-workers-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BhWorkersGroup, list);
}

static void
bh_workers_group_init (BhWorkersGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwPreferencesGroup *
bh_workers_group_new (BhConnection *connection)
{
  BhWorkersGroup *self = g_object_new (BH_TYPE_WORKERS_GROUP, NULL);

  self->connection = g_object_ref (connection);
  gtk_list_box_bind_model (self->list, bh_connection_get_workers (connection), row_of, self, NULL);
  return ADW_PREFERENCES_GROUP (self);
}

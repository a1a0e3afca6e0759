/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/preferences/bh-connection-dialog.h"
#include "app/preferences/bh-connections-page.h"
#include "app/preferences/bh-saved-connection-row.h"

struct _BhConnectionsPage
{
  AdwPreferencesPage parent_instance;

  GtkListBox *list;

  BhConnections *connections;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (BhConnectionsPage, bh_connections_page, ADW_TYPE_PREFERENCES_PAGE)

static void
add_cb (BhConnectionsPage *self)
{
  adw_dialog_present (bh_connection_dialog_new (self->connections, self->settings), GTK_WIDGET (self));
}

static GtkWidget *
row_of (gpointer item, gpointer data)
{
  BhConnectionsPage *self = data;

  return bh_saved_connection_row_new (item, self->connections, self->settings);
}

static void
bh_connections_page_dispose (GObject *object)
{
  BhConnectionsPage *self = BH_CONNECTIONS_PAGE (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_CONNECTIONS_PAGE);
  G_OBJECT_CLASS (bh_connections_page_parent_class)->dispose (object);
}

static void
bh_connections_page_class_init (BhConnectionsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_connections_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bellhop/Bellhop/ui/bh-connections-page.ui");
  gtk_widget_class_bind_template_child (widget_class, BhConnectionsPage, list);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
bh_connections_page_init (BhConnectionsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwPreferencesPage *
bh_connections_page_new (BhConnections *connections, GSettings *settings)
{
  BhConnectionsPage *self = g_object_new (BH_TYPE_CONNECTIONS_PAGE, NULL);

  self->connections = g_object_ref (connections);
  self->settings = g_object_ref (settings);
  gtk_list_box_bind_model (self->list, G_LIST_MODEL (connections), row_of, self, NULL);
  return ADW_PREFERENCES_PAGE (self);
}

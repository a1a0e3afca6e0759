/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-connection-row.h"

#include <glib/gi18n.h>

struct _BhConnectionRow
{
  BhChoiceRow parent_instance;

  BhConnections *connections;
};

G_DEFINE_FINAL_TYPE (BhConnectionRow, bh_connection_row, BH_TYPE_CHOICE_ROW)

static void
add (BhChoicePage *page, BhConnection *connection)
{
  const char *detail = bh_connection_get_detail (connection);
  gboolean is_there = bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED;

  if (is_there)
    bh_choice_page_add (page, bh_connection_get_id (connection), bh_connection_get_name (connection),
                        bh_connection_get_url (connection));
  else
    bh_choice_page_add (page, NULL, bh_connection_get_name (connection),
                        detail != NULL ? detail : _ ("Not connected"));
}

static void
bh_connection_row_fill (BhChoiceRow *row, BhChoicePage *page)
{
  BhConnectionRow *self = BH_CONNECTION_ROW (row);

  bh_choice_page_add_group (page, NULL, _ ("The coordinator that keeps the Run and its timeline"));
  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    add (page, bh_connections_get (self->connections, i));
}

static char *
bh_connection_row_describe (BhChoiceRow *row)
{
  BhConnection *connection = bh_connection_row_get_connection (BH_CONNECTION_ROW (row));

  return g_strdup (connection != NULL ? bh_connection_get_name (connection) : _ ("None"));
}

static void
bh_connection_row_dispose (GObject *object)
{
  g_clear_object (&BH_CONNECTION_ROW (object)->connections);
  G_OBJECT_CLASS (bh_connection_row_parent_class)->dispose (object);
}

static void
bh_connection_row_class_init (BhConnectionRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_connection_row_dispose;
  BH_CHOICE_ROW_CLASS (klass)->fill = bh_connection_row_fill;
  BH_CHOICE_ROW_CLASS (klass)->describe = bh_connection_row_describe;
}

static void
bh_connection_row_init (BhConnectionRow *self)
{
}

/* Shown only where there is a choice. */
static void
update (BhConnectionRow *self)
{
  guint there = 0;

  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    there += bh_connection_get_state (bh_connections_get (self->connections, i)) == BH_CONNECTION_CONNECTED;
  if (bh_connection_row_get_connection (self) == NULL)
    bh_choice_row_set_selected (BH_CHOICE_ROW (self), BH_CONNECTION_LOCAL_ID);
  gtk_widget_set_visible (GTK_WIDGET (self), there > 1 || bh_connection_row_get_connection (self) !=
                                                              bh_connections_get_local (self->connections));
  bh_choice_row_refresh (BH_CHOICE_ROW (self));
}

void
bh_connection_row_set_connections (BhConnectionRow *self, BhConnections *connections)
{
  g_return_if_fail (BH_IS_CONNECTION_ROW (self) && self->connections == NULL);

  self->connections = g_object_ref (connections);
  g_signal_connect_object (connections, "state-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

BhConnection *
bh_connection_row_get_connection (BhConnectionRow *self)
{
  const char *id;

  g_return_val_if_fail (BH_IS_CONNECTION_ROW (self), NULL);
  id = bh_choice_row_get_selected (BH_CHOICE_ROW (self));
  return id != NULL && self->connections != NULL ? bh_connections_lookup (self->connections, id) : NULL;
}

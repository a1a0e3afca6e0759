/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/bh-connection-banners.h"

#include <glib/gi18n.h>
#include <string.h>

struct _BhConnectionBanners
{
  AdwBin parent_instance;

  GtkBox *box;      /* an AdwBanner for each connection, in their order */
  GPtrArray *shown; /* BhConnection, those that the banners are for */
  BhConnections *connections;
};

G_DEFINE_FINAL_TYPE (BhConnectionBanners, bh_connection_banners, ADW_TYPE_BIN)

static void items_changed_cb (BhConnectionBanners *self);

static void
forget (BhConnectionBanners *self)
{
  GtkWidget *banner;

  for (guint i = 0; i < self->shown->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->shown, i), self);
  g_ptr_array_set_size (self->shown, 0);
  while ((banner = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, banner);
}

static void
bh_connection_banners_dispose (GObject *object)
{
  BhConnectionBanners *self = BH_CONNECTION_BANNERS (object);

  if (self->connections != NULL)
    {
      forget (self);
      g_signal_handlers_disconnect_by_data (self->connections, self);
    }
  g_clear_object (&self->connections);
  G_OBJECT_CLASS (bh_connection_banners_parent_class)->dispose (object);
}

static void
bh_connection_banners_finalize (GObject *object)
{
  g_ptr_array_unref (BH_CONNECTION_BANNERS (object)->shown);
  G_OBJECT_CLASS (bh_connection_banners_parent_class)->finalize (object);
}

static void
bh_connection_banners_class_init (BhConnectionBannersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_connection_banners_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_connection_banners_finalize;
}

static void
bh_connection_banners_init (BhConnectionBanners *self)
{
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 0));
  self->shown = g_ptr_array_new_with_free_func (g_object_unref);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->box));
}

/* --- one banner ---------------------------------------------------------------------------------------- */

/* (transfer full): what is wrong; with several connections, with which. */
static char *
describe (BhConnectionBanners *self, BhConnection *connection)
{
  const char *detail = bh_connection_get_detail (connection);

  if (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTING)
    return g_strdup_printf (_ ("Connecting to %s…"), bh_connection_get_name (connection));
  if (detail == NULL)
    detail = _ ("The connection is lost.");
  if (self->shown->len < 2)
    return g_strdup (detail);
  return g_strdup_printf (C_ ("a connection and what is wrong with it", "%s: %s"),
                          bh_connection_get_name (connection), detail);
}

static AdwBanner *
banner_of (BhConnectionBanners *self, BhConnection *connection)
{
  GtkWidget *banner = gtk_widget_get_first_child (GTK_WIDGET (self->box));
  guint at;

  if (!g_ptr_array_find (self->shown, connection, &at))
    return NULL;
  for (guint i = 0; i < at; i++)
    banner = gtk_widget_get_next_sibling (banner);
  return ADW_BANNER (banner);
}

static void
update (BhConnectionBanners *self, BhConnection *connection)
{
  AdwBanner *banner = banner_of (self, connection);
  BhConnectionState state = bh_connection_get_state (connection);
  /* while it is connected, a detail says what could not be read */
  gboolean is_wrong = state == BH_CONNECTION_LOST || state == BH_CONNECTION_REFUSED ||
                      (state == BH_CONNECTION_CONNECTED && bh_connection_get_detail (connection) != NULL);
  gboolean was_revealed = adw_banner_get_revealed (banner);
  g_autofree char *title = NULL;

  /* at the start it is no news that it connects */
  if (!is_wrong && !(was_revealed && state == BH_CONNECTION_CONNECTING))
    {
      adw_banner_set_revealed (banner, FALSE);
      return;
    }
  title = describe (self, connection);
  if (strcmp (title, adw_banner_get_title (banner)) != 0)
    adw_banner_set_title (banner, title);
  adw_banner_set_button_label (banner, is_wrong ? _ ("_Reconnect") : NULL);
  adw_banner_set_revealed (banner, TRUE);
  if (!was_revealed)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), title, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
changed_cb (BhConnection *connection, GParamSpec *pspec, BhConnectionBanners *self)
{
  update (self, connection);
}

static void
add (BhConnectionBanners *self, BhConnection *connection)
{
  GtkWidget *banner = adw_banner_new ("");

  adw_banner_set_use_markup (ADW_BANNER (banner), FALSE);
  g_signal_connect_swapped (banner, "button-clicked", G_CALLBACK (bh_connection_reconnect), connection);
  gtk_box_append (self->box, banner);
  g_ptr_array_add (self->shown, g_object_ref (connection));
  g_signal_connect (connection, "notify::state", G_CALLBACK (changed_cb), self);
  g_signal_connect (connection, "notify::detail", G_CALLBACK (changed_cb), self);
  g_signal_connect (connection, "notify::name", G_CALLBACK (changed_cb), self);
}

static void
items_changed_cb (BhConnectionBanners *self)
{
  guint n = bh_connections_get_n (self->connections);

  forget (self);
  for (guint i = 0; i < n; i++)
    add (self, bh_connections_get (self->connections, i));
  for (guint i = 0; i < n; i++)
    update (self, bh_connections_get (self->connections, i));
}

void
bh_connection_banners_set_connections (BhConnectionBanners *self, BhConnections *connections)
{
  g_return_if_fail (BH_IS_CONNECTION_BANNERS (self));
  g_return_if_fail (self->connections == NULL);
  self->connections = g_object_ref (connections);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  items_changed_cb (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/bh-certificate-dialog.h"
#include "app/preferences/bh-preferences-dialog.h"
#include "app/preferences/bh-saved-connection-row.h"
#include "app/preferences/bh-saved-connections.h"

struct _BhSavedConnectionRow
{
  AdwExpanderRow parent_instance;

  GtkImage *icon;
  AdwActionRow *address;
  AdwActionRow *version;
  AdwActionRow *note;
  GtkWidget *retry;
  GtkWidget *trust;
  GtkWidget *forget;

  BhConnection *connection;
  BhConnections *connections;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (BhSavedConnectionRow, bh_saved_connection_row, ADW_TYPE_EXPANDER_ROW)

/* --- what is shown ------------------------------------------------------------------------------------- */

typedef struct
{
  const char *word;
  const char *icon;
  const char *css_class;
} Look;

static const Look looks[] = {
  [BH_CONNECTION_CONNECTING] = { N_ ("Connecting…"), "content-loading-symbolic", "dim-label" },
  [BH_CONNECTION_CONNECTED] = { N_ ("Connected"), "object-select-symbolic", "success" },
  [BH_CONNECTION_LOST] = { N_ ("Not connected"), "network-offline-symbolic", "warning" },
  [BH_CONNECTION_REFUSED] = { N_ ("Cannot be used"), "dialog-error-symbolic", "error" },
};

static void
show_state (BhSavedConnectionRow *self, BhConnectionState state, const char *detail)
{
  const Look *look = &looks[state];
  g_autofree char *sentence = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self->icon), looks[i].css_class);
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), look->css_class);
  gtk_image_set_from_icon_name (self->icon, look->icon);
  /* TRANSLATORS: the state of a connection, and why it is so */
  sentence = detail != NULL ? g_strdup_printf (_ ("%s – %s"), gettext (look->word), detail)
                            : g_strdup (gettext (look->word));
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), sentence);
}

static void
show_text (AdwActionRow *row, const char *text)
{
  gtk_widget_set_visible (GTK_WIDGET (row), text != NULL);
  adw_action_row_set_subtitle (row, text != NULL ? text : "");
}

static void
update (BhSavedConnectionRow *self)
{
  BhConnectionState state = bh_connection_get_state (self->connection);
  gboolean remote = strcmp (bh_connection_get_id (self->connection), BH_CONNECTION_LOCAL_ID) != 0;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), bh_connection_get_name (self->connection));
  show_state (self, state, bh_connection_get_detail (self->connection));
  show_text (self->address, bh_connection_get_url (self->connection));
  show_text (self->version, bh_connection_get_version (self->connection));
  show_text (self->note, bh_saved_connections_get_note (self->connection));
  gtk_widget_set_visible (self->retry, state == BH_CONNECTION_LOST || state == BH_CONNECTION_REFUSED);
  gtk_widget_set_visible (self->trust, remote && state == BH_CONNECTION_REFUSED &&
                                           bh_connection_get_seen_fingerprint (self->connection) != NULL);
  gtk_widget_set_visible (self->forget, remote);
}

/* --- what can be done ---------------------------------------------------------------------------------- */

static void
retry_cb (BhSavedConnectionRow *self)
{
  bh_connection_reconnect (self->connection);
}

static DexFuture *
trust_fiber (gpointer data)
{
  BhSavedConnectionRow *self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *seen = g_strdup (bh_connection_get_seen_fingerprint (self->connection));

  /* the row is gone when the connection was replaced; what is needed is held by this reference */
  if (seen == NULL ||
      !dex_await_boolean (bh_certificate_dialog_ask (GTK_WIDGET (self),
                                                     bh_connection_get_url (self->connection), seen),
                          NULL))
    return dex_future_new_true ();
  if (self->connection != NULL &&
      !dex_await (bh_saved_connections_trust (self->connections, self->settings,
                                              bh_connection_get_id (self->connection), seen),
                  &error))
    bh_preferences_toast (GTK_WIDGET (self), error->message);
  return dex_future_new_true ();
}

static void
trust_cb (BhSavedConnectionRow *self)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, trust_fiber, g_object_ref (self), g_object_unref));
}

static void
forget_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (BhSavedConnectionRow) self = data;

  if (strcmp (adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result), "remove") != 0 ||
      self->connection == NULL)
    return;
  dex_future_disown (bh_saved_connections_remove (self->connections, self->settings,
                                                  bh_connection_get_id (self->connection)));
}

static void
forget_cb (BhSavedConnectionRow *self)
{
  AdwAlertDialog *dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (NULL, NULL));

  adw_alert_dialog_format_heading (dialog, _ ("Remove “%s”?"), bh_connection_get_name (self->connection));
  adw_alert_dialog_set_body (dialog,
                             _ ("Its Runs are not shown here any more. They go on over there, and come "
                                "back when the connection is added again. The token is forgotten."));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "remove", _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  adw_alert_dialog_choose (dialog, GTK_WIDGET (self), NULL, forget_chosen_cb, g_object_ref (self));
}

/* --- the row ------------------------------------------------------------------------------------------- */

static void
bh_saved_connection_row_dispose (GObject *object)
{
  BhSavedConnectionRow *self = BH_SAVED_CONNECTION_ROW (object);

  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_SAVED_CONNECTION_ROW);
  G_OBJECT_CLASS (bh_saved_connection_row_parent_class)->dispose (object);
}

static void
bh_saved_connection_row_class_init (BhSavedConnectionRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_saved_connection_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bellhop/Bellhop/ui/bh-saved-connection-row.ui");
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, icon);
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, address);
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, version);
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, note);
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, retry);
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, trust);
  gtk_widget_class_bind_template_child (widget_class, BhSavedConnectionRow, forget);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, trust_cb);
  gtk_widget_class_bind_template_callback (widget_class, forget_cb);
}

static void
bh_saved_connection_row_init (BhSavedConnectionRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
bh_saved_connection_row_new (BhConnection *connection, BhConnections *connections, GSettings *settings)
{
  BhSavedConnectionRow *self = g_object_new (BH_TYPE_SAVED_CONNECTION_ROW, NULL);

  self->connection = g_object_ref (connection);
  self->connections = g_object_ref (connections);
  self->settings = g_object_ref (settings);
  g_signal_connect_swapped (connection, "notify", G_CALLBACK (update), self);
  update (self);
  return GTK_WIDGET (self);
}

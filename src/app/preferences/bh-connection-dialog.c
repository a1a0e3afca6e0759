/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/bh-certificate-dialog.h"
#include "app/preferences/bh-connection-dialog.h"
#include "app/preferences/bh-saved-connections.h"
#include "app/widgets/bh-focus.h"

struct _BhConnectionDialog
{
  AdwDialog parent_instance;

  AdwEntryRow *address;
  AdwEntryRow *token;
  AdwEntryRow *name;
  AdwBanner *problem;
  GtkWidget *page;
  GtkWidget *cancel;
  GtkWidget *add;
  GtkWidget *spinner;

  BhConnections *connections;
  GSettings *settings;
  DexPromise *settled; /* while it is tried: resolves when the connection has a state, or the dialog closes */
  gboolean busy;
  gboolean is_closed;
};

G_DEFINE_FINAL_TYPE (BhConnectionDialog, bh_connection_dialog, ADW_TYPE_DIALOG)

/* What is being tried. */
typedef struct
{
  BhConnectionDialog *dialog;
  char *url;
  char *token;
  char *name;
  char *fingerprint;
} Attempt;

static void
attempt_free (Attempt *self)
{
  g_object_unref (self->dialog);
  g_free (self->url);
  g_free (self->token);
  g_free (self->name);
  g_free (self->fingerprint);
  g_free (self);
}

/* --- what was entered ---------------------------------------------------------------------------------- */

/* The address with a scheme and without a trailing slash; NULL: it is none, and `problem` says why. */
static char *
read_url (BhConnectionDialog *self, const char **problem)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address))));
  g_autofree char *url =
      strstr (text, "://") != NULL ? g_strdup (text) : g_strconcat ("https://", text, NULL);
  g_autoptr (GUri) uri = NULL;

  while (g_str_has_suffix (url, "/"))
    url[strlen (url) - 1] = '\0';
  uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    *problem = _ ("This is no address of a coordinator: give one like https://host:8443");
  else if (g_strcmp0 (g_uri_get_scheme (uri), "https") != 0 &&
           g_strcmp0 (g_uri_get_scheme (uri), "http") != 0)
    *problem = _ ("The address of a coordinator begins with https://");
  else if (bh_saved_connections_has_url (self->settings, url))
    *problem = _ ("There is a connection to this address already");
  else
    return g_steal_pointer (&url);
  return NULL;
}

static void
show_problem (BhConnectionDialog *self, const char *text)
{
  adw_banner_set_use_markup (self->problem, FALSE);
  adw_banner_set_title (self->problem, text != NULL ? text : "");
  adw_banner_set_revealed (self->problem, text != NULL);
  if (text != NULL)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), text, GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_HIGH);
}

static void
update (BhConnectionDialog *self)
{
  const char *address = gtk_editable_get_text (GTK_EDITABLE (self->address));

  gtk_widget_set_visible (self->spinner, self->busy);
  gtk_widget_set_sensitive (self->add, !self->busy && strspn (address, " ") < strlen (address));
  gtk_widget_set_sensitive (self->page, !self->busy);
}

static void
set_busy (BhConnectionDialog *self, gboolean busy)
{
  self->busy = busy;
  if (self->is_closed)
    return;
  if (busy)
    bh_focus_leave (self->page, self->cancel);
  update (self);
  if (!busy)
    gtk_widget_grab_focus (GTK_WIDGET (self->address));
}

static void
edited_cb (BhConnectionDialog *self)
{
  show_problem (self, NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  update (self);
}

/* --- trying -------------------------------------------------------------------------------------------- */

static void
settle (BhConnectionDialog *self)
{
  if (self->settled != NULL && dex_future_is_pending (DEX_FUTURE (self->settled)))
    dex_promise_resolve_boolean (self->settled, TRUE);
}

static void
state_cb (BhConnection *connection, GParamSpec *pspec, BhConnectionDialog *self)
{
  if (bh_connection_get_state (connection) != BH_CONNECTION_CONNECTING)
    settle (self);
}

/* Opens a connection and waits until it has come to something. (transfer full) */
static BhConnection *
probe (Attempt *attempt)
{
  BhConnectionDialog *self = attempt->dialog;
  BhConnection *connection =
      bh_connection_new_remote ("probe", attempt->name, attempt->url, attempt->token, attempt->fingerprint);

  dex_clear (&self->settled);
  self->settled = dex_promise_new ();
  g_signal_connect_object (connection, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_DEFAULT);
  bh_connection_open (connection);
  dex_await (dex_ref (self->settled), NULL);
  bh_connection_close (connection);
  return connection;
}

static void
save (Attempt *attempt)
{
  BhConnectionDialog *self = attempt->dialog;
  g_autoptr (GError) error = NULL;
  g_autofree char *id =
      dex_await_string (bh_saved_connections_add (self->connections, self->settings, attempt->name,
                                                  attempt->url, attempt->token, attempt->fingerprint),
                        &error);

  if (self->is_closed)
    return;
  if (id != NULL)
    adw_dialog_force_close (ADW_DIALOG (self));
  else
    show_problem (self, error->message);
}

/* Whether to try again: the person trusts the certificate that was seen. */
static gboolean
ask_for_trust (Attempt *attempt, BhConnection *connection)
{
  const char *seen = bh_connection_get_seen_fingerprint (connection);

  if (bh_connection_get_state (connection) != BH_CONNECTION_REFUSED || seen == NULL ||
      g_strcmp0 (seen, attempt->fingerprint) == 0)
    {
      show_problem (attempt->dialog, bh_connection_get_detail (connection));
      return FALSE;
    }
  if (!dex_await_boolean (bh_certificate_dialog_ask (GTK_WIDGET (attempt->dialog), attempt->url, seen), NULL))
    return FALSE;
  g_set_str (&attempt->fingerprint, seen);
  return !attempt->dialog->is_closed;
}

static DexFuture *
add_fiber (gpointer data)
{
  Attempt *attempt = data;
  BhConnectionDialog *self = attempt->dialog;
  gboolean again = TRUE;

  while (again)
    {
      g_autoptr (BhConnection) connection = probe (attempt);

      again = FALSE;
      if (self->is_closed)
        break;
      if (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED)
        save (attempt);
      else
        again = ask_for_trust (attempt, connection);
    }
  set_busy (self, FALSE);
  return dex_future_new_true ();
}

static char *
entered (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static void
add_cb (BhConnectionDialog *self)
{
  const char *problem = NULL;
  g_autofree char *url = read_url (self, &problem);
  Attempt *attempt;

  if (self->busy)
    return;
  show_problem (self, problem);
  if (url == NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
      gtk_widget_grab_focus (GTK_WIDGET (self->address));
      return;
    }
  attempt = g_new0 (Attempt, 1);
  attempt->dialog = g_object_ref (self);
  attempt->name = entered (self->name);
  attempt->token = entered (self->token);
  if (*attempt->name == '\0')
    {
      g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
      g_set_str (&attempt->name, g_uri_get_host (uri));
    }
  attempt->url = g_steal_pointer (&url);
  set_busy (self, TRUE);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, add_fiber, attempt, (GDestroyNotify) attempt_free));
}

/* --- the dialog ---------------------------------------------------------------------------------------- */

static void
bh_connection_dialog_closed (AdwDialog *dialog)
{
  BhConnectionDialog *self = BH_CONNECTION_DIALOG (dialog);

  self->is_closed = TRUE;
  settle (self);
}

static void
bh_connection_dialog_dispose (GObject *object)
{
  BhConnectionDialog *self = BH_CONNECTION_DIALOG (object);

  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  dex_clear (&self->settled);
  /* libadwaita 1.7 forgets the widget around it once it was seen */
  adw_dialog_set_child (ADW_DIALOG (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_CONNECTION_DIALOG);
  G_OBJECT_CLASS (bh_connection_dialog_parent_class)->dispose (object);
}

static void
bh_connection_dialog_class_init (BhConnectionDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_connection_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = bh_connection_dialog_closed;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/bellhop/Bellhop/ui/bh-connection-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, address);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, token);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, name);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, page);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, cancel);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, add);
  gtk_widget_class_bind_template_child (widget_class, BhConnectionDialog, spinner);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, edited_cb);
}

static void
bh_connection_dialog_init (BhConnectionDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
bh_connection_dialog_new (BhConnections *connections, GSettings *settings)
{
  BhConnectionDialog *self = g_object_new (BH_TYPE_CONNECTION_DIALOG, NULL);

  self->connections = g_object_ref (connections);
  self->settings = g_object_ref (settings);
  return ADW_DIALOG (self);
}

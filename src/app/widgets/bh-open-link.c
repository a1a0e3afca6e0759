/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-open-link.h"

#include <glib/gi18n.h>

#include "client/bh-future.h"

gboolean
bh_is_dialog_failure (const GError *error)
{
  return error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
         !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED);
}

static void
tell_failure (GtkWidget *widget, const GError *error)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  g_autofree char *text = NULL;
  AdwDialog *dialog;
  AdwToast *toast;

  if (overlay != NULL)
    {
      text = g_strdup_printf (_ ("The link could not be opened: %s"), error->message);
      toast = adw_toast_new (text);
      adw_toast_set_use_markup (toast, FALSE);
      adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
      return;
    }
  /* a toast of the window would be below the dialog that this is in */
  dialog = adw_alert_dialog_new (_ ("Link Not Opened"), error->message);
  adw_alert_dialog_add_response (ADW_ALERT_DIALOG (dialog), "close", _ ("_Close"));
  adw_dialog_present (dialog, widget);
}

static void
launched_cb (GObject *launcher, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;

  gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (launcher), result, &error);
  bh_weak_ref_free (data);
  if (bh_is_dialog_failure (error) && widget != NULL && gtk_widget_get_root (widget) != NULL)
    tell_failure (widget, error);
}

void
bh_open_link (GtkWidget *widget, const char *uri)
{
  g_autoptr (GtkUriLauncher) launcher = NULL;
  GtkRoot *root;

  g_return_if_fail (GTK_IS_WIDGET (widget));
  g_return_if_fail (uri != NULL);
  launcher = gtk_uri_launcher_new (uri);
  root = gtk_widget_get_root (widget);
  gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, launched_cb,
                           bh_weak_ref_new (widget));
}

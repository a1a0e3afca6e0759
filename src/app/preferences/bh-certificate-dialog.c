/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/preferences/bh-certificate-dialog.h"

#include "app/widgets/bh-accessible.h"

char *
bh_certificate_format (const char *fingerprint)
{
  GString *text = g_string_new (NULL);
  guint digits = 0;

  g_return_val_if_fail (fingerprint != NULL, NULL);
  for (const char *p = fingerprint; *p != '\0'; p++)
    {
      if (!g_ascii_isxdigit (*p))
        continue;
      /* 32 bytes in four lines of eight */
      if (digits > 0 && digits % 16 == 0)
        g_string_append_c (text, '\n');
      else if (digits > 0 && digits % 2 == 0)
        g_string_append_c (text, ':');
      g_string_append_c (text, g_ascii_toupper (*p));
      digits++;
    }
  return g_string_free (text, FALSE);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  const char *response = adw_alert_dialog_choose_finish (ADW_ALERT_DIALOG (source), result);

  dex_promise_resolve_boolean (promise, strcmp (response, "trust") == 0);
}

static GtkWidget *
fingerprint_label (const char *fingerprint)
{
  g_autofree char *text = bh_certificate_format (fingerprint);
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* the mouse can select it, but it does not come up selected */
  bh_accessible_skip_focus (label);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (label, "monospace");
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("SHA-256 fingerprint"), -1);
  return label;
}

DexFuture *
bh_certificate_dialog_ask (GtkWidget *parent, const char *url, const char *fingerprint)
{
  AdwAlertDialog *dialog;
  DexPromise *promise;

  dex_return_error_if_fail (GTK_IS_WIDGET (parent));
  dex_return_error_if_fail (url != NULL && fingerprint != NULL);
  dialog = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Trust This Certificate?"), NULL));
  adw_alert_dialog_format_body (dialog,
                                _ ("%s presents a certificate that this computer does not know. Compare its "
                                   "SHA-256 fingerprint with the one that “openssl x509 -noout -fingerprint "
                                   "-sha256 -in FILE” prints for the certificate over there. If they differ, "
                                   "somebody else may be answering."),
                                url);
  adw_alert_dialog_set_extra_child (dialog, fingerprint_label (fingerprint));
  adw_alert_dialog_add_responses (dialog, "cancel", _ ("_Cancel"), "trust", _ ("_Trust"), NULL);
  adw_alert_dialog_set_response_appearance (dialog, "trust", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_close_response (dialog, "cancel");
  adw_alert_dialog_set_default_response (dialog, "cancel");
  promise = dex_promise_new ();
  adw_alert_dialog_choose (dialog, parent, NULL, chosen_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/preferences/bh-preferences-dialog.h"

#include "app/preferences/bh-connections-page.h"
#include "app/preferences/bh-general-page.h"
#include "app/preferences/bh-places-page.h"

struct _BhPreferencesDialog
{
  AdwPreferencesDialog parent_instance;

  AdwPreferencesPage *pages[4]; /* borrowed */
};

G_DEFINE_FINAL_TYPE (BhPreferencesDialog, bh_preferences_dialog, ADW_TYPE_PREFERENCES_DIALOG)

static void
bh_preferences_dialog_dispose (GObject *object)
{
  BhPreferencesDialog *self = BH_PREFERENCES_DIALOG (object);

  /* libadwaita 1.7 forgets the widget around them once it was seen, and with it what they follow */
  for (guint i = 0; i < G_N_ELEMENTS (self->pages); i++)
    if (self->pages[i] != NULL)
      adw_preferences_dialog_remove (ADW_PREFERENCES_DIALOG (self), g_steal_pointer (&self->pages[i]));
  G_OBJECT_CLASS (bh_preferences_dialog_parent_class)->dispose (object);
}

static void
bh_preferences_dialog_class_init (BhPreferencesDialogClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_preferences_dialog_dispose;
}

static void
bh_preferences_dialog_init (BhPreferencesDialog *self)
{
}

BhPreferencesDialog *
bh_preferences_dialog_new (BhConnections *connections, GSettings *settings)
{
  BhPreferencesDialog *self;

  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  self = g_object_new (BH_TYPE_PREFERENCES_DIALOG, "search-enabled", TRUE, "content-width", 740, NULL);
  self->pages[0] = bh_general_page_new (connections, settings);
  self->pages[1] = bh_connections_page_new (connections, settings);
  self->pages[2] = bh_places_page_new_workers (connections);
  self->pages[3] = bh_places_page_new_engines (connections);
  for (guint i = 0; i < G_N_ELEMENTS (self->pages); i++)
    adw_preferences_dialog_add (ADW_PREFERENCES_DIALOG (self), self->pages[i]);
  return self;
}

void
bh_preferences_toast (GtkWidget *widget, const char *text)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_DIALOG);
  AdwToast *toast;

  if (dialog == NULL)
    return;
  toast = adw_toast_new (text);
  adw_toast_set_use_markup (toast, FALSE);
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (dialog), toast);
}

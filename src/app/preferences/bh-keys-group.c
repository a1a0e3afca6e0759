/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/preferences/bh-keys-group.h"

#include "app/widgets/bh-status.h"

struct _BhKeysGroup
{
  BhRecordsGroup parent_instance;
};

G_DEFINE_FINAL_TYPE (BhKeysGroup, bh_keys_group, BH_TYPE_RECORDS_GROUP)

/* --- setting ---------------------------------------------------------------------------------------------
 */

/* `value` NULL: to be removed. */
static void
change_key (BhKeysGroup *self, const char *name, const char *value)
{
  BhConnection *connection = bh_records_group_get_connection (BH_RECORDS_GROUP (self));

  if (connection != NULL)
    bh_records_group_await (BH_RECORDS_GROUP (self), bh_connection_set_key (connection, name, value));
}

static void
response_cb (AdwAlertDialog *dialog, const char *response, BhKeysGroup *self)
{
  GtkEditable *entry = g_object_get_data (G_OBJECT (dialog), "entry");
  const char *name = g_object_get_data (G_OBJECT (dialog), "name");

  if (g_str_equal (response, "set"))
    change_key (self, name, gtk_editable_get_text (entry));
  else if (g_str_equal (response, "remove"))
    change_key (self, name, NULL);
}

static void
typed_cb (GtkEditable *entry, AdwAlertDialog *dialog)
{
  adw_alert_dialog_set_response_enabled (dialog, "set", *gtk_editable_get_text (entry) != '\0');
}

static void
activated_cb (AdwActionRow *row, BhKeysGroup *self)
{
  const char *name = adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row));
  gboolean is_set = g_object_get_data (G_OBJECT (row), "is-set") != NULL;
  AdwDialog *dialog =
      adw_alert_dialog_new (name,
                            is_set
                                ? _ ("A key is stored. It is not shown again; another one takes its place.")
                                : _ ("The key is stored on this computer, in the keyring if there is one."));
  GtkWidget *entry =
      g_object_new (ADW_TYPE_PASSWORD_ENTRY_ROW, "title", _ ("API Key"), "activates-default", TRUE, NULL);
  GtkWidget *list = g_object_new (GTK_TYPE_LIST_BOX, "selection-mode", GTK_SELECTION_NONE, NULL);

  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_append (GTK_LIST_BOX (list), entry);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), list);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), NULL);
  if (is_set)
    {
      adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "remove", _ ("_Remove"), NULL);
      adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                                ADW_RESPONSE_DESTRUCTIVE);
    }
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "set", _ ("_Store"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "set", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_response_enabled (ADW_ALERT_DIALOG (dialog), "set", FALSE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "set");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data (G_OBJECT (dialog), "entry", entry);
  g_object_set_data_full (G_OBJECT (dialog), "name", g_strdup (name), g_free);
  g_signal_connect_object (entry, "changed", G_CALLBACK (typed_cb), dialog, G_CONNECT_DEFAULT);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_DEFAULT);
  /* by itself the focus goes there from left to right only */
  adw_dialog_set_focus (dialog, entry);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* --- the list --------------------------------------------------------------------------------------------
 */

static GtkWidget *
make_row (BhRecordsGroup *self)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "activatable", TRUE, NULL);
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "go-next-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), icon);
  g_signal_connect_object (row, "activated", G_CALLBACK (activated_cb), self, G_CONNECT_DEFAULT);
  return row;
}

/* (transfer full) */
static char *
list_engines (const BhKeyInfo *info)
{
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (guint i = 0; info->engines != NULL && info->engines[i] != NULL; i++)
    g_strv_builder_take (labels, bh_engine_label (info->engines[i]));
  all = g_strv_builder_end (labels);
  return g_strjoinv (", ", all);
}

static void
show (BhRecordsGroup *self, GtkWidget *row, gpointer record)
{
  const BhKeyInfo *info = record;
  g_autofree char *engines = list_engines (info);
  /* Translators: state of an API key, the engines that take it: "Stored · Codex, Goose" */
  g_autofree char *text =
      g_strdup_printf (_ ("%s · %s"), info->is_set ? _ ("Stored") : _ ("Not set"), engines);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), info->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
  g_object_set_data (G_OBJECT (row), "is-set", info->is_set ? row : NULL);
}

static void
bh_keys_group_class_init (BhKeysGroupClass *klass)
{
  BH_RECORDS_GROUP_CLASS (klass)->list = bh_connection_list_keys;
  BH_RECORDS_GROUP_CLASS (klass)->make_row = make_row;
  BH_RECORDS_GROUP_CLASS (klass)->show = show;
}

static void
bh_keys_group_init (BhKeysGroup *self)
{
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("API Keys"));
}

AdwPreferencesGroup *
bh_keys_group_new (BhConnection *connection)
{
  AdwPreferencesGroup *self = bh_records_group_new (BH_TYPE_KEYS_GROUP, connection,
                                                    _ ("Given to the engines that take them, and to nothing "
                                                       "else in a DevBox; hidden in whatever they print"));

  /* a coordinator elsewhere has its own, which nobody is shown from here */
  gtk_widget_set_visible (GTK_WIDGET (self),
                          g_str_equal (bh_connection_get_id (connection), BH_CONNECTION_LOCAL_ID));
  return self;
}

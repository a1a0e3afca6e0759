/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/preferences/bh-sign-ins-group.h"

/* In the order of the choices. */
static const char *const consents[] = { "ask", "always", "no" };

struct _BhSignInsGroup
{
  BhRecordsGroup parent_instance;

  gboolean is_setting;
};

G_DEFINE_FINAL_TYPE (BhSignInsGroup, bh_sign_ins_group, BH_TYPE_RECORDS_GROUP)

static void
selected_cb (AdwComboRow *row, GParamSpec *pspec, BhSignInsGroup *self)
{
  BhConnection *connection = bh_records_group_get_connection (BH_RECORDS_GROUP (self));
  guint selected = adw_combo_row_get_selected (row);

  if (self->is_setting || connection == NULL || selected >= G_N_ELEMENTS (consents))
    return;
  bh_records_group_await (BH_RECORDS_GROUP (self),
                          bh_connection_set_sign_in (connection, g_object_get_data (G_OBJECT (row), "engine"),
                                                     consents[selected]));
}

static GtkWidget *
make_row (BhRecordsGroup *group)
{
  const char *names[] = { _ ("Ask"), _ ("Always"), _ ("Never"), NULL };
  g_autoptr (GtkStringList) choices = gtk_string_list_new (names);
  GtkWidget *row = g_object_new (ADW_TYPE_COMBO_ROW, "use-markup", FALSE, "model", choices, NULL);

  g_signal_connect_object (row, "notify::selected", G_CALLBACK (selected_cb), group, G_CONNECT_DEFAULT);
  return row;
}

static void
show (BhRecordsGroup *group, GtkWidget *row, gpointer record)
{
  BhSignInsGroup *self = BH_SIGN_INS_GROUP (group);
  const BhSignInInfo *info = record;
  g_autofree char *paths = info->paths != NULL ? g_strjoinv (", ", info->paths) : g_strdup ("");

  self->is_setting = TRUE;
  g_object_set_data_full (G_OBJECT (row), "engine", g_strdup (info->engine), g_free);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), info->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), paths);
  for (guint i = 0; i < G_N_ELEMENTS (consents); i++)
    if (g_strcmp0 (consents[i], info->consent) == 0)
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
  self->is_setting = FALSE;
}

static void
bh_sign_ins_group_class_init (BhSignInsGroupClass *klass)
{
  BH_RECORDS_GROUP_CLASS (klass)->list = bh_connection_list_sign_ins;
  BH_RECORDS_GROUP_CLASS (klass)->make_row = make_row;
  BH_RECORDS_GROUP_CLASS (klass)->show = show;
}

static void
bh_sign_ins_group_init (BhSignInsGroup *self)
{
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self), _ ("Let Runs Use My Sign-Ins"));
}

AdwPreferencesGroup *
bh_sign_ins_group_new (BhConnection *connection)
{
  return bh_records_group_new (
      BH_TYPE_SIGN_INS_GROUP, connection,
      _ ("A DevBox gets a copy of the sign-in that an engine has on the worker’s computer; "
         "nothing in a DevBox can change the sign-in itself"));
}

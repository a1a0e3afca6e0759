/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/preferences/bh-engines-group.h"
#include "app/widgets/bh-why-not.h"
#include "client/bh-info-item.h"

struct _BhEnginesGroup
{
  AdwPreferencesGroup parent_instance;

  GtkListBox *list;

  BhConnection *connection;
};

G_DEFINE_FINAL_TYPE (BhEnginesGroup, bh_engines_group, ADW_TYPE_PREFERENCES_GROUP)

static void
refresh_cb (BhEnginesGroup *self)
{
  bh_connection_refresh_engines (self->connection);
}

static void
show_engine (BhInfoItem *item, GParamSpec *pspec, AdwActionRow *row)
{
  const BhEngineInfo *info = bh_info_item_get (item);
  g_autofree char *version = NULL, *why_not = bh_why_not_text (info);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), info->name);
  if (why_not != NULL)
    adw_action_row_set_subtitle (row, why_not);
  else if (g_strcmp0 (info->protocol, "runbook") == 0)
    adw_action_row_set_subtitle (
        row, _ ("Built in: runs the code blocks of the instructions in order, without an AI"));
  else if (info->version == NULL)
    adw_action_row_set_subtitle (row, _ ("Looked for when a Run needs it"));
  else
    {
      version = g_strdup_printf (_ ("Version %s"), info->version);
      adw_action_row_set_subtitle (row, version);
    }
}

static GtkWidget *
row_of (gpointer item, gpointer data)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "subtitle-selectable", TRUE, NULL);
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "bh-engine-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  g_signal_connect_object (item, "notify", G_CALLBACK (show_engine), row, G_CONNECT_DEFAULT);
  show_engine (item, NULL, ADW_ACTION_ROW (row));
  return row;
}

static void
bh_engines_group_dispose (GObject *object)
{
  BhEnginesGroup *self = BH_ENGINES_GROUP (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_ENGINES_GROUP);
  G_OBJECT_CLASS (bh_engines_group_parent_class)->dispose (object);
}

static void
bh_engines_group_class_init (BhEnginesGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_engines_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-engines-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BhEnginesGroup, list);
  gtk_widget_class_bind_template_callback (widget_class, refresh_cb);
}

static void
bh_engines_group_init (BhEnginesGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwPreferencesGroup *
bh_engines_group_new (BhConnection *connection)
{
  BhEnginesGroup *self = g_object_new (BH_TYPE_ENGINES_GROUP, NULL);

  self->connection = g_object_ref (connection);
  gtk_list_box_bind_model (self->list, bh_connection_get_engines (connection), row_of, self, NULL);
  return ADW_PREFERENCES_GROUP (self);
}

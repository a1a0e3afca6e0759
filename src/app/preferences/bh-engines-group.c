/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/preferences/bh-engines-group.h"
#include "app/preferences/bh-place-row.h"
#include "app/widgets/bh-engine-text.h"
#include "client/bh-info-item.h"

struct _BhEnginesGroup
{
  AdwPreferencesGroup parent_instance;

  BhPlaceRow *place;
  GtkListBox *list;
  GtkWidget *again;

  BhConnection *connection;
  GPtrArray *found; /* (nullable) BhEngineInfo: what there is in that place */
  guint looks;      /* counts them: only the answer to the last one is shown */
  gboolean is_looking;
};

G_DEFINE_FINAL_TYPE (BhEnginesGroup, bh_engines_group, ADW_TYPE_PREFERENCES_GROUP)

/* --- what is shown ------------------------------------------------------------------------------------- */

/* (transfer none): what was found, else what is known of it anyway */
static const BhEngineInfo *
get_info (BhEnginesGroup *self, BhInfoItem *item)
{
  const BhEngineInfo *known = bh_info_item_get (item);

  for (guint i = 0; self->found != NULL && i < self->found->len; i++)
    {
      const BhEngineInfo *info = self->found->pdata[i];

      if (g_str_equal (info->id, known->id))
        return info;
    }
  return known;
}

static void
show_engine (BhEnginesGroup *self, BhInfoItem *item, AdwActionRow *row)
{
  const BhEngineInfo *info = get_info (self, item);
  g_autofree char *text = bh_engine_text (info, self->is_looking);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), info->name);
  adw_action_row_set_subtitle (row, text);
}

static void
show_all (BhEnginesGroup *self)
{
  GListModel *engines = bh_connection_get_engines (self->connection);

  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (engines, i);
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->list, (int) i);

      if (row != NULL)
        show_engine (self, item, ADW_ACTION_ROW (row));
    }
}

static void
show_state (BhEnginesGroup *self, const char *text)
{
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->place), text);
  gtk_widget_set_sensitive (self->again, !self->is_looking);
  show_all (self);
}

/* --- looking ------------------------------------------------------------------------------------------- */

typedef struct
{
  BhEnginesGroup *group;
  guint number;
  gboolean fresh;
} Look;

static void
look_free (gpointer data)
{
  Look *self = data;

  g_object_unref (self->group);
  g_free (self);
}

static DexFuture *
look_fiber (gpointer data)
{
  const Look *look = data;
  BhEnginesGroup *self = look->group;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found =
      dex_await_boxed (bh_connection_find_engines (self->connection, bh_place_row_get_worker (self->place),
                                                   bh_place_row_get_image (self->place), look->fresh),
                       &error);

  if (self->connection == NULL || look->number != self->looks)
    return dex_future_new_true ();
  self->is_looking = FALSE;
  self->found = g_steal_pointer (&found);
  show_state (self, error != NULL ? error->message : _ ("A DevBox was made to look in"));
  return dex_future_new_true ();
}

static void
look (BhEnginesGroup *self, gboolean fresh)
{
  Look *look;

  self->looks++;
  g_clear_pointer (&self->found, g_ptr_array_unref);
  self->is_looking = bh_place_row_get_worker (self->place) != NULL;
  if (!self->is_looking)
    {
      show_state (self, _ ("No worker is online to make a DevBox on"));
      return;
    }
  show_state (self, _ ("Making a DevBox to look in…"));
  look = g_new0 (Look, 1);
  look->group = g_object_ref (self);
  look->number = self->looks;
  look->fresh = fresh;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, look_fiber, look, look_free));
}

static void
chosen_cb (BhEnginesGroup *self)
{
  look (self, FALSE);
}

/* Who has just installed one, or signed in to it, wants to know whether that is seen. */
static void
again_cb (BhEnginesGroup *self)
{
  bh_connection_refresh_engines (self->connection);
  look (self, TRUE);
}

/* --- the group ----------------------------------------------------------------------------------------- */

static void
item_changed_cb (GtkWidget *row)
{
  GtkWidget *group = gtk_widget_get_ancestor (row, BH_TYPE_ENGINES_GROUP);

  if (group != NULL)
    show_all (BH_ENGINES_GROUP (group));
}

static GtkWidget *
row_of (gpointer item, gpointer data)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "subtitle-selectable", TRUE, NULL);
  GtkWidget *icon = g_object_new (GTK_TYPE_IMAGE, "icon-name", "bh-engine-symbolic", "accessible-role",
                                  GTK_ACCESSIBLE_ROLE_PRESENTATION, NULL);

  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  g_signal_connect_object (item, "notify", G_CALLBACK (item_changed_cb), row, G_CONNECT_SWAPPED);
  show_engine (data, item, ADW_ACTION_ROW (row));
  return row;
}

static void
bh_engines_group_dispose (GObject *object)
{
  BhEnginesGroup *self = BH_ENGINES_GROUP (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  g_clear_object (&self->connection);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_ENGINES_GROUP);
  G_OBJECT_CLASS (bh_engines_group_parent_class)->dispose (object);
}

static void
bh_engines_group_class_init (BhEnginesGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_engines_group_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-engines-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BhEnginesGroup, place);
  gtk_widget_class_bind_template_child (widget_class, BhEnginesGroup, list);
  gtk_widget_class_bind_template_child (widget_class, BhEnginesGroup, again);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, again_cb);
}

static void
bh_engines_group_init (BhEnginesGroup *self)
{
  g_type_ensure (BH_TYPE_PLACE_ROW);
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwPreferencesGroup *
bh_engines_group_new (BhConnection *connection)
{
  BhEnginesGroup *self = g_object_new (BH_TYPE_ENGINES_GROUP, NULL);

  self->connection = g_object_ref (connection);
  gtk_list_box_bind_model (self->list, bh_connection_get_engines (connection), row_of, self, NULL);
  bh_place_row_set_connection (self->place, connection);
  return ADW_PREFERENCES_GROUP (self);
}

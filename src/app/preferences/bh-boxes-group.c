/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/preferences/bh-box-row.h"
#include "app/preferences/bh-boxes-group.h"

struct _BhBoxesGroup
{
  AdwPreferencesGroup parent_instance;

  GtkListBox *list;

  BhConnection *connection;
  char *shown; /* what the rows were made from; the same again leaves them alone */
  gboolean asking;
  gboolean again; /* something happened while it was asked */
};

G_DEFINE_FINAL_TYPE (BhBoxesGroup, bh_boxes_group, ADW_TYPE_PREFERENCES_GROUP)

static void refresh (BhBoxesGroup *self);

static char *
signature (GPtrArray *boxes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < boxes->len; i++)
    {
      const BhBoxInfo *box = g_ptr_array_index (boxes, i);
      g_string_append_printf (text, "%s %s %s\n", box->id, box->state, box->run_name);
    }
  return g_string_free (text, FALSE);
}

/* What is wrong is told beside the list, which stays as it was. */
static void
say (BhBoxesGroup *self, const char *problem)
{
  /* what a coordinator says is text, and a description is markup */
  g_autofree char *escaped = problem != NULL ? g_markup_escape_text (problem, -1) : NULL;

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), escaped);
  gtk_widget_set_visible (GTK_WIDGET (self->list), problem == NULL || self->shown != NULL);
}

static void
show_boxes (BhBoxesGroup *self, GPtrArray *boxes)
{
  g_autofree char *text = signature (boxes);
  GtkListBoxRow *row;

  if (g_strcmp0 (text, self->shown) == 0)
    return;
  g_set_str (&self->shown, text);
  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  for (guint i = 0; i < boxes->len; i++)
    {
      GtkWidget *added = bh_box_row_new (self->connection, g_ptr_array_index (boxes, i));

      g_signal_connect_object (added, "changed", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
      gtk_list_box_append (self->list, added);
    }
}

static DexFuture *
list_fiber (gpointer data)
{
  BhBoxesGroup *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) boxes = dex_await_boxed (bh_connection_list_boxes (self->connection), &error);

  self->asking = FALSE;
  if (self->connection == NULL)
    return dex_future_new_true ();
  if (boxes != NULL)
    show_boxes (self, boxes);
  say (self, boxes != NULL ? NULL : error->message);
  if (self->again)
    refresh (self);
  return dex_future_new_true ();
}

static void
refresh (BhBoxesGroup *self)
{
  self->again = self->asking;
  if (self->asking || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->asking = TRUE;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, list_fiber, g_object_ref (self), g_object_unref));
}

static void
bh_boxes_group_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (bh_boxes_group_parent_class)->map (widget);
  refresh (BH_BOXES_GROUP (widget));
}

static void
bh_boxes_group_dispose (GObject *object)
{
  BhBoxesGroup *self = BH_BOXES_GROUP (object);

  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  gtk_widget_dispose_template (GTK_WIDGET (object), BH_TYPE_BOXES_GROUP);
  G_OBJECT_CLASS (bh_boxes_group_parent_class)->dispose (object);
}

static void
bh_boxes_group_finalize (GObject *object)
{
  g_free (BH_BOXES_GROUP (object)->shown);
  G_OBJECT_CLASS (bh_boxes_group_parent_class)->finalize (object);
}

static void
bh_boxes_group_class_init (BhBoxesGroupClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_boxes_group_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_boxes_group_finalize;
  widget_class->map = bh_boxes_group_map;
  gtk_widget_class_set_template_from_resource (widget_class, "/org/bellhop/Bellhop/ui/bh-boxes-group.ui");
  gtk_widget_class_bind_template_child (widget_class, BhBoxesGroup, list);
}

static void
bh_boxes_group_init (BhBoxesGroup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwPreferencesGroup *
bh_boxes_group_new (BhConnection *connection)
{
  BhBoxesGroup *self = g_object_new (BH_TYPE_BOXES_GROUP, NULL);

  self->connection = g_object_ref (connection);
  g_signal_connect_swapped (connection, "worker", G_CALLBACK (refresh), self);
  g_signal_connect_swapped (connection, "run-changed", G_CALLBACK (refresh), self);
  g_signal_connect_swapped (connection, "notify::state", G_CALLBACK (refresh), self);
  return ADW_PREFERENCES_GROUP (self);
}

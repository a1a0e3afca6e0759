/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-row-view.h"

typedef struct
{
  BhTimelineRow *row; /* (nullable) */
} BhRowViewPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (BhRowView, bh_row_view, GTK_TYPE_WIDGET)

static BhRowViewPrivate *
get_private (BhRowView *self)
{
  return bh_row_view_get_instance_private (self);
}

static void
update_cb (BhRowView *self)
{
  BhRowViewClass *klass = BH_ROW_VIEW_GET_CLASS (self);

  if (klass->update != NULL)
    klass->update (self);
}

static void
reset_cb (BhRowView *self, BhPart part)
{
  BhRowViewClass *klass = BH_ROW_VIEW_GET_CLASS (self);

  if (klass->reset != NULL)
    klass->reset (self, part);
}

static void
appended_cb (BhRowView *self, BhPart part, const char *text)
{
  BhRowViewClass *klass = BH_ROW_VIEW_GET_CLASS (self);

  if (klass->appended != NULL)
    klass->appended (self, part, text);
}

static void
bytes_changed_cb (BhRowView *self, BhPart part)
{
  BhRowViewClass *klass = BH_ROW_VIEW_GET_CLASS (self);

  if (klass->bytes_changed != NULL)
    klass->bytes_changed (self, part);
}

static void
connect_row (BhRowView *self, BhTimelineRow *row)
{
  static const char *const changes[] = { "notify::row",     "notify::expanded", "notify::question",
                                         "notify::message", "notify::problem",  "notify::loading" };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    g_signal_connect_swapped (row, changes[i], G_CALLBACK (update_cb), self);
  g_signal_connect_swapped (row, "reset", G_CALLBACK (reset_cb), self);
  g_signal_connect_swapped (row, "appended", G_CALLBACK (appended_cb), self);
  g_signal_connect_swapped (row, "bytes-changed", G_CALLBACK (bytes_changed_cb), self);
}

static void
bh_row_view_dispose (GObject *object)
{
  bh_row_view_set_row (BH_ROW_VIEW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), G_OBJECT_TYPE (object));
  bh_unparent_children (GTK_WIDGET (object));
  G_OBJECT_CLASS (bh_row_view_parent_class)->dispose (object);
}

static void
bh_row_view_class_init (BhRowViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_row_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
bh_row_view_init (BhRowView *self)
{
}

void
bh_row_view_update (BhRowView *self)
{
  g_return_if_fail (BH_IS_ROW_VIEW (self));
  if (get_private (self)->row != NULL)
    update_cb (self);
}

void
bh_row_view_set_row (BhRowView *self, BhTimelineRow *row)
{
  BhRowViewPrivate *priv = get_private (self);
  BhRowViewClass *klass = BH_ROW_VIEW_GET_CLASS (self);

  if (priv->row == row)
    return;
  if (priv->row != NULL)
    {
      g_signal_handlers_disconnect_by_data (priv->row, self);
      if (klass->unbind != NULL)
        klass->unbind (self);
    }
  g_set_object (&priv->row, row);
  if (row == NULL)
    return;
  connect_row (self, row);
  update_cb (self);
}

BhTimelineRow *
bh_row_view_get_row (BhRowView *self)
{
  g_return_val_if_fail (BH_IS_ROW_VIEW (self), NULL);
  return get_private (self)->row;
}

char *
bh_row_view_describe (GType type, BhTimelineRow *row)
{
  g_autoptr (GTypeClass) klass = NULL;

  g_return_val_if_fail (g_type_is_a (type, BH_TYPE_ROW_VIEW), NULL);
  g_return_val_if_fail (BH_IS_TIMELINE_ROW (row), NULL);
  klass = g_type_class_ref (type);
  return ((BhRowViewClass *) (gpointer) klass)->describe (row);
}

void
bh_unparent_children (GtkWidget *widget)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (widget)) != NULL)
    gtk_widget_unparent (child);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-timeline-cell.h"

#include "app/run/bh-message-row.h"
#include "app/run/bh-placeholder-row.h"
#include "app/run/bh-question-row.h"
#include "app/run/bh-status-row.h"
#include "app/run/bh-step-row.h"

struct _BhTimelineCell
{
  GtkWidget parent_instance;

  GtkListItem *item; /* borrowed */
  BhRowPool *pool;
  BhTimelineRow *row;     /* (nullable) */
  BhRowView *view;        /* (nullable): of the kind that was shown last */
  BhRowView *placeholder; /* (nullable): seen while the record is not there */
};

G_DEFINE_FINAL_TYPE (BhTimelineCell, bh_timeline_cell, GTK_TYPE_WIDGET)

static GType
get_wanted_type (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);

  if (bh_timeline_row_get_unknown_kind (row) != NULL)
    return BH_TYPE_STATUS_ROW;
  switch (record->kind)
    {
    case BH_ROW_MESSAGE:
      return BH_TYPE_MESSAGE_ROW;
    case BH_ROW_STEP:
      return BH_TYPE_STEP_ROW;
    case BH_ROW_QUESTION:
      return BH_TYPE_QUESTION_ROW;
    case BH_ROW_STATUS:
    default:
      return BH_TYPE_STATUS_ROW;
    }
}

static void
drop_view (BhTimelineCell *self)
{
  BhRowView *view = g_steal_pointer (&self->view);

  if (view == NULL)
    return;
  bh_row_view_set_row (view, NULL);
  gtk_widget_unparent (GTK_WIDGET (view));
  bh_row_pool_give (self->pool, view);
}

static void
describe (BhTimelineCell *self)
{
  g_autofree char *label = NULL;
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));
  BhRow *row = bh_timeline_row_get_row (self->row);

  if (self->item == NULL)
    return;
  label = bh_row_view_describe (row != NULL ? self->view : self->placeholder);
  gtk_list_item_set_accessible_label (self->item, label);
  if (parent != NULL && row != NULL && row->kind == BH_ROW_STEP)
    gtk_accessible_update_state (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_STATE_EXPANDED,
                                 bh_timeline_row_get_expanded (self->row), -1);
  else if (parent != NULL)
    gtk_accessible_reset_state (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_STATE_EXPANDED);
}

/* Beside what was shown, as that is likely to be needed again in a moment, and moving widgets about is what
 * costs. */
static void
show_placeholder (BhTimelineCell *self)
{
  if (self->view != NULL)
    gtk_widget_set_visible (GTK_WIDGET (self->view), FALSE);
  if (self->placeholder == NULL)
    {
      self->placeholder = g_object_new (BH_TYPE_PLACEHOLDER_ROW, NULL);
      gtk_widget_set_parent (GTK_WIDGET (self->placeholder), GTK_WIDGET (self));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->placeholder), TRUE);
  bh_row_view_set_row (self->placeholder, self->row);
}

static void
hide_placeholder (BhTimelineCell *self)
{
  if (self->placeholder == NULL)
    return;
  bh_row_view_set_row (self->placeholder, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->placeholder), FALSE);
}

static void
show_view (BhTimelineCell *self)
{
  GType wanted = get_wanted_type (self->row);

  hide_placeholder (self);
  if (self->view != NULL && G_OBJECT_TYPE (self->view) != wanted)
    drop_view (self);
  if (self->view == NULL)
    {
      self->view = bh_row_pool_take (self->pool, wanted);
      gtk_widget_set_parent (GTK_WIDGET (self->view), GTK_WIDGET (self));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->view), TRUE);
  bh_row_view_set_row (self->view, self->row);
}

static void
show (BhTimelineCell *self)
{
  if (bh_timeline_row_get_loaded (self->row))
    show_view (self);
  else
    show_placeholder (self);
  describe (self);
}

static void
bh_timeline_cell_dispose (GObject *object)
{
  BhTimelineCell *self = BH_TIMELINE_CELL (object);

  bh_timeline_cell_set_row (self, NULL);
  drop_view (self);
  g_clear_pointer ((GtkWidget **) &self->placeholder, gtk_widget_unparent);
  g_clear_pointer (&self->pool, bh_row_pool_unref);
  G_OBJECT_CLASS (bh_timeline_cell_parent_class)->dispose (object);
}

static void
bh_timeline_cell_class_init (BhTimelineCellClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_timeline_cell_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "timelinecell");
}

static void
bh_timeline_cell_init (BhTimelineCell *self)
{
}

BhTimelineCell *
bh_timeline_cell_new (BhRowPool *pool, GtkListItem *item)
{
  BhTimelineCell *self = g_object_new (BH_TYPE_TIMELINE_CELL, NULL);

  self->pool = bh_row_pool_ref (pool);
  self->item = item;
  return self;
}

void
bh_timeline_cell_set_row (BhTimelineCell *self, BhTimelineRow *row)
{
  if (self->row == row)
    return;
  if (self->row != NULL)
    g_signal_handlers_disconnect_by_data (self->row, self);
  /* the widget stays with the cell: the next row is likely to be of the same kind */
  if (self->view != NULL)
    bh_row_view_set_row (self->view, NULL);
  if (self->placeholder != NULL)
    bh_row_view_set_row (self->placeholder, NULL);
  g_set_object (&self->row, row);
  if (row == NULL)
    return;
  show (self);
  g_signal_connect_swapped (row, "notify::row", G_CALLBACK (show), self);
  g_signal_connect_swapped (row, "notify::expanded", G_CALLBACK (describe), self);
  g_signal_connect_swapped (row, "notify::question", G_CALLBACK (describe), self);
}

BhTimelineRow *
bh_timeline_cell_get_row (BhTimelineCell *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_CELL (self), NULL);
  return self->row;
}

void
bh_timeline_cell_set_marked (BhTimelineCell *self, gboolean marked)
{
  g_return_if_fail (BH_IS_TIMELINE_CELL (self));
  if (marked)
    gtk_widget_add_css_class (GTK_WIDGET (self), "marked");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "marked");
}

void
bh_timeline_cell_forget_item (BhTimelineCell *self)
{
  g_return_if_fail (BH_IS_TIMELINE_CELL (self));
  self->item = NULL;
}

/* The row that the keyboard left, where it is still in sight, or else the lowest there. */
guint
bh_timeline_cells_to_focus (GHashTable *cells, GtkWidget *view, guint left)
{
  guint lowest = GTK_INVALID_LIST_POSITION;
  GHashTableIter iter;
  gpointer cell;

  g_hash_table_iter_init (&iter, cells);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    {
      BhTimelineRow *row = bh_timeline_cell_get_row (cell);
      graphene_rect_t bounds;

      if (row == NULL || !gtk_widget_get_mapped (cell) || !gtk_widget_compute_bounds (cell, view, &bounds) ||
          bounds.origin.y >= (float) gtk_widget_get_height (view) ||
          bounds.origin.y + bounds.size.height <= 0)
        continue;
      if (bh_timeline_row_get_position (row) == left)
        return left;
      if (lowest == GTK_INVALID_LIST_POSITION || bh_timeline_row_get_position (row) > lowest)
        lowest = bh_timeline_row_get_position (row);
    }
  return lowest;
}

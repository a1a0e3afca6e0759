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
  gboolean filled;        /* one of them shows the row */
};

G_DEFINE_FINAL_TYPE (BhTimelineCell, bh_timeline_cell, GTK_TYPE_WIDGET)

static GType
get_wanted_type (BhTimelineRow *row)
{
  BhRow *record = bh_timeline_row_get_row (row);

  if (record == NULL)
    return BH_TYPE_PLACEHOLDER_ROW;
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
  label = bh_row_view_describe (get_wanted_type (self->row), self->row);
  gtk_list_item_set_accessible_label (self->item, label);
  if (parent != NULL && row != NULL && row->kind == BH_ROW_STEP)
    gtk_accessible_update_state (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_STATE_EXPANDED,
                                 bh_timeline_row_get_expanded (self->row), -1);
  else if (parent != NULL)
    gtk_accessible_reset_state (GTK_ACCESSIBLE (parent), GTK_ACCESSIBLE_STATE_EXPANDED);
}

/* What showed a row stays beside what shows another one now, as it is likely to be needed again in a moment,
 * and moving widgets about costs more. */
static void
hide (BhRowView *view)
{
  if (view == NULL)
    return;
  bh_row_view_set_row (view, NULL);
  gtk_widget_set_visible (GTK_WIDGET (view), FALSE);
}

static void
show_placeholder (BhTimelineCell *self)
{
  hide (self->view);
  if (self->placeholder == NULL)
    {
      self->placeholder = g_object_new (BH_TYPE_PLACEHOLDER_ROW, NULL);
      gtk_widget_set_parent (GTK_WIDGET (self->placeholder), GTK_WIDGET (self));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->placeholder), TRUE);
  bh_row_view_set_row (self->placeholder, self->row);
}

static void
show_view (BhTimelineCell *self)
{
  GType wanted = get_wanted_type (self->row);

  hide (self->placeholder);
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
}

static void
row_cb (BhTimelineCell *self)
{
  if (self->filled)
    show (self);
  else
    gtk_widget_queue_resize (GTK_WIDGET (self));
  describe (self);
}

static int
guess_height (BhTimelineCell *self)
{
  BhRow *record = self->row != NULL ? bh_timeline_row_get_row (self->row) : NULL;

  return bh_row_pool_guess_height (self->pool, record != NULL ? get_wanted_type (self->row) : G_TYPE_NONE);
}

/* A row that is not loaded yet has the height that it will have, if all goes well: then nothing moves. */
static void
bh_timeline_cell_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  BhTimelineCell *self = BH_TIMELINE_CELL (widget);
  gboolean loaded = self->row != NULL && bh_timeline_row_get_loaded (self->row);
  BhRowView *child = loaded ? self->view : self->placeholder;
  int least = orientation == GTK_ORIENTATION_VERTICAL && !(self->filled && loaded) ? guess_height (self) : 0;

  /* what scrolls asks for the height at any width, too, and does nothing with it */
  if (self->filled && orientation == GTK_ORIENTATION_VERTICAL && for_size < 0)
    *minimum = *natural = gtk_widget_get_height (widget);
  else if (self->filled)
    gtk_widget_measure (GTK_WIDGET (child), orientation, for_size, minimum, natural, NULL, NULL);
  *minimum = MAX (*minimum, least);
  *natural = MAX (*natural, least);
}

static void
bh_timeline_cell_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  BhTimelineCell *self = BH_TIMELINE_CELL (widget);
  const GtkAllocation all = { 0, 0, width, height };
  gboolean loaded = self->row != NULL && bh_timeline_row_get_loaded (self->row);

  if (!self->filled)
    return;
  gtk_widget_size_allocate (GTK_WIDGET (loaded ? self->view : self->placeholder), &all, baseline);
  if (loaded && !bh_timeline_row_get_expanded (self->row))
    bh_row_pool_note_height (self->pool, G_OBJECT_TYPE (self->view), height);
}

static GtkSizeRequestMode
bh_timeline_cell_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
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
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_timeline_cell_dispose;
  widget_class->measure = bh_timeline_cell_measure;
  widget_class->size_allocate = bh_timeline_cell_size_allocate;
  widget_class->get_request_mode = bh_timeline_cell_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "timelinecell");
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
  hide (self->view);
  hide (self->placeholder);
  self->filled = FALSE;
  g_set_object (&self->row, row);
  if (row == NULL)
    return;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  describe (self);
  g_signal_connect_swapped (row, "notify::row", G_CALLBACK (row_cb), self);
  g_signal_connect_swapped (row, "notify::expanded", G_CALLBACK (describe), self);
  g_signal_connect_swapped (row, "notify::question", G_CALLBACK (describe), self);
}

BhTimelineRow *
bh_timeline_cell_get_row (BhTimelineCell *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_CELL (self), NULL);
  return self->row;
}

/* A list lays out what is in sight, and what is next to that; it hides all else, and leaves that where it
 * was. */
gboolean
bh_timeline_cell_is_wanted (BhTimelineCell *self)
{
  GtkWidget *parent = gtk_widget_get_parent (GTK_WIDGET (self));

  return self->row != NULL && !self->filled && parent != NULL && gtk_widget_get_child_visible (parent);
}

gboolean
bh_timeline_cell_is_filled (BhTimelineCell *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_CELL (self), FALSE);
  return self->filled;
}

void
bh_timeline_cell_fill (BhTimelineCell *self)
{
  g_return_if_fail (BH_IS_TIMELINE_CELL (self));
  if (self->filled || self->row == NULL)
    return;
  self->filled = TRUE;
  show (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
bh_timeline_cell_update (BhTimelineCell *self)
{
  g_return_if_fail (BH_IS_TIMELINE_CELL (self));
  if (self->row == NULL)
    return;
  /* one that is hidden has no row */
  if (self->view != NULL)
    bh_row_view_update (self->view);
  describe (self);
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

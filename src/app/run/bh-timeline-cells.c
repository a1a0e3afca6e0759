/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-timeline-cells.h"

#include "app/run/bh-message-row.h"
#include "app/run/bh-step-row.h"
#include "client/bh-engine-names.h"

struct _BhTimelineCells
{
  GObject parent_instance;

  BhRowPool *pool;
  GHashTable *cells; /* set of those that there are; borrowed */
  guint marked;
  guint n_guesses; /* of heights, that the empty ones have been laid out by */
};

G_DEFINE_FINAL_TYPE (BhTimelineCells, bh_timeline_cells, G_TYPE_OBJECT)

/* --- making them --------------------------------------------------------------------------------------- */

static void
cell_gone_cb (BhTimelineCells *self, BhTimelineCell *cell)
{
  g_hash_table_remove (self->cells, cell);
}

static void
setup_cb (BhTimelineCells *self, GtkListItem *item)
{
  BhTimelineCell *cell = bh_timeline_cell_new (self->pool, item);

  g_hash_table_add (self->cells, cell);
  /* not with its item: a list that goes takes the child first */
  g_signal_connect_object (cell, "destroy", G_CALLBACK (cell_gone_cb), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (item, GTK_WIDGET (cell));
}

static void
bind_cb (BhTimelineCells *self, GtkListItem *item)
{
  BhTimelineCell *cell = BH_TIMELINE_CELL (gtk_list_item_get_child (item));
  BhTimelineRow *row = gtk_list_item_get_item (item);

  bh_timeline_cell_set_row (cell, row);
  bh_timeline_cell_set_marked (cell, bh_timeline_row_get_position (row) == self->marked);
}

static void
unbind_cb (BhTimelineCells *self, GtkListItem *item)
{
  bh_timeline_cell_set_row (BH_TIMELINE_CELL (gtk_list_item_get_child (item)), NULL);
}

static void
teardown_cb (BhTimelineCells *self, GtkListItem *item)
{
  GtkWidget *cell = gtk_list_item_get_child (item);

  if (cell == NULL)
    return;
  bh_timeline_cell_forget_item (BH_TIMELINE_CELL (cell));
  gtk_list_item_set_child (item, NULL);
}

static void
names_changed_cb (BhTimelineCells *self)
{
  GHashTableIter iter;
  gpointer cell;

  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    bh_timeline_cell_update (cell);
}

BhTimelineCells *
bh_timeline_cells_new (GtkListView *list)
{
  BhTimelineCells *self = g_object_new (BH_TYPE_TIMELINE_CELLS, NULL);
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "teardown", G_CALLBACK (teardown_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (list, factory);
  g_signal_connect_object (bh_engine_names_get (), "changed", G_CALLBACK (names_changed_cb), self,
                           G_CONNECT_SWAPPED);
  /* what a timeline mostly is */
  bh_row_pool_prepare (self->pool, BH_TYPE_MESSAGE_ROW);
  bh_row_pool_prepare (self->pool, BH_TYPE_STEP_ROW);
  return self;
}

static void
bh_timeline_cells_finalize (GObject *object)
{
  BhTimelineCells *self = BH_TIMELINE_CELLS (object);

  g_hash_table_unref (self->cells);
  bh_row_pool_unref (self->pool);
  G_OBJECT_CLASS (bh_timeline_cells_parent_class)->finalize (object);
}

static void
bh_timeline_cells_class_init (BhTimelineCellsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_timeline_cells_finalize;
}

static void
bh_timeline_cells_init (BhTimelineCells *self)
{
  self->pool = bh_row_pool_new ();
  self->cells = g_hash_table_new (NULL, NULL);
  self->marked = GTK_INVALID_LIST_POSITION;
}

/* --- all of them --------------------------------------------------------------------------------------- */

guint
bh_timeline_cells_get_n (BhTimelineCells *self)
{
  g_return_val_if_fail (BH_IS_TIMELINE_CELLS (self), 0);
  return g_hash_table_size (self->cells);
}

/* An end that is only guessed at is not to be far from where it will be. */
static void
guess_again (BhTimelineCells *self)
{
  guint n_guesses = bh_row_pool_get_n_guesses (self->pool);
  GHashTableIter iter;
  gpointer cell;

  if (self->n_guesses == n_guesses)
    return;
  self->n_guesses = n_guesses;
  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    if (!bh_timeline_cell_is_filled (cell))
      gtk_widget_queue_resize (cell);
}

void
bh_timeline_cells_fill (BhTimelineCells *self)
{
  g_autoptr (GPtrArray) wanted = NULL;
  GHashTableIter iter;
  gpointer cell;

  g_return_if_fail (BH_IS_TIMELINE_CELLS (self));
  guess_again (self);
  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    if (bh_timeline_cell_is_wanted (cell))
      {
        if (wanted == NULL)
          wanted = g_ptr_array_new_with_free_func (g_object_unref);
        g_ptr_array_add (wanted, g_object_ref (cell));
      }
  for (guint i = 0; wanted != NULL && i < wanted->len; i++)
    bh_timeline_cell_fill (g_ptr_array_index (wanted, i));
}

void
bh_timeline_cells_mark (BhTimelineCells *self, guint position)
{
  GHashTableIter iter;
  gpointer cell;

  g_return_if_fail (BH_IS_TIMELINE_CELLS (self));
  self->marked = position;
  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, &cell, NULL))
    {
      BhTimelineRow *row = bh_timeline_cell_get_row (cell);

      bh_timeline_cell_set_marked (cell, row != NULL && bh_timeline_row_get_position (row) == position);
    }
}

guint
bh_timeline_cells_to_focus (BhTimelineCells *self, GtkWidget *view, guint left)
{
  guint lowest = GTK_INVALID_LIST_POSITION;
  GHashTableIter iter;
  gpointer cell;

  g_return_val_if_fail (BH_IS_TIMELINE_CELLS (self), lowest);
  g_hash_table_iter_init (&iter, self->cells);
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

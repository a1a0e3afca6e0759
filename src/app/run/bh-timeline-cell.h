/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The child of a list item: shows a row by a widget of its kind, whatever that becomes. */

#include "app/run/bh-row-pool.h"

G_BEGIN_DECLS

#define BH_TYPE_TIMELINE_CELL (bh_timeline_cell_get_type ())
G_DECLARE_FINAL_TYPE (BhTimelineCell, bh_timeline_cell, BH, TIMELINE_CELL, GtkWidget)

/* `item`: borrowed, it is what the cell is the child of; it is told what the row is about. */
BhTimelineCell *bh_timeline_cell_new (BhRowPool *pool, GtkListItem *item);
void bh_timeline_cell_set_row (BhTimelineCell *self, BhTimelineRow *row);
/* (transfer none) (nullable) */
BhTimelineRow *bh_timeline_cell_get_row (BhTimelineCell *self);
/* What was found, or what a link led to. */
void bh_timeline_cell_set_marked (BhTimelineCell *self, gboolean marked);
/* The list item is gone. */
void bh_timeline_cell_forget_item (BhTimelineCell *self);

/* The row of these cells for the keyboard to enter `view` at; GTK_INVALID_LIST_POSITION: none is in sight. */
guint bh_timeline_cells_to_focus (GHashTable *cells, GtkWidget *view, guint left);

G_END_DECLS

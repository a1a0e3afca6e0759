/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The child of a list item: shows a row by a widget of its kind, whatever that becomes. It does so once it
 * has come into sight; until then it is empty, and as high as its row is likely to be: a list keeps some
 * hundred rows around those that are seen, and to lay out text is what costs. */

#include "app/run/bh-row-pool.h"

G_BEGIN_DECLS

#define BH_TYPE_TIMELINE_CELL (bh_timeline_cell_get_type ())
G_DECLARE_FINAL_TYPE (BhTimelineCell, bh_timeline_cell, BH, TIMELINE_CELL, GtkWidget)

/* `item`: borrowed, it is what the cell is the child of; it is told what the row is about. */
BhTimelineCell *bh_timeline_cell_new (BhRowPool *pool, GtkListItem *item);
void bh_timeline_cell_set_row (BhTimelineCell *self, BhTimelineRow *row);
/* (transfer none) (nullable) */
BhTimelineRow *bh_timeline_cell_get_row (BhTimelineCell *self);
/* Whether it has a row that it does not show, and was laid out to be seen. */
gboolean bh_timeline_cell_is_wanted (BhTimelineCell *self);
gboolean bh_timeline_cell_is_filled (BhTimelineCell *self);
/* Shows the row. */
void bh_timeline_cell_fill (BhTimelineCell *self);
/* What was found, or what a link led to. */
/* What it says of its row may be something else now. */
void bh_timeline_cell_update (BhTimelineCell *self);
void bh_timeline_cell_set_marked (BhTimelineCell *self, gboolean marked);
/* The list item is gone. */
void bh_timeline_cell_forget_item (BhTimelineCell *self);

G_END_DECLS

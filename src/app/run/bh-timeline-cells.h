/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* All cells of a timeline's list: makes them, has those filled that come into sight, and marks one. */

#include "app/run/bh-timeline-cell.h"

G_BEGIN_DECLS

#define BH_TYPE_TIMELINE_CELLS (bh_timeline_cells_get_type ())
G_DECLARE_FINAL_TYPE (BhTimelineCells, bh_timeline_cells, BH, TIMELINE_CELLS, GObject)

/* Makes the rows of `list` from now on. */
BhTimelineCells *bh_timeline_cells_new (GtkListView *list);
guint bh_timeline_cells_get_n (BhTimelineCells *self);
/* Fills the empty ones in sight, once they have been laid out. What they show may be less high than they
 * were, so that others come into sight: to be called again after the next layout. */
void bh_timeline_cells_fill (BhTimelineCells *self);
/* GTK_INVALID_LIST_POSITION: none. */
void bh_timeline_cells_mark (BhTimelineCells *self, guint position);
/* The row for the keyboard to enter `view` at: the one that it left, where it is still in sight, or else the
 * lowest there; GTK_INVALID_LIST_POSITION: none is in sight. */
guint bh_timeline_cells_to_focus (BhTimelineCells *self, GtkWidget *view, guint left);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A timeline from its end: a GListModel of all of its rows after a while, but of the last few at first.
 *
 * A list view makes the widgets of two hundred rows before it paints one. So there is nothing until the end
 * is loaded, or that takes too long; then what is in sight there; and what is above comes a few rows with
 * each frame. The position of an item here is its position in the timeline less the rows that are hidden. */

#include <gtk/gtk.h>

#include "client/bh-timeline.h"

G_BEGIN_DECLS

#define BH_TYPE_TIMELINE_TAIL (bh_timeline_tail_get_type ())
G_DECLARE_FINAL_TYPE (BhTimelineTail, bh_timeline_tail, BH, TIMELINE_TAIL, GObject)

/* `widget` shows it, and lives longer; its frames are those that bring more. */
BhTimelineTail *bh_timeline_tail_new (GtkWidget *widget);
void bh_timeline_tail_set_timeline (BhTimelineTail *self, BhTimeline *timeline);
/* A row's position here. All are there then that have to be; FALSE: that one is not. */
gboolean bh_timeline_tail_find (BhTimelineTail *self, guint row, guint *position);
guint bh_timeline_tail_get_hidden (BhTimelineTail *self);
/* What there is does not fill the view. */
void bh_timeline_tail_grow (BhTimelineTail *self);
/* Its rows are to come also if the end is not loaded: somebody looks elsewhere. */
void bh_timeline_tail_fill (BhTimelineTail *self);

G_END_DECLS

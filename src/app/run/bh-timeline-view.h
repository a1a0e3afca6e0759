/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A timeline as a list whose widgets are few however long it is. It follows the end until the person scrolls
 * up, and again when they come back to it. */

#include <adwaita.h>

#include "client/bh-timeline.h"

G_BEGIN_DECLS

/* Properties: "timeline" (BhTimeline, nullable), "following" (boolean, read-only), "n-new" (uint, read-only:
 * rows that came since it stopped following).
 * Actions: "timeline.toggle" (u position) expands or collapses, "timeline.to-end". Its rows activate
 * "run.answer" (s question set), "run.copy-row-link" (t row), "run.copy-row-text" (t row), "run.open-body"
 * and "run.save-body" (row t, part u) of whatever they are in. */
#define BH_TYPE_TIMELINE_VIEW (bh_timeline_view_get_type ())
G_DECLARE_FINAL_TYPE (BhTimelineView, bh_timeline_view, BH, TIMELINE_VIEW, GtkWidget)

void bh_timeline_view_set_timeline (BhTimelineView *self, BhTimeline *timeline);
/* Brings the row into sight, once it is there, and marks it for a moment (`stays`: until another is). */
void bh_timeline_view_show_row (BhTimelineView *self, guint64 row, gboolean stays);
void bh_timeline_view_clear_mark (BhTimelineView *self);
void bh_timeline_view_go_to_end (BhTimelineView *self);
gboolean bh_timeline_view_get_following (BhTimelineView *self);
/* How many row widgets there are now: what a test bounds. */
guint bh_timeline_view_get_n_cells (BhTimelineView *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Find in timeline. */

#include <adwaita.h>

#include "app/run/bh-timeline-view.h"

G_BEGIN_DECLS

/* Actions "find.next", "find.previous". */
#define BH_TYPE_FIND_BAR (bh_find_bar_get_type ())
G_DECLARE_FINAL_TYPE (BhFindBar, bh_find_bar, BH, FIND_BAR, GtkWidget)

/* Where what is found is shown. `view` must live as long as the bar. */
void bh_find_bar_set_view (BhFindBar *self, BhTimelineView *view);
/* Another one is shown now: what was found is of the past. */
void bh_find_bar_set_timeline (BhFindBar *self, BhTimeline *timeline);
void bh_find_bar_begin (BhFindBar *self);

G_END_DECLS

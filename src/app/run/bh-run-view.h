/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One Run: header, timeline, chat composer, details; further tabs come with Changes and Terminal. */

#include <adwaita.h>

#include "client/bh-timeline.h"

G_BEGIN_DECLS

/* Property "run" (BhRunItem, nullable: nothing is chosen). Actions "run.stop", "run.rename", "run.again",
 * "run.copy-link", "run.export-markdown", "run.export-json", "run.delete", "run.details", "run.find". */
#define BH_TYPE_RUN_VIEW (bh_run_view_get_type ())
G_DECLARE_FINAL_TYPE (BhRunView, bh_run_view, BH, RUN_VIEW, AdwNavigationPage)

void bh_run_view_set_run (BhRunView *self, BhRunItem *run);
/* With a timeline of that Run which is there already. */
void bh_run_view_set_timeline (BhRunView *self, BhRunItem *run, BhTimeline *timeline);
BhRunItem *bh_run_view_get_run (BhRunView *self);
/* Scrolls to a row (of a link to a step) and marks it for a moment. */
void bh_run_view_show_row (BhRunView *self, guint64 row);
/* Where one goes on: what there is to say can be written. */
void bh_run_view_focus_message (BhRunView *self);

G_END_DECLS

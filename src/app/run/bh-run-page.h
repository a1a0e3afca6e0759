/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One Run: header, timeline, chat composer, details; further tabs come with Changes and Terminal. */

#include <adwaita.h>

#include "client/bh-timeline.h"

G_BEGIN_DECLS

/* Property "run" (BhRunItem, nullable: nothing is chosen). Actions "run.stop", "run.rename", "run.again",
 * "run.copy-link", "run.export-markdown", "run.export-json", "run.delete", "run.details", "run.find". */
#define BH_TYPE_RUN_PAGE (bh_run_page_get_type ())
G_DECLARE_FINAL_TYPE (BhRunPage, bh_run_page, BH, RUN_PAGE, AdwNavigationPage)

void bh_run_page_set_run (BhRunPage *self, BhRunItem *run);
BhRunItem *bh_run_page_get_run (BhRunPage *self);
/* Scrolls to a row (of a link to a step) and marks it for a moment. */
void bh_run_page_show_row (BhRunPage *self, guint64 row);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A BhRunList as GTK's lists want it: with sections. */

#include <gtk/gtk.h>

#include "client/bh-run-list.h"

G_BEGIN_DECLS

#define BH_TYPE_RUN_SECTIONS (bh_run_sections_get_type ())
G_DECLARE_FINAL_TYPE (BhRunSections, bh_run_sections, BH, RUN_SECTIONS, GObject)

BhRunSections *bh_run_sections_new (BhRunList *list);
/* `view` (which lives longer, or NULL) shows it: many Runs that come into an empty list come with its frames,
 * a few at a time. */
void bh_run_sections_set_view (BhRunSections *self, GtkWidget *view);
/* All Runs of the list are there. */
gboolean bh_run_sections_is_whole (BhRunSections *self);
/* The translated heading of a section. */
const char *bh_section_label (BhSection section);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One BhRunList in a GtkListView that scrolls: sections, selection, context menu, more at the end. */

#include <adwaita.h>

#include "client/bh-run-list.h"

G_BEGIN_DECLS

/* Signals: "selected" (BhRunItem): by the person; "activated" (BhRunItem): a click, or Enter. */
#define BH_TYPE_RUN_PANE (bh_run_pane_get_type ())
G_DECLARE_FINAL_TYPE (BhRunPane, bh_run_pane, BH, RUN_PANE, AdwBin)

void bh_run_pane_set_list (BhRunPane *self, BhRunList *list, BhConnections *connections);
BhRunList *bh_run_pane_get_list (BhRunPane *self);
/* Without a signal. `run` nullable; it is selected as soon as it is in the list. */
void bh_run_pane_set_selected (BhRunPane *self, BhRunItem *run);
/* Gives the keyboard to the list. */
void bh_run_pane_focus (BhRunPane *self);

G_END_DECLS

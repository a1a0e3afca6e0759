/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The list of Runs: search, filter by status, sections, context menus, and what is shown when there are none.
 */

#include <adwaita.h>

#include "client/bh-run-list.h"

G_BEGIN_DECLS

/* An AdwNavigationPage with its own header bar (New Run, primary menu, search).
 * Properties: "selected" (BhRunItem, nullable; writable). Signals: "run-activated" (BhRunItem): a click or
 * Enter, "recipe" (string path): a recipe of the empty state was chosen. */
#define BH_TYPE_RUN_LIST_VIEW (bh_run_list_view_get_type ())
G_DECLARE_FINAL_TYPE (BhRunListView, bh_run_list_view, BH, RUN_LIST_VIEW, AdwNavigationPage)

void bh_run_list_view_set_connections (BhRunListView *self, BhConnections *connections);
BhRunList *bh_run_list_view_get_list (BhRunListView *self);
void bh_run_list_view_set_selected (BhRunListView *self, BhRunItem *run);
void bh_run_list_view_begin_search (BhRunListView *self);
/* Among all Runs, whatever was filtered by. */
void bh_run_list_view_search (BhRunListView *self, const char *text);
/* Deletion with undo: out of sight here, and back. */
void bh_run_list_view_hide (BhRunListView *self, BhRunItem *run);
void bh_run_list_view_unhide (BhRunListView *self, BhRunItem *run);

G_END_DECLS

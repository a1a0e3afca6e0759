/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Runs of all connections as one list: a GListModel of BhRunItem, ordered by section, in each section the
 * newest first (queued ones: as they come next).
 *
 * Without a query it holds everything that is known and follows it. With a query or states it holds what the
 * coordinators found, those that no longer match the states leaving; the app makes a second list for that, so
 * that the first one keeps its place. */

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Properties: "loading" (boolean: a page or a search is under way), "has-more" (boolean: older Runs can be
 * loaded, or more of what was found), "n-items" (uint), "error" (string, nullable: why the last search or
 * page failed, a sentence). Signal "sections-changed" (position, n): the section of these may be another now,
 * though none has moved (midnight; a Run that ends where it stands). */
#define BH_TYPE_RUN_LIST (bh_run_list_get_type ())
G_DECLARE_FINAL_TYPE (BhRunList, bh_run_list, BH, RUN_LIST, GObject)

BhRunList *bh_run_list_new (BhConnections *connections);
/* A list that is empty until bh_run_list_search(). */
BhRunList *bh_run_list_new_search (BhConnections *connections);

/* Full-text search in the coordinators, of Runs in `states` (bits 1 << BH_RUN_…, 0: any). Only for a list
 * made by bh_run_list_new_search(). Takes the place of one that is under way. Both empty: the list is
 * emptied. What was found before stays until the new answer is there. Whoever types debounces. The newest
 * 200 of every coordinator come at once, the others by bh_run_list_load_more(). */
void bh_run_list_search (BhRunList *self, const char *query, guint states);
/* The next older Runs, or the next that were found, of every connection that has more. Does nothing while
 * some are being loaded. */
void bh_run_list_load_more (BhRunList *self);
gboolean bh_run_list_get_has_more (BhRunList *self);
gboolean bh_run_list_get_loading (BhRunList *self);
const char *bh_run_list_get_error (BhRunList *self);

/* The section of the Run at that position. */
BhSection bh_run_list_get_section (BhRunList *self, guint position);
/* The range [*start, *end) of the section that `position` is in, as GtkSectionModel wants it. O(log n). Past
 * the end: *start n-items, *end G_MAXUINT. */
void bh_run_list_get_section_range (BhRunList *self, guint position, guint *start, guint *end);
/* (transfer none) (nullable): also of an item that is hidden. */
BhRunItem *bh_run_list_lookup (BhRunList *self, const char *connection_id, const char *run_id);
/* GTK_INVALID_LIST_POSITION (G_MAXUINT) when it is not in the list. O(log n). */
guint bh_run_list_find (BhRunList *self, BhRunItem *item);

/* Deletion with undo: takes the item out of sight until it is shown again or really deleted. */
void bh_run_list_hide (BhRunList *self, BhRunItem *item);
void bh_run_list_unhide (BhRunList *self, BhRunItem *item);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The timeline of one Run: a lazy GListModel of BhTimelineRow.
 *
 * It has as many items as the Run has rows at once. An item that is asked for may not be loaded yet; the page
 * it is on (100 rows) is fetched then, the nearest to what was asked for last first, two at a time. At most
 * 12 pages of records are kept. New rows come at the end, told of at most once a frame; rows never go away.
 * It follows the Run's events from the moment it was opened, through lost connections and restarts.
 *
 * Whoever shows it scrolls to its end and asks for the last items: their page is fetched first anyhow. */

#include <gio/gio.h>

#include "client/bh-connection.h"
#include "client/bh-message-item.h"
#include "client/bh-timeline-row.h"

G_BEGIN_DECLS

#define BH_TIMELINE_PAGE 100
#define BH_TIMELINE_PAGES_MAX 12

/* Properties, read-only, notified when they change:
 * - "run-id", "connection"
 * - "run": BhRun, NULL until known; the record may be ahead of "items-changed" by a frame
 * - "ready": boolean, the Run is known and its end is loaded
 * - "live": boolean, events are coming; FALSE: what is shown is the last known state, and the connection's
 * state and detail say why
 * - "question": BhQuestionSet, the open one, of several the first, or NULL
 * - "only-question": BhQuestionSet, the open one if it is known that no other is, or NULL
 * - "problem": string, nullable: why the timeline cannot be had; "deleted": boolean, it never will
 *
 * GListModel's items-changed is emitted for new rows only. */
#define BH_TYPE_TIMELINE (bh_timeline_get_type ())
G_DECLARE_FINAL_TYPE (BhTimeline, bh_timeline, BH, TIMELINE, GObject)

/* Begins at once. Where the connection knows the Run already, the items are there when this returns. */
BhTimeline *bh_timeline_new (BhConnection *connection, const char *run_id);

BhConnection *bh_timeline_get_connection (BhTimeline *self);
const char *bh_timeline_get_run_id (BhTimeline *self);
/* (transfer none) (nullable): with its instructions once it was fetched. */
BhRun *bh_timeline_get_run (BhTimeline *self);
gboolean bh_timeline_get_ready (BhTimeline *self);
gboolean bh_timeline_get_live (BhTimeline *self);
const char *bh_timeline_get_problem (BhTimeline *self);
gboolean bh_timeline_get_deleted (BhTimeline *self);
/* Asks again for what could not be had; there is no problem until that fails, too. Of a Run that was deleted
 * nothing is asked. */
void bh_timeline_retry (BhTimeline *self);
/* (transfer none) (nullable) */
BhQuestionSet *bh_timeline_get_question (BhTimeline *self);
/* (transfer none) (nullable) */
BhQuestionSet *bh_timeline_get_only_question (BhTimeline *self);
/* (transfer none) (nullable): any question set of this Run that is known, open or not. */
BhQuestionSet *bh_timeline_lookup_question (BhTimeline *self, const char *question_id);
/* (transfer none): a GListModel of BhMessageItem: those queued, in order; one leaves when it was taken up or
 * withdrawn. */
GListModel *bh_timeline_get_messages (BhTimeline *self);

/* Whether the row at `position` is expanded, without making an object of it. */
gboolean bh_timeline_get_expanded (BhTimeline *self, guint position);
/* Collapses all. */
void bh_timeline_collapse_all (BhTimeline *self);

/* For “find in timeline”: the next row after (or before) `position` that holds `text` in its title, author,
 * author's name or anywhere in its texts, call or result (case is ignored), in a circle. An older coordinator
 * finds in the heads of these only. Reads pages as it goes, without keeping them. Resolves
 * the position (uint), or rejects with G_IO_ERROR_NOT_FOUND; a second call cancels the first
 * (G_IO_ERROR_CANCELLED). */
DexFuture *bh_timeline_find (BhTimeline *self, const char *text, guint position, gboolean backwards)
    G_GNUC_WARN_UNUSED_RESULT;
/* Whoever asked does not want to know any more: G_IO_ERROR_CANCELLED. */
void bh_timeline_cancel_find (BhTimeline *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One row of a timeline. It exists while somebody holds it: the model makes the object anew when the row is
 * asked for again, with what it remembers ("expanded").
 *
 * What a row shows lies in the coordinator and is fetched on demand:
 * - text of messages and status rows: the head (at most 512 bytes) at once, all of it after
 *   bh_timeline_row_load_text(), at most BH_TIMELINE_TEXT_MAX; the rest by bh_connection_row_text()
 * - call and result of steps: while "expanded" is TRUE; dropped when it becomes FALSE. The result is the end
 * of the output, about BH_TIMELINE_TAIL_MAX at most
 *
 * A row under way grows: what is loaded grows with it. All texts are safe to show (protocol/bh-text.h), but
 * are not Pango markup. */

#include <glib-object.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

#define BH_TIMELINE_TEXT_MAX (1024 * 1024)
#define BH_TIMELINE_TAIL_MAX (256 * 1024)

/* Properties, read-only but "expanded", notified when they change:
 * - "position": uint, its place in the model, which is its ordinal
 * - "loaded": boolean, the record is there; FALSE: nothing else is
 * - "row": BhRow, NULL until loaded; notified for each new record, after what follows from it
 * - "kind" (BhRowKind), "state" (BhRowState), "title", "author", "tool", "exit-status" (int, -1: none)
 * - "expanded": boolean, writable; the model keeps it for the row, not for the object
 * - "text": string, as much as is loaded; "text-complete": boolean
 * - "call", "result": strings, NULL until loaded
 * - "loading": boolean, a text is being fetched; "problem": string, nullable: why it could not be had
 * - "question": BhQuestionSet of a question row, NULL until known; "message": BhMessage, likewise
 * - "unknown-kind": string, nullable: what the coordinator calls a kind of row that this program does not
 * know; "kind" is status then, and title and head are to be shown as they are
 *
 * Signals:
 * - "appended" (BhPart, string): that text was added at the end of one that is loaded, at most once a frame.
 * "text", "call" and "result" are not notified for it: whoever shows them appends
 * - "reset" (BhPart): that text is another one now: loaded, dropped, or parts in between were missed
 * - "bytes-changed" (BhPart): the size of that part has grown; at most once a frame */
#define BH_TYPE_TIMELINE_ROW (bh_timeline_row_get_type ())
G_DECLARE_FINAL_TYPE (BhTimelineRow, bh_timeline_row, BH, TIMELINE_ROW, GObject)

guint bh_timeline_row_get_position (BhTimelineRow *self);
gboolean bh_timeline_row_get_loaded (BhTimelineRow *self);
/* (transfer none) (nullable): NULL until loaded */
BhRow *bh_timeline_row_get_row (BhTimelineRow *self);
const char *bh_timeline_row_get_unknown_kind (BhTimelineRow *self);

/* Expanding a step loads call and result; collapsing drops them. */
gboolean bh_timeline_row_get_expanded (BhTimelineRow *self);
void bh_timeline_row_set_expanded (BhTimelineRow *self, gboolean expanded);

/* Fetches the whole text of a message, unless the head is all of it or it is there. "reset" says when. */
void bh_timeline_row_load_text (BhTimelineRow *self);
/* Back to the head: for rows that are out of sight but still held. */
void bh_timeline_row_drop_text (BhTimelineRow *self);
/* (transfer none): what is loaded of a part, "" for the text and NULL for others if nothing is. *length: its
 * bytes. Valid until the main loop goes on. */
const char *bh_timeline_row_get_text (BhTimelineRow *self, BhPart part, gsize *length);
/* All that is to be shown of that part is loaded. */
gboolean bh_timeline_row_get_complete (BhTimelineRow *self, BhPart part);
/* Fetches again what could not be had. */
void bh_timeline_row_retry (BhTimelineRow *self);
const char *bh_timeline_row_get_problem (BhTimelineRow *self);
/* Raw bytes of a part, counting what has been streamed since the record came. */
guint64 bh_timeline_row_get_bytes (BhTimelineRow *self, BhPart part);
/* Raw bytes before what is loaded of a part, 0 if it is loaded from its beginning. Nearly exact where output
 * was cut at the front while it grew. */
guint64 bh_timeline_row_get_skipped (BhTimelineRow *self, BhPart part);
/* Raw bytes of the result that the coordinator has not kept. */
guint64 bh_timeline_row_get_elided (BhTimelineRow *self);

/* (transfer none) (nullable): the engine that its author is, where that is not the Run's own: one that was
 * given a part of the job. `run` is nullable. */
const char *bh_row_other_engine (const BhRow *row, const BhRun *run);
const char *bh_timeline_row_get_other_engine (BhTimelineRow *self);
/* (transfer none) (nullable) */
BhQuestionSet *bh_timeline_row_get_question (BhTimelineRow *self);
BhMessage *bh_timeline_row_get_message (BhTimelineRow *self);

G_END_DECLS

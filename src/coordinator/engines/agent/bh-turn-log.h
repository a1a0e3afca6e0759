/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What an engine says and does, staged on the Run's timeline: a row for each message and thought, a step for
 * each tool call, a plan. Which row belongs to what lies in the Run's state, so another one of these goes on
 * in the middle of a message. Nothing is committed here. */

#include "coordinator/engines/agent/bh-dialect.h"
#include "coordinator/runs/bh-state-view.h"

G_BEGIN_DECLS

#define BH_TYPE_TURN_LOG (bh_turn_log_get_type ())
G_DECLARE_FINAL_TYPE (BhTurnLog, bh_turn_log, BH, TURN_LOG, GObject)

/* `author`: the engine's id. */
BhTurnLog *bh_turn_log_new (BhStateView *states, const char *author);
/* Pieces of one `id` (nullable: of whatever is being said) become one row. */
void bh_turn_log_said (BhTurnLog *self, BhSaid what, const char *id, const char *text);
/* What is being said is complete: what comes next is another row. */
void bh_turn_log_pause (BhTurnLog *self);
void bh_turn_log_tool (BhTurnLog *self, const BhToolUpdate *update);
/* A line on the call of a step: that it was allowed, or refused. A call that is not known is left alone. */
void bh_turn_log_remark (BhTurnLog *self, const char *tool, const char *text);
void bh_turn_log_plan (BhTurnLog *self, const BhPlanEntry *entries, guint n_entries);
/* A line of its own, by the engine. */
void bh_turn_log_notice (BhTurnLog *self, const char *text);
/* The turn is over: what is still open was cut short, and later updates begin anew. */
void bh_turn_log_end (BhTurnLog *self);
/* (transfer full) (nullable) the beginning of what was said last in this turn: at most BH_SUMMARY_MAX bytes.
 */
#define BH_SUMMARY_MAX 4000
char *bh_turn_log_last_words (BhTurnLog *self);
/* Anything but thoughts was put on the timeline in this turn. */
gboolean bh_turn_log_did_anything (BhTurnLog *self);
/* A tool was called in this turn. */
gboolean bh_turn_log_has_stepped (BhTurnLog *self);
/* A step is open: silence then means that a tool is at work. */
gboolean bh_turn_log_has_open_step (BhTurnLog *self);

G_END_DECLS

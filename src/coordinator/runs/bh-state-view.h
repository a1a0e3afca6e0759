/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The states of a Run's journal as one engine sees them. Those of the engine that works on the Run lie there
 * by their names; each engine that it delegates to has a set of its own, so that the same code serves both.
 */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

#define BH_TYPE_STATE_VIEW (bh_state_view_get_type ())
G_DECLARE_FINAL_TYPE (BhStateView, bh_state_view, BH, STATE_VIEW, GObject)

/* `engine`: id of one that was delegated to; NULL: the Run's own. */
BhStateView *bh_state_view_new (BhJournal *journal, const char *engine);
/* (transfer none) */
BhJournal *bh_state_view_get_journal (BhStateView *self);
/* (transfer none) (nullable) */
const char *bh_state_view_get_engine (BhStateView *self);

/* As the journal's functions of these names. What is set may be what an engine said: secrets are hidden in
 * it, unless it goes to the engine and has to be as it is. */
const char *bh_state_view_get (BhStateView *self, const char *key);
gint64 bh_state_view_get_int (BhStateView *self, const char *key, gint64 fallback);
void bh_state_view_set (BhStateView *self, const char *key, const char *value);
/* JSON of ours, a number too: only its strings may be what an engine said. */
void bh_state_view_set_json (BhStateView *self, const char *key, const char *value);
void bh_state_view_set_plain (BhStateView *self, const char *key, const char *value);
void bh_state_view_set_int (BhStateView *self, const char *key, gint64 value);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* When those who stream may send: a turn comes when the writer has done all it was given. What is staged
 * until then goes along, so that nobody waits for more than the batch under way and the next. Main context
 * only. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhTurns BhTurns;

typedef void (*BhTurnFunc) (gpointer user_data);

/* `begin` and `end` are called around each turn with `user_data`: all that is sent in between is one batch.
 */
BhTurns *bh_turns_new (BhTurnFunc begin, BhTurnFunc end, gpointer user_data);
/* Nobody who still waits is called any more. */
void bh_turns_free (BhTurns *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhTurns, bh_turns_free)

/* One more request was sent; so many were done, which may begin a turn. */
void bh_turns_note_sent (BhTurns *self);
void bh_turns_note_done (BhTurns *self, guint count);
/* Whether who is due now need not wait. */
gboolean bh_turns_is_free (BhTurns *self);
/* Calls `func` once, in the first turn that comes at `due` (monotonic) or later, never before this returns.
 * Takes `user_data`, freed by `destroy` afterwards. Of those who were not due yet when they asked, a turn
 * takes a few only; the others come in the next ones. */
void bh_turns_await (BhTurns *self, gint64 due, BhTurnFunc func, gpointer user_data, GDestroyNotify destroy);
/* All who wait are due now. */
void bh_turns_hurry (BhTurns *self);

G_END_DECLS

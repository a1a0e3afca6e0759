/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Operations on one box take turns; those on different boxes do not wait for each other. */

#include <glib.h>

G_BEGIN_DECLS

/* id of a box -> the last of the turns that were asked for */
GHashTable *bh_box_turns_new (void);

typedef struct _BhBoxTurn BhBoxTurn;

/* Returns when all who asked before have ended theirs; call on a fiber. `turns` is of bh_box_turns_new(). */
BhBoxTurn *bh_box_turn_take (GHashTable *turns, const char *id);
/* Ends it. */
void bh_box_turn_free (BhBoxTurn *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhBoxTurn, bh_box_turn_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Row widgets that are not in use, for the next row of their kind, and how high they were. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

typedef struct _BhRowPool BhRowPool;

BhRowPool *bh_row_pool_new (void);
BhRowPool *bh_row_pool_ref (BhRowPool *self);
void bh_row_pool_unref (BhRowPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRowPool, bh_row_pool_unref)

/* (transfer full): one that is not floating. */
BhRowView *bh_row_pool_take (BhRowPool *self, GType type);
/* A few of that kind are made ahead, while nothing else is to be done. */
void bh_row_pool_prepare (BhRowPool *self, GType type);
/* How high a row of that kind is likely to be, from those that were; G_TYPE_NONE: of any kind. */
int bh_row_pool_guess_height (BhRowPool *self, GType type);
void bh_row_pool_note_height (BhRowPool *self, GType type, int height);
/* Changes when a guess has. */
guint bh_row_pool_get_n_guesses (BhRowPool *self);
/* Takes the reference; the widget has no row and no parent any more. */
void bh_row_pool_give (BhRowPool *self, BhRowView *view);

G_END_DECLS

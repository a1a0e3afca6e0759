/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Row widgets that are not in use, for the next row of their kind. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

typedef struct _BhRowPool BhRowPool;

BhRowPool *bh_row_pool_new (void);
BhRowPool *bh_row_pool_ref (BhRowPool *self);
void bh_row_pool_unref (BhRowPool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRowPool, bh_row_pool_unref)

/* (transfer full): one that is not floating. */
BhRowView *bh_row_pool_take (BhRowPool *self, GType type);
/* Takes the reference; the widget has no row and no parent any more. */
void bh_row_pool_give (BhRowPool *self, BhRowView *view);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where a Run is to work: asked when it is needed, or a worker and an image. */

#include "app/composer/bh-choice-row.h"

G_BEGIN_DECLS

#define BH_TYPE_TARGET_ROW (bh_target_row_get_type ())
G_DECLARE_FINAL_TYPE (BhTargetRow, bh_target_row, BH, TARGET_ROW, BhChoiceRow)

/* The coordinator whose workers there are to choose from; nullable. */
void bh_target_row_set_connection (BhTargetRow *self, BhConnection *connection);
/* `worker` NULL: ask when it is needed. `image` NULL: whichever it has. */
void bh_target_row_set_target (BhTargetRow *self, const char *worker, const char *image);
/* (transfer full) (nullable) */
char *bh_target_row_get_worker (BhTargetRow *self);
char *bh_target_row_get_image (BhTargetRow *self);
/* (transfer full) (nullable): why the chosen worker cannot be had now. */
char *bh_target_row_get_problem (BhTargetRow *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Chooses a place: a worker that is online, and one of its images. Which there are is asked while the row is
 * in sight. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

/* Signal "chosen": another place is, or none is any more; or the same one, whose coordinator was lost and is
 * back. */
#define BH_TYPE_PLACE_ROW (bh_place_row_get_type ())
G_DECLARE_FINAL_TYPE (BhPlaceRow, bh_place_row, BH, PLACE_ROW, AdwComboRow)

void bh_place_row_set_connection (BhPlaceRow *self, BhConnection *connection);
/* (transfer none) (nullable): there is none */
const char *bh_place_row_get_worker (BhPlaceRow *self);
const char *bh_place_row_get_image (BhPlaceRow *self);

G_END_DECLS

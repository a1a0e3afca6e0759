/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Which coordinator a Run is for. */

#include "app/composer/bh-choice-row.h"

G_BEGIN_DECLS

/* What is selected is a connection's id. */
#define BH_TYPE_CONNECTION_ROW (bh_connection_row_get_type ())
G_DECLARE_FINAL_TYPE (BhConnectionRow, bh_connection_row, BH, CONNECTION_ROW, BhChoiceRow)
void bh_connection_row_set_connections (BhConnectionRow *self, BhConnections *connections);
/* (transfer none) (nullable): the one that is selected. */
BhConnection *bh_connection_row_get_connection (BhConnectionRow *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the person or the machine did to the Run, on one small line; also what this program does not know. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

#define BH_TYPE_STATUS_ROW (bh_status_row_get_type ())
G_DECLARE_FINAL_TYPE (BhStatusRow, bh_status_row, BH, STATUS_ROW, BhRowView)

G_END_DECLS

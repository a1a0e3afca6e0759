/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A row whose record is not there yet; always of the same height. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

#define BH_TYPE_PLACEHOLDER_ROW (bh_placeholder_row_get_type ())
G_DECLARE_FINAL_TYPE (BhPlaceholderRow, bh_placeholder_row, BH, PLACEHOLDER_ROW, BhRowView)

G_END_DECLS

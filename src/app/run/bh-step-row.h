/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A tool call: one line that tells what, how long and with what outcome, and opens. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

#define BH_TYPE_STEP_ROW (bh_step_row_get_type ())
G_DECLARE_FINAL_TYPE (BhStepRow, bh_step_row, BH, STEP_ROW, BhRowView)

G_END_DECLS

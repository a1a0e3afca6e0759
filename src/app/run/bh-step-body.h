/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What an expanded step shows: exactly what was called, and exactly what came back, as it comes. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

#define BH_TYPE_STEP_BODY (bh_step_body_get_type ())
G_DECLARE_FINAL_TYPE (BhStepBody, bh_step_body, BH, STEP_BODY, BhRowView)

/* The colours for a step's call and result; NULL: none. */
const char *bh_step_call_language (const BhRow *row);
const char *bh_step_result_language (const char *text);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A question set: who asks, what, and the answer once it was given. */

#include "app/run/bh-row-view.h"

G_BEGIN_DECLS

#define BH_TYPE_QUESTION_ROW (bh_question_row_get_type ())
G_DECLARE_FINAL_TYPE (BhQuestionRow, bh_question_row, BH, QUESTION_ROW, BhRowView)

/* What is asked, on one line. (transfer full) */
char *bh_question_set_one_line (const BhQuestionSet *set);

G_END_DECLS

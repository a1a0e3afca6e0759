/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The question sheet: one page for each question of a set. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* What was entered is kept for the set while the app runs; when it is answered elsewhere it says by whom and
 * with what. */
#define BH_TYPE_QUESTION_DIALOG (bh_question_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BhQuestionDialog, bh_question_dialog, BH, QUESTION_DIALOG, AdwDialog)

BhQuestionDialog *bh_question_dialog_new (BhConnection *connection, BhQuestionSet *set, const char *run_name);
BhQuestionSet *bh_question_dialog_get_set (BhQuestionDialog *self);

G_END_DECLS

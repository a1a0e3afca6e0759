/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One question of a set: its text, its options, and room for an answer in words. */

#include <adwaita.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* bytes: of a question where it is said or listed in one line */
#define BH_QUESTION_LINE_MAX 2000

#define BH_TYPE_QUESTION_PAGE (bh_question_page_get_type ())
G_DECLARE_FINAL_TYPE (BhQuestionPage, bh_question_page, BH, QUESTION_PAGE, AdwBin)

/* The question at `index` of the set; what is recommended is chosen. */
BhQuestionPage *bh_question_page_new (BhQuestionSet *set, guint index);
/* (transfer full): what is entered, complete or not. */
BhChoice *bh_question_page_get_choice (BhQuestionPage *self);
void bh_question_page_set_choice (BhQuestionPage *self, const BhChoice *choice);
/* Chooses, or for several at a time toggles, the option of that number, from 1. FALSE: there is none. */
gboolean bh_question_page_press_number (BhQuestionPage *self, guint number);
/* Where nothing is chosen yet, the option that has the focus is. */
void bh_question_page_take_focused (BhQuestionPage *self);
/* Whether it is answered. If not it says so, with the focus where it is to be answered. */
gboolean bh_question_page_check (BhQuestionPage *self);
/* Shows a sentence of somebody else below the options. */
void bh_question_page_show_error (BhQuestionPage *self, const char *message);

G_END_DECLS

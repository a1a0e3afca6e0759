/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "cli/output.h"
#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* Prints a question and its options, numbered from 1. */
void question_print (Output *out, const BhQuestion *question);
/* Prints what was answered to each question of the set. */
void question_print_answers (Output *out, const BhQuestionSet *set);
/* What answers the questions as {"question":ID,"answers":[…]}. `choices`: BhChoice. */
JsonNode *question_answer_to_json (const BhQuestionSet *set, GPtrArray *choices);

G_END_DECLS

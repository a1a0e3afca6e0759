/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Puts a question set to the person at the terminal, line by line: it prints, and is fed the lines that were
 * typed. */

#include "cli/output.h"
#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct _Prompt Prompt;

/* Prints the first question. Keeps a reference on `set`. */
Prompt *prompt_new (Output *out, BhQuestionSet *set);
void prompt_free (Prompt *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Prompt, prompt_free)
BhQuestionSet *prompt_get_set (Prompt *self);
/* One line as typed, without its newline. TRUE once every question has its answer. Else it has said what is
 * wrong or printed the next question. */
gboolean prompt_feed (Prompt *self, const char *line);
/* The answers of a prompt that is done: BhChoice. */
GPtrArray *prompt_get_choices (Prompt *self);

/* What a person typed as an answer to one question: numbers, labels or ids of options, other text; "" is what
 * is recommended, "=…" is text whatever it looks like. NULL with an error that says what can be typed. */
BhChoice *prompt_parse (const BhQuestion *question, const char *line, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A question set as it is said on a command line. */

#include "boxd/buffer.h"

#define QUESTIONS_MAX 16
#define OPTIONS_MAX 32

struct question_option
{
  const char *label; /* label_length bytes of it */
  size_t label_length;
  const char *description; /* NULL: none */
  bool recommended;
};

struct question
{
  const char *kind; /* single, multiple, text, confirm */
  const char *text;
  const char *header; /* NULL: none */
  struct question_option options[OPTIONS_MAX];
  size_t n_options;
  bool no_other;
};

struct question_set
{
  struct question questions[QUESTIONS_MAX];
  size_t n;
  const char *header; /* for the question that comes next */
};

/* Each returns NULL, or what is wrong with the command line. */
const char *question_begin (struct question_set *self, const char *kind, const char *text);
const char *question_option (struct question_set *self, const char *text);
const char *question_recommend (struct question_set *self, const char *label);
const char *question_no_other (struct question_set *self);
/* Before the first question and between questions it belongs to the next one, after the last one to that. */
const char *question_header (struct question_set *self, const char *header);
/* Nothing more comes. */
const char *question_finish (struct question_set *self);
/* {"questions":[…]}. False without memory. */
bool question_to_json (const struct question_set *self, struct buffer *out);

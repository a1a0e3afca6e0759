/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Follows a Run to its end: shows its timeline, puts its questions to the person. */

#include "cli/cli.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean json;
  gboolean no_input;    /* end with CLI_PAUSED at a question */
  gboolean recommended; /* answer every question with what is recommended */
  gboolean wait;        /* go on while someone else answers */
  gint64 after;         /* the first event wanted is the one after this seq; 0: all */
} FollowOptions;

/* The options of every verb that follows; their values go to `options`. Ends with a NULL entry. */
#define FOLLOW_ENTRIES(options)                                                                                \
  { "json", 0, 0, G_OPTION_ARG_NONE, &(options).json, "Print one JSON object a line", NULL },                  \
      { "no-input", 0, 0, G_OPTION_ARG_NONE, &(options).no_input, "Never ask here: exit with 4 at a question", \
        NULL },                                                                                                \
      { "recommended",                                                                                         \
        0,                                                                                                     \
        0,                                                                                                     \
        G_OPTION_ARG_NONE,                                                                                     \
        &(options).recommended,                                                                                \
        "Answer every question with the recommended option, and say so",                                       \
        NULL },                                                                                                \
  {                                                                                                            \
    "wait", 0, 0, G_OPTION_ARG_NONE, &(options).wait, "At a question, wait until it is answered elsewhere",    \
        NULL                                                                                                   \
  }

/* Shows `run` from options->after on until it has ended, or it needs what nobody here gives. Returns what to
 * exit with. */
int follow_run (Cli *cli, const BhRun *run, const FollowOptions *options);

G_END_DECLS

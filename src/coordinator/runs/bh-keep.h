/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What becomes of a Run's DevBox when the Run ends. Pure. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef enum
{
  BH_ENDING_NONE,   /* nothing is left to do to the box */
  BH_ENDING_QUIET,  /* it stays up, but what runs in it is ended */
  BH_ENDING_STOP,   /* it ends, its files stay */
  BH_ENDING_REMOVE, /* it ends, its files go */
} BhEnding;

/* The policy of a Run that did not name one. */
BhKeep bh_keep_default (BhMode mode);
/* What is to be done to the box of a Run that got to the terminal `state`. Only a stopped Run has processes
 * that must not go on; what a completed one left running in a box that is kept was meant to. */
BhEnding bh_keep_ending (BhKeep keep, BhRunState state);
/* As remembered in the Run's state until it is done: "quiet"; NULL for none. */
const char *bh_ending_to_string (BhEnding ending);
BhEnding bh_ending_from_string (const char *text);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-keep.h"

BhKeep
bh_keep_default (BhMode mode)
{
  return mode == BH_MODE_AUTONOMOUS ? BH_KEEP_STOP : BH_KEEP_KEEP;
}

BhEnding
bh_keep_ending (BhKeep keep, BhRunState state)
{
  g_return_val_if_fail (bh_run_state_is_terminal (state), BH_ENDING_NONE);

  switch (keep)
    {
    case BH_KEEP_STOP:
      return BH_ENDING_STOP;
    case BH_KEEP_REMOVE:
      return BH_ENDING_REMOVE;
    case BH_KEEP_KEEP:
    default:
      return state == BH_RUN_STOPPED ? BH_ENDING_QUIET : BH_ENDING_NONE;
    }
}

static const char *const names[] = { NULL, "quiet", "stop", "remove" };

const char *
bh_ending_to_string (BhEnding ending)
{
  g_return_val_if_fail ((guint) ending < G_N_ELEMENTS (names), NULL);
  return names[ending];
}

BhEnding
bh_ending_from_string (const char *text)
{
  for (guint i = 1; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i]))
      return (BhEnding) i;
  return BH_ENDING_NONE;
}

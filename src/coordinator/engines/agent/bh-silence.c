/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-silence.h"

static const struct
{
  gint64 minutes;
  const char *name;
} times[] = { { 1, "a minute" }, { 10, "ten minutes" }, { 60, "an hour" } };

#define N_TIMES ((guint) G_N_ELEMENTS (times))

static guint
find_next (guint told, gboolean at_step)
{
  return at_step && told < N_TIMES ? N_TIMES - 1 : told;
}

const char *
bh_silence_take (guint *told, gint64 quiet, gint64 minute, gboolean at_step)
{
  guint next = find_next (*told, at_step);

  if (next >= N_TIMES || quiet < times[next].minutes * minute)
    return NULL;
  *told = next + 1;
  return times[next].name;
}

gint64
bh_silence_next (guint told, gint64 quiet, gint64 minute, gboolean at_step)
{
  guint next = find_next (told, at_step);

  return next < N_TIMES ? MAX (times[next].minutes * minute - quiet, 1) : G_MAXINT64;
}

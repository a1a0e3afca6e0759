/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Every recorded transcript of an engine that speaks ACP, through the dialect. */

#include "support/replay-recordings.h"

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  replay_add_tests ("/acp/replay", &replay_acp);
  return g_test_run ();
}

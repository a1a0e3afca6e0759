/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-silence.h"

/* A minute of so many units. */
#define MINUTE 60

static void
test_times (void)
{
  guint told = 0;

  g_assert_null (bh_silence_take (&told, 59, MINUTE, FALSE));
  g_assert_cmpstr (bh_silence_take (&told, 60, MINUTE, FALSE), ==, "a minute");
  g_assert_null (bh_silence_take (&told, 599, MINUTE, FALSE));
  g_assert_cmpstr (bh_silence_take (&told, 600, MINUTE, FALSE), ==, "ten minutes");
  g_assert_null (bh_silence_take (&told, 3599, MINUTE, FALSE));
  g_assert_cmpstr (bh_silence_take (&told, 3600, MINUTE, FALSE), ==, "an hour");
  g_assert_null (bh_silence_take (&told, 360000, MINUTE, FALSE));
  told = 0;
  g_assert_cmpstr (bh_silence_take (&told, 61, MINUTE, FALSE), ==, "a minute");
}

static void
test_step (void)
{
  guint told = 0;

  g_assert_null (bh_silence_take (&told, 3599, MINUTE, TRUE));
  g_assert_cmpstr (bh_silence_take (&told, 3600, MINUTE, TRUE), ==, "an hour");
  g_assert_null (bh_silence_take (&told, 360000, MINUTE, TRUE));
  told = 1;
  g_assert_null (bh_silence_take (&told, 600, MINUTE, TRUE));
  g_assert_cmpstr (bh_silence_take (&told, 3600, MINUTE, TRUE), ==, "an hour");
}

static void
test_next (void)
{
  g_assert_cmpint (bh_silence_next (0, 10, MINUTE, FALSE), ==, 50);
  g_assert_cmpint (bh_silence_next (0, 70, MINUTE, FALSE), ==, 1);
  g_assert_cmpint (bh_silence_next (1, 70, MINUTE, FALSE), ==, 530);
  g_assert_cmpint (bh_silence_next (0, 70, MINUTE, TRUE), ==, 3530);
  g_assert_cmpint (bh_silence_next (3, 70, MINUTE, FALSE), ==, G_MAXINT64);
  g_assert_cmpint (bh_silence_next (3, 70, MINUTE, TRUE), ==, G_MAXINT64);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/silence/times", test_times);
  g_test_add_func ("/silence/step", test_step);
  g_test_add_func ("/silence/next", test_next);
  return g_test_run ();
}

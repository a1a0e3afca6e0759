/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Every state of a Run × every event, and what becomes of its box. */

#include "coordinator/runs/bh-keep.h"
#include "coordinator/runs/bh-state-machine.h"

#define NO -1
#define Q BH_RUN_QUEUED
#define L BH_RUN_LAUNCHING
#define R BH_RUN_RUNNING
#define N BH_RUN_NEEDS_YOU
#define C BH_RUN_COMPLETED
#define F BH_RUN_FAILED
#define S BH_RUN_STOPPED

/* placed, slot free, launched, turn started, asked, answered, consented, completed, failed, stop, continue,
 * box gone, launch failed */
static const int expected[BH_N_RUN_STATES][BH_N_EVENTS] = {
  [Q] = { Q, L, NO, NO, N, NO, NO, NO, NO, S, NO, NO, F },
  [L] = { NO, NO, R, NO, N, NO, NO, NO, NO, S, NO, F, F },
  [R] = { NO, NO, NO, R, N, NO, NO, C, F, S, NO, F, NO },
  [N] = { Q, NO, NO, N, N, R, L, C, F, S, NO, F, F },
  [C] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, C, R, C, NO },
  [F] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, F, R, F, NO },
  [S] = { NO, NO, NO, NO, NO, NO, NO, NO, NO, S, R, S, NO },
};

static void
test_table (void)
{
  for (int state = 0; state < BH_N_RUN_STATES; state++)
    for (int event = 0; event < BH_N_EVENTS; event++)
      {
        BhRunState next = BH_RUN_LAUNCHING;
        gboolean allowed = bh_run_next_state ((BhRunState) state, (BhRunEvent) event, &next);

        g_test_message ("%s + %s", bh_run_state_word ((BhRunState) state),
                        bh_run_event_name ((BhRunEvent) event));
        g_assert_cmpint (allowed, ==, expected[state][event] != NO);
        g_assert_cmpint (next, ==, allowed ? expected[state][event] : BH_RUN_LAUNCHING);
      }
}

/* What the table has to keep, whatever is added to it. */
static void
test_properties (void)
{
  for (int state = 0; state < BH_N_RUN_STATES; state++)
    {
      BhRunState next;

      g_assert_true (bh_run_next_state ((BhRunState) state, BH_EVENT_STOP, &next));
      g_assert_true (bh_run_state_is_terminal (next));
      if (!bh_run_state_is_terminal ((BhRunState) state))
        continue;
      for (int event = 0; event < BH_N_EVENTS; event++)
        if (event != BH_EVENT_CONTINUE && bh_run_next_state ((BhRunState) state, (BhRunEvent) event, &next))
          g_assert_cmpint (next, ==, state);
    }
}

static void
test_event_names (void)
{
  for (int event = 0; event < BH_N_EVENTS; event++)
    for (int other = 0; other < event; other++)
      g_assert_cmpstr (bh_run_event_name ((BhRunEvent) event), !=, bh_run_event_name ((BhRunEvent) other));
}

static void
test_keep (void)
{
  g_assert_cmpint (bh_keep_default (BH_MODE_INTERACTIVE), ==, BH_KEEP_KEEP);
  g_assert_cmpint (bh_keep_default (BH_MODE_AUTONOMOUS), ==, BH_KEEP_STOP);

  g_assert_cmpint (bh_keep_ending (BH_KEEP_KEEP, C), ==, BH_ENDING_NONE);
  g_assert_cmpint (bh_keep_ending (BH_KEEP_KEEP, F), ==, BH_ENDING_NONE);
  g_assert_cmpint (bh_keep_ending (BH_KEEP_KEEP, S), ==, BH_ENDING_QUIET);
  for (int state = C; state <= S; state++)
    {
      g_assert_cmpint (bh_keep_ending (BH_KEEP_STOP, (BhRunState) state), ==, BH_ENDING_STOP);
      g_assert_cmpint (bh_keep_ending (BH_KEEP_REMOVE, (BhRunState) state), ==, BH_ENDING_REMOVE);
    }
}

static void
test_ending_text (void)
{
  for (int ending = BH_ENDING_NONE; ending <= BH_ENDING_REMOVE; ending++)
    g_assert_cmpint (bh_ending_from_string (bh_ending_to_string ((BhEnding) ending)), ==, ending);
  g_assert_cmpint (bh_ending_from_string ("whatever"), ==, BH_ENDING_NONE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/run-states/table", test_table);
  g_test_add_func ("/run-states/properties", test_properties);
  g_test_add_func ("/run-states/event-names", test_event_names);
  g_test_add_func ("/run-states/keep", test_keep);
  g_test_add_func ("/run-states/ending-text", test_ending_text);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* bench-rows RATE SECONDS: a coordinator with one Run, which says where its socket is, and from a line on
 * standard input on appends RATE messages a second to the Run. A runbook could not: each of its rows is a
 * program that starts and ends. */

#include <stdio.h>
#include <stdlib.h>

#include "support/scripted-coordinator.h"

#define RUN "r_0000000000000001"
#define TICK_US 5000

static void
add_message (ScriptedCoordinator *coordinator, guint n)
{
  g_autoptr (BhRow) row = bh_row_new ();

  row->kind = BH_ROW_MESSAGE;
  row->state = BH_ROW_DONE;
  row->author = g_strdup ("runbook");
  row->head = g_strdup_printf ("Message %u: the suite was run again, and what failed before passes now. The "
                               "change is small: the toggle moved to the toolbar, its setting kept its name, "
                               "and the two tests that looked for it in the menu look for it there.",
                               n);
  row->started_at = row->ended_at = g_get_real_time ();
  scripted_coordinator_add_row (coordinator, RUN, row);
}

int
main (int argc, char **argv)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhRun) run = scripted_run_new (RUN, BH_RUN_RUNNING, 1);
  gint64 rate = argc > 1 ? atoi (argv[1]) : 2000;
  gint64 seconds = argc > 2 ? atoi (argv[2]) : 30;
  gint64 begun, now, n = 0;

  scripted_coordinator_put_run (coordinator, run);
  printf ("%s %s\n", scripted_coordinator_get_socket (coordinator), RUN);
  fflush (stdout);
  getchar ();
  begun = g_get_monotonic_time ();
  while ((now = g_get_monotonic_time ()) < begun + seconds * G_USEC_PER_SEC)
    {
      while (n < (now - begun) * rate / G_USEC_PER_SEC)
        add_message (coordinator, (guint) n++);
      g_usleep (TICK_US);
    }
  printf ("%" G_GINT64_FORMAT "\n", n);
  fflush (stdout);
  /* what is under way is still to be read */
  getchar ();
  return 0;
}

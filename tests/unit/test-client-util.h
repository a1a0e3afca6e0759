/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* For tests of models: they run on the main loop, so the test waits by turning it. */

#include <libdex.h>

#include "client/bh-connections.h"
#include "client/bh-run-list.h"
#include "client/bh-timeline.h"
#include "support/scripted-coordinator.h"

G_BEGIN_DECLS

/* Turns the main loop until it holds; a test that hangs is killed by its harness. */
#define wait_until(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    while (!(condition))                                                                                     \
      g_main_context_iteration (NULL, TRUE);                                                                 \
  }                                                                                                          \
  G_STMT_END

/* Waits for `future` (taken), and hands it back settled. */
DexFuture *settled (DexFuture *future);
/* (nullable) what it was rejected with; takes the future. */
GError *rejected (DexFuture *future);
/* Counts how often a signal was emitted: handlers of any signature. */
void count_signal (gpointer object, const char *signal, guint *count);
/* Turns the main loop until nothing of what was begun is left: for looking for leaks. */
void drain_loop (void);
/* A connection to it, opened and connected. */
BhConnection *connected_to (ScriptedCoordinator *coordinator);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-state-machine.h"

/* Refused. */
#define NO -1

/* Terminal states take STOP and BOX_GONE without a change: both may arrive twice, or just after the end. */
static const gint8 table[BH_N_RUN_STATES][BH_N_EVENTS] = {
  [BH_RUN_QUEUED] = {
    [BH_EVENT_PLACED] = BH_RUN_QUEUED,
    [BH_EVENT_SLOT_FREE] = BH_RUN_LAUNCHING,
    [BH_EVENT_LAUNCHED] = NO,
    [BH_EVENT_TURN_STARTED] = NO,
    [BH_EVENT_ASKED] = BH_RUN_NEEDS_YOU,
    [BH_EVENT_ANSWERED] = NO,
    [BH_EVENT_CONSENTED] = NO,
    [BH_EVENT_COMPLETED] = NO,
    [BH_EVENT_FAILED] = NO,
    [BH_EVENT_STOP] = BH_RUN_STOPPED,
    [BH_EVENT_CONTINUE] = NO,
    [BH_EVENT_BOX_GONE] = NO,
    [BH_EVENT_LAUNCH_FAILED] = BH_RUN_FAILED,
  },
  [BH_RUN_LAUNCHING] = {
    [BH_EVENT_PLACED] = NO,
    [BH_EVENT_SLOT_FREE] = NO,
    [BH_EVENT_LAUNCHED] = BH_RUN_RUNNING,
    [BH_EVENT_TURN_STARTED] = NO,
    [BH_EVENT_ASKED] = BH_RUN_NEEDS_YOU,
    [BH_EVENT_ANSWERED] = NO,
    [BH_EVENT_CONSENTED] = NO,
    [BH_EVENT_COMPLETED] = NO,
    [BH_EVENT_FAILED] = NO,
    [BH_EVENT_STOP] = BH_RUN_STOPPED,
    [BH_EVENT_CONTINUE] = NO,
    [BH_EVENT_BOX_GONE] = BH_RUN_FAILED,
    [BH_EVENT_LAUNCH_FAILED] = BH_RUN_FAILED,
  },
  [BH_RUN_RUNNING] = {
    [BH_EVENT_PLACED] = NO,
    [BH_EVENT_SLOT_FREE] = NO,
    [BH_EVENT_LAUNCHED] = NO,
    [BH_EVENT_TURN_STARTED] = BH_RUN_RUNNING,
    [BH_EVENT_ASKED] = BH_RUN_NEEDS_YOU,
    [BH_EVENT_ANSWERED] = NO,
    [BH_EVENT_CONSENTED] = NO,
    [BH_EVENT_COMPLETED] = BH_RUN_COMPLETED,
    [BH_EVENT_FAILED] = BH_RUN_FAILED,
    [BH_EVENT_STOP] = BH_RUN_STOPPED,
    [BH_EVENT_CONTINUE] = NO,
    [BH_EVENT_BOX_GONE] = BH_RUN_FAILED,
    [BH_EVENT_LAUNCH_FAILED] = NO,
  },
  /* The engine may go on, and end, while a script's question is open. */
  [BH_RUN_NEEDS_YOU] = {
    [BH_EVENT_PLACED] = BH_RUN_QUEUED,
    [BH_EVENT_SLOT_FREE] = NO,
    [BH_EVENT_LAUNCHED] = NO,
    [BH_EVENT_TURN_STARTED] = BH_RUN_NEEDS_YOU,
    [BH_EVENT_ASKED] = BH_RUN_NEEDS_YOU,
    [BH_EVENT_ANSWERED] = BH_RUN_RUNNING,
    [BH_EVENT_CONSENTED] = BH_RUN_LAUNCHING,
    [BH_EVENT_COMPLETED] = BH_RUN_COMPLETED,
    [BH_EVENT_FAILED] = BH_RUN_FAILED,
    [BH_EVENT_STOP] = BH_RUN_STOPPED,
    [BH_EVENT_CONTINUE] = NO,
    [BH_EVENT_BOX_GONE] = BH_RUN_FAILED,
    [BH_EVENT_LAUNCH_FAILED] = BH_RUN_FAILED,
  },
#define TERMINAL(state)                                                                                      \
  {                                                                                                          \
    [BH_EVENT_PLACED] = NO,                                                                                  \
    [BH_EVENT_SLOT_FREE] = NO,                                                                               \
    [BH_EVENT_LAUNCHED] = NO,                                                                                \
    [BH_EVENT_TURN_STARTED] = NO,                                                                            \
    [BH_EVENT_ASKED] = NO,                                                                                   \
    [BH_EVENT_ANSWERED] = NO,                                                                                \
    [BH_EVENT_CONSENTED] = NO,                                                                               \
    [BH_EVENT_COMPLETED] = NO,                                                                               \
    [BH_EVENT_FAILED] = NO,                                                                                  \
    [BH_EVENT_STOP] = state,                                                                                 \
    [BH_EVENT_CONTINUE] = BH_RUN_RUNNING,                                                                    \
    [BH_EVENT_BOX_GONE] = state,                                                                             \
    [BH_EVENT_LAUNCH_FAILED] = NO,                                                                           \
  }
  [BH_RUN_COMPLETED] = TERMINAL (BH_RUN_COMPLETED),
  [BH_RUN_FAILED] = TERMINAL (BH_RUN_FAILED),
  [BH_RUN_STOPPED] = TERMINAL (BH_RUN_STOPPED),
#undef TERMINAL
};

gboolean
bh_run_next_state (BhRunState state, BhRunEvent event, BhRunState *next)
{
  g_return_val_if_fail ((guint) state < BH_N_RUN_STATES, FALSE);
  g_return_val_if_fail ((guint) event < BH_N_EVENTS, FALSE);

  if (table[state][event] == NO)
    return FALSE;
  *next = (BhRunState) table[state][event];
  return TRUE;
}

const char *
bh_run_event_name (BhRunEvent event)
{
  static const char *const names[BH_N_EVENTS] = {
    "placed",    "slot free", "launched", "turn started", "asked",    "answered",      "consented",
    "completed", "failed",    "stop",     "continue",     "box gone", "launch failed",
  };

  g_return_val_if_fail ((guint) event < BH_N_EVENTS, NULL);
  return names[event];
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The states of a Run and what leads from one to another, as one table. Pure: it changes nothing by itself.
 */

#include "protocol/bh-types.h"

G_BEGIN_DECLS

typedef enum
{
  BH_EVENT_PLACED,        /* worker and image are known (a placement question counts as answered by it) */
  BH_EVENT_SLOT_FREE,     /* the worker has room: the DevBox is made now */
  BH_EVENT_LAUNCHED,      /* the DevBox is up and the engine found */
  BH_EVENT_TURN_STARTED,  /* the engine is given a further prompt */
  BH_EVENT_ASKED,         /* a question set was opened */
  BH_EVENT_ANSWERED,      /* the last open question set was answered */
  BH_EVENT_CONSENTED,     /* what was asked in the middle of the launch was answered */
  BH_EVENT_COMPLETED,     /* the engine's verdict */
  BH_EVENT_FAILED,        /* the engine's verdict */
  BH_EVENT_STOP,          /* the person stops it */
  BH_EVENT_CONTINUE,      /* a message to a Run that had ended */
  BH_EVENT_BOX_GONE,      /* the DevBox ended */
  BH_EVENT_LAUNCH_FAILED, /* no place, no DevBox or no engine */
  BH_N_EVENTS
} BhRunEvent;

#define BH_N_RUN_STATES (BH_RUN_STOPPED + 1)

/* FALSE when the event cannot happen in that state; *next is left alone then. An event that changes nothing
 * (stopping a stopped Run) is allowed and gives the same state. */
gboolean bh_run_next_state (BhRunState state, BhRunEvent event, BhRunState *next);
/* "slot free": for messages to developers */
const char *bh_run_event_name (BhRunEvent event);

G_END_DECLS

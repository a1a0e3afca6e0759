/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The process of an engine: started, found again, and ended. Fibers only. Private to the agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

/* Has a process whose pipe is open: the one that state tells of, else a new one, to which the dialect has
 * said its first words. FALSE with error when the box is gone or the program cannot be started. */
gboolean bh_agent_process_open (BhAgentWork *self, GError **error);
/* It has exited, or ended its output. */
gboolean bh_agent_process_has_ended (BhAgentWork *self);
/* (transfer full) "exit status 1", "signal 9 (Killed)", once that is known or does not come. Fibers only. */
char *bh_agent_process_await_end (BhAgentWork *self);
/* Reads what it printed besides, for the reason of a failure. Fibers only. */
void bh_agent_process_hear_out (BhAgentWork *self);
/* Stages that there is no process; asks the one there is to end, and makes it after a while. */
void bh_agent_process_end (BhAgentWork *self);
/* The same at once, for one that does not listen any more. */
void bh_agent_process_kill (BhAgentWork *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Processes of the box: how they begin, are signalled and end. */

#include "boxd/spawn.h"
#include "boxd/unit.h"

/* Starts a process. The unit, or NULL with errno; what exec() said when the program could not be started. */
struct unit *proc_spawn (struct box *box, uint32_t id, const struct spawn_request *request);
/* What the kernel did not take yet: to be called some time after box->starved was set. */
void procs_retry (struct box *box);
/* 0 or an errno. `flags`: BH_SIGNAL_*. */
int proc_signal (struct unit *self, int signum, uint8_t flags);
/* Every process of the box but init. 0 or an errno. */
int procs_signal_all (struct box *box, int signum);
/* 0 or an errno: ENOTTY when it has no terminal. */
int proc_resize (struct unit *self, uint16_t rows, uint16_t columns);
/* Reaps every child that has ended, whoever started it. False when there is no child left at all. */
bool procs_reap (struct box *box);

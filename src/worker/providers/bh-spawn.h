/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libdex.h>
#include "worker/providers/bh-stage.h"

G_BEGIN_DECLS

/* Starts a program in a session of its own, so that nothing sent to the worker's terminal or group reaches
 * it. stdin is /dev/null, stdout and stderr are `log_fd`; the descriptors `fds` (int) appear under their own
 * numbers, all others are closed by their close-on-exec flag. `stage` (nullable): entered first; the program
 * is not looked for until then. Returns the pid, to be reaped, or -1. */
pid_t bh_spawn (const char *const *argv,
                const char *const *environment,
                int log_fd,
                const GArray *fds,
                BhStage *stage,
                GError **error);

/* Resolves the wait status of a child of this process once it has ended, and reaps it even if nobody holds
 * the future. Costs the main loop nothing while it runs, however many there are. */
DexFuture *bh_spawn_wait (pid_t pid) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

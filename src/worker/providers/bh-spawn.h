/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

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

G_END_DECLS

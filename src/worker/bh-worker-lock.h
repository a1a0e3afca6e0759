/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes `state`/worker-NAME.lock for the life of the process; the kernel lets go of it when the process ends,
 * however it ends. Returns the descriptor, never to be closed, or -1: BH_ERROR_NAME_TAKEN with the pid that
 * holds it. */
int bh_worker_lock (const char *state, const char *name, GError **error);

G_END_DECLS

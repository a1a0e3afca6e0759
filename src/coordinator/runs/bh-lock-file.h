/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One process at a time on some data. The kernel ends the lock with the process, however that dies. */

/* Locks `path` (made if need be) and writes this process's id into it. Returns the descriptor that holds the
 * lock; -1 with BH_ERROR_UNAVAILABLE naming the process that holds it. */
int bh_lock_file_take (const char *path, GError **error);

G_END_DECLS

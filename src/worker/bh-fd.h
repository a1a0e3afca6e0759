/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Resolves TRUE once the descriptor can be read, or has hung up. Dropping the future stops the
 * watch; do that before closing the descriptor. Rejects at once when it cannot be watched. Main context only.
 */
DexFuture *bh_fd_ready (int fd) G_GNUC_WARN_UNUSED_RESULT;

/* An unlinked file in memory that holds `bytes`, its offset at the start, close-on-exec. -1 with `error`. */
int bh_fd_new_with_bytes (const char *name, const void *bytes, gsize length, GError **error);

/* Another, independent offset into the same file. -1 with `error`. */
int bh_fd_reopen (int fd, GError **error);

/* What to do where the process or the machine has run out of files, after a full stop; else "". Safe between
 * fork and exec. */
const char *bh_errno_advice (int saved_errno);

/* Sets a G_IO_ERROR from errno: "what: strerror", and what to do where the process has run out of files. */
void bh_set_errno_error (GError **error, int saved_errno, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS

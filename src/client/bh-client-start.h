/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Starts the local coordinator where nothing else does. */

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhClientStart BhClientStart;

/* Asks D-Bus to start the coordinator of the default socket, else starts it detached from everything of this
 * process, its output going to coordinator.log in the data folder. Must be called on a fiber, which waits
 * until the program runs; the main loop goes on. Once `cancellable` (nullable) is cancelled nothing is
 * started any more: G_IO_ERROR_CANCELLED, all other errors are BH_ERROR_UNREACHABLE. (transfer full) */
BhClientStart *bh_client_start (const char *socket_path, GCancellable *cancellable, GError **error);
/* TRUE when the program that was started has ended. */
gboolean bh_client_start_has_ended (BhClientStart *self);
/* The last lines that this start has written to its log, "" if none. Must be called on a fiber. (transfer
 * full) */
char *bh_client_start_last_words (BhClientStart *self);
BhClientStart *bh_client_start_ref (BhClientStart *self);
void bh_client_start_unref (BhClientStart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhClientStart, bh_client_start_unref)

G_END_DECLS

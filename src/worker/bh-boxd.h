/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The outside socket of a box, boxes/ID/boxd.sock, as the worker uses it. A path may be longer than the 108
 * bytes of sun_path, so the socket is always reached through a descriptor of its folder. */

#include <libdex.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* Binds and listens, so that connections wait already while the box is made. boxd calls listen() again, which
 * makes the peer credentials its own. Returns a blocking, close-on-exec descriptor, or -1. */
int bh_boxd_listen (int folder, GError **error);

/* Connects (non-blocking). G_IO_ERROR_CONNECTION_REFUSED or _NOT_FOUND: nothing listens, the box has ended.
 * G_IO_ERROR_WOULD_BLOCK: it lives, but its queue of connections is full. */
GSocket *bh_boxd_connect (int folder, GError **error);

/* The same, waiting for a place in the queue for some seconds. Resolves a GSocket. `folder` is taken. */
DexFuture *bh_boxd_connect_waiting (int folder) G_GNUC_WARN_UNUSED_RESULT;

/* The init of the box at the other end as a pidfd (own it) and its pid. The pid cannot have been given to
 * another process in between: that is checked on the connection. -1 with `error`. */
int bh_boxd_open_pidfd (GSocket *socket, pid_t *pid, GError **error);

/* Sends HELLO and awaits the answer. Call on a fiber. */
gboolean bh_boxd_hello (GSocket *socket, guint timeout_ms, GError **error);

/* Asks everything in the box to end (SIGTERM), gives it `grace_ms`, and returns when nothing but init is
 * left, when the time is over, or when boxd does not answer. Call on a fiber; kill init after it. */
void bh_boxd_end_processes (GSocket *socket, guint grace_ms);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An HTTP server on a Unix socket, in a thread of its own: whoever is tested may block the main loop. */

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct _ThreadedServer ThreadedServer;

/* `serve` is called on the thread, as `finish` (nullable) is before the server goes. */
ThreadedServer *threaded_server_new (SoupServerCallback serve, GFunc finish, gpointer data);
void threaded_server_free (ThreadedServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ThreadedServer, threaded_server_free)
const char *threaded_server_get_socket (ThreadedServer *self);
/* Has `func` called on the thread. `destroy` nullable. */
void threaded_server_invoke (ThreadedServer *self, GSourceFunc func, gpointer data, GDestroyNotify destroy);

G_END_DECLS

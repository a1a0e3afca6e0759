/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The HTTP face of the coordinator: listens, lets in whom it should, finds the route. */

#include "coordinator/server/bh-request.h"

G_BEGIN_DECLS

#define BH_TYPE_SERVER (bh_server_get_type ())
G_DECLARE_FINAL_TYPE (BhServer, bh_server, BH, SERVER, GObject)

BhServer *bh_server_new (BhCoordinator *coordinator);

/* The Unix socket: made 0600 in a folder made 0700; a stale one is replaced, a live one refused (naming the
 * process that listens). Only this user's processes are answered. */
gboolean bh_server_listen_unix (BhServer *self, const char *path, GError **error);
/* A listening socket that systemd passed. */
gboolean bh_server_listen_fd (BhServer *self, int fd, GError **error);
/* "HOST:PORT" or "[V6]:PORT". With a certificate HTTPS; without one only loopback addresses are accepted.
 * Every request needs a bearer token. */
gboolean
bh_server_listen_tcp (BhServer *self, const char *address, GTlsCertificate *certificate, GError **error);
/* One more name that a Host header may carry. */
void bh_server_add_host (BhServer *self, const char *host);
/* "https://0.0.0.0:8443", for the log. (transfer full) */
char *bh_server_describe (BhServer *self);

/* The token of this name is no more: ends the connections that it let in. */
void bh_server_expel (BhServer *self, const char *token_name);

/* Microseconds since the last request ended; 0 while one (a worker's WebSocket apart) is open. */
gint64 bh_server_idle_us (BhServer *self);
void bh_server_set_auto_started (BhServer *self, gboolean auto_started);
gboolean bh_server_get_auto_started (BhServer *self);
/* Stops listening and ends what is open. */
void bh_server_close (BhServer *self);

G_END_DECLS

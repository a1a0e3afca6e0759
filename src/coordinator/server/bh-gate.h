/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where connections over TCP come in: no more than there is room for, and who has shown no token is shown out
 * again after a while, whatever it sends. What a token let in leaves with it. */

#include <libsoup/soup.h>

G_BEGIN_DECLS

#define BH_GATE_MAX 256

#define BH_TYPE_GATE (bh_gate_get_type ())
G_DECLARE_FINAL_TYPE (BhGate, bh_gate, BH, GATE, GObject)

/* Hands connections to `server`, which has to listen on something itself too: libsoup ends a connection after
 * one request where nothing listens. */
BhGate *bh_gate_new (SoupServer *server);
/* `certificate`: (nullable) plain HTTP without. */
gboolean bh_gate_listen (BhGate *self, GSocketAddress *address, GTlsCertificate *certificate, GError **error);
/* "https://0.0.0.0:8443", one for each address. (transfer none) */
GPtrArray *bh_gate_get_addresses (BhGate *self);
void bh_gate_close (BhGate *self);

/* The connection of `message` has shown the token `name`. */
void bh_gate_admit (BhGate *self, SoupServerMessage *message, const char *name);
/* (nullable) whose token the connection of `message` showed last. */
const char *bh_gate_get_name (BhGate *self, SoupServerMessage *message);
/* The token is no more: ends every connection that showed it last. */
void bh_gate_expel (BhGate *self, const char *name);
/* How often that was done: a token looked up meanwhile may be one of those. */
guint bh_gate_get_expulsions (BhGate *self);

G_END_DECLS

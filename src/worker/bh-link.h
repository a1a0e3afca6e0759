/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The one connection to the coordinator: made, registered, kept and made again for as long as the worker
 * lives. Texts are JSON-RPC, binary messages a box handle and a boxd frame. */

#include "worker/bh-rpc.h"

G_BEGIN_DECLS

#define BH_TYPE_LINK (bh_link_get_type ())
G_DECLARE_FINAL_TYPE (BhLink, bh_link, BH, LINK, GObject)

/* `coordinator`: unix:PATH, or an http(s) or ws(s) URL; without TLS only to this machine. `token`: sent as
 * bearer (nullable). `fingerprint`: SHA-256 of the certificate to accept in hexadecimal; NULL: one the system
 * trusts. BH_ERROR_INVALID_FIELD. */
BhLink *bh_link_new (const char *coordinator, const char *token, const char *fingerprint, GError **error);
/* signals: "registered" (BhLink *); "lost" (BhLink *); "frame" (BhLink *, GBytes *): a binary message;
 * "drained" (BhLink *): what was sent has gone out, see bh_link_is_full(). */

BhRpc *bh_link_get_rpc (BhLink *self);
gboolean bh_link_is_registered (BhLink *self);

/* Makes the params of worker.register. */
typedef JsonNode *(*BhLinkIntroduce) (gpointer data);
/* Connects, and for ever after. Resolves never; rejects when the very first registration is refused, with
 * BH_ERROR_NAME_TAKEN or BH_ERROR_VERSION_MISMATCH and the coordinator's words. */
DexFuture *bh_link_run (BhLink *self, BhLinkIntroduce introduce, gpointer data) G_GNUC_WARN_UNUSED_RESULT;

/* Sends a binary message; not kept when there is no connection. */
void bh_link_send (BhLink *self, const void *bytes, gsize length);
/* Some MiB wait to go out: nothing more is to be read from boxes until "drained". Sources that call
 * bh_link_send() must have BH_LINK_PRIORITY_RELAY, so that libsoup's writing goes first. */
gboolean bh_link_is_full (BhLink *self);
#define BH_LINK_PRIORITY_RELAY (G_PRIORITY_DEFAULT + 20)

/* How long to wait before the n-th retry (from 0), without jitter, in ms. */
guint bh_link_backoff_ms (guint retry, gboolean local);

G_END_DECLS

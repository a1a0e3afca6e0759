/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Talks to a coordinator: the local one over its Unix socket (started when it is not there), or one at an
 * https address with a bearer token. Every future rejects with a BH_ERROR: the coordinator's own problem
 * document, or BH_ERROR_UNREACHABLE. Records and JSON cross this border, never HTTP. */

#include <libdex.h>
#include "protocol/bh-records.h"

G_BEGIN_DECLS

#define BH_TYPE_CLIENT (bh_client_get_type ())
G_DECLARE_FINAL_TYPE (BhClient, bh_client, BH, CLIENT, GObject)

/* The path of the local coordinator's socket: $BELLHOP_SOCKET, or <runtime dir>/bellhop/coordinator.sock. */
char *bh_client_default_socket (void);
BhClient *bh_client_new_local (const char *socket_path); /* NULL: the default */
/* `tls_fingerprint`: sha256 of the certificate to accept (hex), NULL: one the system trusts */
BhClient *bh_client_new_remote (const char *url, const char *token, const char *tls_fingerprint);
/* (nullable) the path of the local coordinator's socket; NULL for a remote one. */
const char *bh_client_get_socket (BhClient *self);
/* Whether a local coordinator that is not there is started: TRUE at first, never if $BELLHOP_NO_START is 1.
 * FALSE calls off a start that is under way, too: whoever waits for it is told that nobody listens. */
void bh_client_set_may_start (BhClient *self, gboolean may_start);

/* Connects; for the local coordinator starts it (socket activation or D-Bus do it by themselves; else
 * detached) and waits until it is ready. Resolves the /v1/info JsonNode. */
DexFuture *bh_client_connect (BhClient *self) G_GNUC_WARN_UNUSED_RESULT;
/* One request. GET and requests with a key are tried again for 15 s when the connection is lost or the
 * coordinator is not ready (a local one is started again); the others may or may not have been done when they
 * reject with BH_ERROR_UNREACHABLE. `body` (nullable) JSON. Resolves a JsonNode (BH: JSON_TYPE_NODE), NULL
 * node for 204. `path` begins with /v1/. */
DexFuture *bh_client_request (BhClient *self, const char *method, const char *path, JsonNode *body)
    G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_client_request_with_key (BhClient *self,
                                       const char *method,
                                       const char *path,
                                       JsonNode *body,
                                       const char *idempotency_key) G_GNUC_WARN_UNUSED_RESULT;

/* A stream of server-sent events that outlives the connection: reconnects by itself (backoff 100 ms to 5 s,
 * with Last-Event-ID), until dropped. */
#define BH_TYPE_EVENT_STREAM (bh_event_stream_get_type ())
G_DECLARE_FINAL_TYPE (BhEventStream, bh_event_stream, BH, EVENT_STREAM, GObject)
/* `path`: /v1/runs/ID/events or /v1/events; `after`: last event id seen, 0 = from the beginning (of a Run).
 */
BhEventStream *bh_client_stream (BhClient *self, const char *path, guint64 after);
typedef struct
{
  guint64 id;
  char *kind; /* SSE event name; "connection" with data {"connected":bool,"detail":…} is this client's own */
  JsonNode *data;
} BhStreamEvent;
BhStreamEvent *bh_stream_event_copy (const BhStreamEvent *self);
void bh_stream_event_free (BhStreamEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhStreamEvent, bh_stream_event_free)
#define BH_TYPE_STREAM_EVENT (bh_stream_event_get_type ())
GType bh_stream_event_get_type (void);
/* The next event; while none is there, the same future again. Who races it against something keeps it until
 * it has resolved, for then the event is in it and nowhere else. Nothing is read while 256 events wait to be
 * taken. Rejects for good when the coordinator refuses (404, 401). */
DexFuture *bh_event_stream_next (BhEventStream *self) G_GNUC_WARN_UNUSED_RESULT;

/* A WebSocket to `path` (terminal): resolves a SoupWebsocketConnection */
DexFuture *bh_client_websocket (BhClient *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

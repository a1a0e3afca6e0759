/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A coordinator's BhWorkers behind a real SoupServer, and a worker that a test plays by hand: whatever the
 * coordinator sends is put in two queues, and the test takes from them and answers. Everything runs in fibers
 * of the main context. */

#include "coordinator/workers/bh-box-frames.h"
#include "coordinator/workers/bh-workers.h"

typedef struct
{
  SoupServer *server;
  SoupSession *session;
  BhWorkers *workers;
  char *uri;
} Fake;

Fake *fake_new (void);
void fake_free (Fake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fake, fake_free)

/* One connection of a worker. */
typedef struct
{
  SoupWebsocketConnection *ws;
  GQueue texts;        /* JsonNode */
  GQueue frames;       /* GBytes */
  DexPromise *arrived; /* pending until the next message or the end */
  gboolean closed;
} Peer;

/* Waits: only in fibers. */
Peer *peer_new (Fake *fake);
void peer_free (Peer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Peer, peer_free)
/* Connects and registers. `boxes`: a JSON array */
Peer *peer_registered (Fake *fake, const char *name, const char *boxes);
/* The connection breaks, as when the worker is killed. */
void peer_cut (Peer *self);
void peer_await_closed (Peer *self);
void peer_say (Peer *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The next message that is not a frame. (transfer full) */
JsonNode *peer_hear (Peer *self);
/* The next request, which must be `method`; its params are borrowed. */
JsonNode *peer_expect (Peer *self, const char *method, JsonObject **params);
/* Takes `request`. */
void peer_answer (Peer *self, JsonNode *request, const char *result);
void peer_refuse (Peer *self, JsonNode *request, const char *code, const char *message);
/* Answers the next box.connect or box.launch, and HELLO. */
void peer_serve_box (Peer *self, const char *method, guint32 handle);

void peer_frame (Peer *self,
                 guint32 handle,
                 guint8 type,
                 guint8 flags,
                 guint32 id,
                 guint64 offset,
                 gconstpointer data,
                 gsize length);
/* The next frame, which must be of that type; borrows from *message, which is freed by the caller. */
BhFrame peer_expect_frame (Peer *self, guint8 type, GBytes **message);
/* TRUE if nothing has arrived; gives what is under way a chance to. */
gboolean peer_is_quiet (Peer *self);
/* One round trip: everything sent before has been handled by the coordinator. */
void peer_settle (Peer *self);

void peer_spawned (Peer *self, guint32 handle, guint32 id, int errsv, guint64 accepted);
void peer_data (Peer *self, guint32 handle, guint32 id, guint64 offset, const char *text);
void peer_exited (Peer *self, guint32 handle, guint32 id, int status, int signum);
void
peer_error (Peer *self, guint32 handle, guint32 id, guint8 flags, int errsv, guint8 type, const char *text);

gboolean fake_is_online (Fake *self, const char *worker);
void fake_await_offline (Fake *self, const char *worker);

/* Runs the test's body in a fiber to its end. */
void fake_run (void (*body) (Fake *fake));
#define fake_add(path, body) g_test_add_data_func (path, (gconstpointer) body, fake_test)
void fake_test (gconstpointer body);

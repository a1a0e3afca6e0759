/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One connection of one worker, from the WebSocket's arrival to its loss. It knows the protocol's form: what
 * must come first, what a message means; what follows from it is its owner's (BhWorkers, BhWorker). */

#include <libsoup/soup.h>
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

#define BH_WORKER_PROTOCOL 1

#define BH_TYPE_WORKER_LINK (bh_worker_link_get_type ())
G_DECLARE_FINAL_TYPE (BhWorkerLink, bh_worker_link, BH, WORKER_LINK, GObject)

typedef struct
{
  /* May this worker register? Sets the error if not. */
  gboolean (*admit) (BhWorkerLink *link, gpointer user_data, GError **error);
  /* It is registered, and knows. */
  void (*registered) (BhWorkerLink *link, gpointer user_data);
  void (*heartbeat) (BhWorkerLink *link, gpointer user_data);
  /* The connection to a box has ended; the box may still run. */
  void (*box_closed) (BhWorkerLink *link, BhBox *box, gpointer user_data);
  void (*box_gone) (BhWorkerLink *link, const char *box_id, const char *reason, gpointer user_data);
  /* Called once, also for a link that never registered. */
  void (*closed) (BhWorkerLink *link, const char *reason, gpointer user_data);
} BhWorkerLinkHandlers;

/* `handlers` is static. The first message must come within register_ms; later ones may not be silent for
 * longer than silence_ms. A connection that is not `local` is pinged too. */
BhWorkerLink *bh_worker_link_new (SoupWebsocketConnection *connection,
                                  gboolean local,
                                  guint register_ms,
                                  guint silence_ms,
                                  const BhWorkerLinkHandlers *handlers,
                                  gpointer user_data);
gboolean bh_worker_link_is_open (BhWorkerLink *self);
/* As registered, brought up to date by heartbeats. */
BhWorkerInfo *bh_worker_link_get_info (BhWorkerLink *self);
guint64 bh_worker_link_get_pid (BhWorkerLink *self);
/* BhBoxInfo as registered */
GPtrArray *bh_worker_link_get_boxes (BhWorkerLink *self);
DexFuture *bh_worker_link_call (BhWorkerLink *self, const char *method, JsonNode *params, guint timeout_ms)
    G_GNUC_WARN_UNUSED_RESULT;
void bh_worker_link_close (BhWorkerLink *self, gushort code, const char *reason);

/* Joins the box to the frames of `handle`, which the worker has just given. FALSE if that is impossible. */
gboolean bh_worker_link_join (BhWorkerLink *self, guint32 handle, BhBox *box);
/* The handle was given and is of no use. */
void bh_worker_link_leave (BhWorkerLink *self, guint32 handle);
/* The box broke the protocol, or is no longer wanted: ends its connection, and box_closed is called. */
void bh_worker_link_drop (BhWorkerLink *self, guint32 handle);
/* Nothing is awaited here: only send what is bounded. */
void bh_worker_link_send (BhWorkerLink *self,
                          guint32 handle,
                          const struct bh_wire_header *header,
                          gconstpointer payload);

G_END_DECLS

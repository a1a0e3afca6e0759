/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the link and the registry do with a box. */

#include "coordinator/workers/bh-box-frames.h"
#include "coordinator/workers/bh-box-requests.h"
#include "coordinator/workers/bh-worker-link.h"

G_BEGIN_DECLS

BhBox *bh_box_new (const char *id, const char *worker, const char *image);
/* A connection to the box's boxd is there: begins with HELLO. */
void bh_box_connect (BhBox *self, BhWorkerLink *link, guint32 handle);
void bh_box_disconnect (BhBox *self);
/* FALSE if the frame broke the protocol: the connection is to be dropped. */
gboolean bh_box_receive (BhBox *self, const BhFrame *frame);
/* The box has ended. */
void bh_box_end (BhBox *self, const char *reason);
/* TRUE once HELLO was answered (of this connection or the next); rejects with BH_ERROR_DEVBOX_GONE. */
DexFuture *bh_box_ready (BhBox *self) G_GNUC_WARN_UNUSED_RESULT;
/* How long to wait before box.connect, so that a box that always fails is not asked in a loop. */
guint bh_box_get_retry_ms (BhBox *self);

/* For BhProcess and the requests: sends if connected; FALSE if not, and bh_process_linked() will send again.
 */
gboolean bh_box_send (BhBox *self, const struct bh_wire_header *header, gconstpointer payload);
/* Sends a request, again after each reconnect until it is answered. `id` is that of the frame. Resolves a
 * BhBoxReply; errors of the box are G_IO_ERRORs. */
DexFuture *
bh_box_request (BhBox *self, guint8 type, guint8 flags, guint32 id, guint64 offset, GBytes *payload)
    G_GNUC_WARN_UNUSED_RESULT;
/* Whether bh_box_process() has made this one, and it was not released. */
gboolean bh_box_knows (BhBox *self, guint32 id);
/* For requests that name no process. */
guint32 bh_box_next_request_id (BhBox *self);
/* For bh_box_run(): an id no Run uses. */
guint32 bh_box_next_private_id (BhBox *self);
/* (transfer full) */
GError *bh_box_gone_error (BhBox *self);
void bh_box_forget (BhBox *self, BhProcess *process);

G_END_DECLS

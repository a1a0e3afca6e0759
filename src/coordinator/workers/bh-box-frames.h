/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A boxd frame as it travels on the worker's WebSocket: a little-endian u32 box handle, then the frame.
 * Encoding and parsing only; whoever sends us frames is not trusted. */

#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

#define BH_FRAME_HANDLE_SIZE 4
#define BH_FRAME_PREFIX (BH_FRAME_HANDLE_SIZE + BH_WIRE_HEADER_SIZE)
#define BH_FRAME_MAX (BH_FRAME_PREFIX + BH_WIRE_MAX_PAYLOAD)

/* A received frame, borrowed from `message`. */
typedef struct
{
  guint32 handle;
  struct bh_wire_header header;
  const guint8 *payload;
  GBytes *message;
} BhFrame;

/* How long the record (handle and frame) at `at` is by its own word, at most what is left of the message. */
gsize bh_frame_record_length (GBytes *message, gsize at);

gboolean bh_frame_parse (GBytes *message, BhFrame *frame, GError **error);
/* The payload as bytes that share the message's memory. */
GBytes *bh_frame_slice (const BhFrame *frame, gsize skip);
/* header->length bytes of payload. */
GBytes *bh_frame_encode (guint32 handle, const struct bh_wire_header *header, gconstpointer payload);

/* Payloads (transfer full). */
GBytes *bh_frame_hello (void);
GBytes *bh_frame_limit (guint64 limit);
GBytes *bh_frame_signal (int signum);
GBytes *bh_frame_size (guint16 rows, guint16 columns);
GBytes *bh_frame_put (guint mode, const char *path, const guint8 *bytes, gsize length);
GBytes *bh_frame_get (gsize most, const char *path);
/* The environment is the box's base environment with spawn->env over it. BH_ERROR_TOO_LARGE if it does not
 * fit. */
GBytes *bh_frame_spawn (const BhSpawn *spawn, GError **error);

/* What boxd answers; FALSE if the payload is not what the type says. */
gboolean bh_frame_get_hello (const BhFrame *frame, guint *major, guint *minor);
gboolean bh_frame_get_spawned (const BhFrame *frame, int *pid, int *errsv, guint64 *accepted);
gboolean bh_frame_get_exited (const BhFrame *frame, int *status, int *signum);
gboolean bh_frame_get_stats (const BhFrame *frame, struct bh_wire_stats *stats);
/* The type of the request that is done. */
gboolean bh_frame_get_done (const BhFrame *frame, guint8 *type);
/* (transfer full): an error of the request `type`, in G_IO_ERROR; NULL if the frame is malformed. */
GError *bh_frame_get_error (const BhFrame *frame, guint8 *type, int *errsv);

G_END_DECLS

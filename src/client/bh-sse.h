/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A parser of server-sent events (WHATWG HTML, 9.2). Purely incremental: bytes may be pushed in any chunks.
 */

#include <glib.h>

G_BEGIN_DECLS

/* No line, and no event's data, may be longer. */
#define BH_SSE_MAX (8 * 1024 * 1024)

typedef struct
{
  char *id;   /* the last id seen on the stream, "" if none */
  char *kind; /* "message" unless the stream named one */
  char *data; /* valid UTF-8 */
} BhSseEvent;
void bh_sse_event_free (BhSseEvent *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhSseEvent, bh_sse_event_free)

typedef struct _BhSse BhSse;
BhSse *bh_sse_new (void);
void bh_sse_free (BhSse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhSse, bh_sse_free)

/* Takes in what came. FALSE when a line or an event is too long; the stream is of no more use then. */
gboolean bh_sse_push (BhSse *self, const void *bytes, gsize length, GError **error);
/* (transfer full) (nullable) the next whole event. */
BhSseEvent *bh_sse_pop (BhSse *self);
/* The reconnection time the stream asked for in milliseconds, -1 if it did not. */
gint64 bh_sse_get_retry (BhSse *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The receiving end of one stream of a process: what has arrived and was not read yet, in order, and how far
 * the other side may send. Keeps its offsets over any number of connections. */

#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

#define BH_STREAM_WINDOW (2 * 1024 * 1024)

typedef struct
{
  gboolean attached;
  guint64 received; /* next byte wanted from the box */
  guint64 handed;   /* next byte a read hands out */
  guint64 reach;    /* most that was ever handed out: the window begins here */
  guint64 limit;    /* the box may send up to here */
  guint64 trimmed;
  GQueue chunks;    /* GBytes */
  GByteArray *tail; /* small payloads that follow the chunks, joined */
  GBytes *unread;   /* given back; comes before the chunks */
  gboolean unread_last;
  gboolean ended;
  gboolean resync; /* attached anew: what was under way from before is not wanted */
  GError *error;
  DexPromise *reader;
} BhStream;

void bh_stream_init (BhStream *self);
void bh_stream_clear (BhStream *self);
/* TRUE if the box has to be told. */
gboolean bh_stream_attach (BhStream *self, guint64 from);
/* The offset and limit to (re-)attach with. */
guint64 bh_stream_begin (BhStream *self, guint64 *limit);
/* A payload that arrived. FALSE if the box broke the protocol: a gap, or more than it may send. */
gboolean bh_stream_push (BhStream *self, guint64 offset, GBytes *message, gsize at, gsize length);
gboolean bh_stream_end (BhStream *self, guint64 total);
/* Reads reject once what has arrived is read. The first error stays. */
void bh_stream_fail (BhStream *self, const GError *error);
DexFuture *bh_stream_read (BhStream *self) G_GNUC_WARN_UNUSED_RESULT;
/* Answers a waiting read if that is possible. Anything may happen in here. */
void bh_stream_serve (BhStream *self);
void bh_stream_give_back (BhStream *self, guint64 offset, GBytes *tail);
/* TRUE if it is time to tell the box the new limit. */
gboolean bh_stream_widen (BhStream *self);

G_END_DECLS

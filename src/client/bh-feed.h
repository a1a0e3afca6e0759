/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A stream of events as decoded records, for models. It outlives connections as BhEventStream does; what
 * comes is decoded on a thread when it is much, and handed over in the order it came, as many at a time as
 * there are. Who takes long holds the coordinator back, nothing else. */

#include <glib.h>

#include "client/bh-client.h"
#include "client/bh-decode.h"

G_BEGIN_DECLS

typedef struct _BhFeed BhFeed;

typedef struct
{
  /* `events`: BhFeedEvent, `n_events` of them; what is stolen from one is set to NULL there */
  void (*events) (gpointer data, BhFeedEvent *events, guint n_events);
  /* `error` NULL: connected. Else it is lost; `is_final`: the feed has ended, nothing more will come. */
  void (*connection) (gpointer data, const GError *error, gboolean is_final);
} BhFeedListener;

/* `after`: the last id seen, 0: none. `listener` is static, `data` borrowed: bh_feed_free() before it goes.
 */
BhFeed *bh_feed_new (
    BhClient *client, const char *path, guint64 after, const BhFeedListener *listener, gpointer data);
/* Nothing is called any more, also when this is called by a listener. */
void bh_feed_free (BhFeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhFeed, bh_feed_free)

G_END_DECLS

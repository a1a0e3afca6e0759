/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One connection to a box's boxd, carried over the link under a handle. Whole frames only; nothing but their
 * lengths is looked at. */

#include <gio/gio.h>

#include "worker/bh-link.h"

G_BEGIN_DECLS

#define BH_TYPE_RELAY (bh_relay_get_type ())
G_DECLARE_FINAL_TYPE (BhRelay, bh_relay, BH, RELAY, GObject)

/* `gsocket`: connected and non-blocking. Begins at once. NULL with `error` when it cannot be watched. */
BhRelay *bh_relay_new (BhLink *link, guint32 handle, const char *box_id, GSocket *gsocket, GError **error);
/* signal "closed" (BhRelay *, const char *reason): at the end of its connection, once; not after
 * bh_relay_close(). */

guint32 bh_relay_get_handle (BhRelay *self);
const char *bh_relay_get_box_id (BhRelay *self);

/* A frame for boxd. What boxd does not take at once is kept, up to 32 MiB; a box that lags more is closed. */
void bh_relay_send (BhRelay *self, GBytes *frame);
void bh_relay_close (BhRelay *self);

G_END_DECLS

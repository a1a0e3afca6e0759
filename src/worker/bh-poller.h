/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Watches many descriptors as one source of the main context. GLib's own poll looks at every descriptor each
 * time round; with hundreds of boxes, two descriptors each, that was most of what a busy worker did. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BhWatch BhWatch;
typedef void (*BhWatchFunc) (int fd, gpointer data);

/* Calls `func` whenever `fd` can be read or has hung up, in the default main context with the relays'
 * priority. `fd` has to stay open until bh_watch_free(). NULL with `error` when the process may open no more
 * files, or the user watch no more. */
BhWatch *bh_watch_new (int fd, BhWatchFunc func, gpointer data, GError **error);
/* May be called from within any watch's function. */
void bh_watch_free (BhWatch *self);

G_END_DECLS

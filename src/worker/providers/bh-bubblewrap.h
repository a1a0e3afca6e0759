/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "worker/bh-provider.h"

G_BEGIN_DECLS

/* Boxes of the image `host`: the machine's own /usr, read-only, in namespaces of their own, made by
 * bubblewrap. They live on when the worker ends: a box is found again by its folder and its socket, its init
 * by the socket's peer. */

#define BH_TYPE_BUBBLEWRAP (bh_bubblewrap_get_type ())
G_DECLARE_FINAL_TYPE (BhBubblewrap, bh_bubblewrap, BH, BUBBLEWRAP, GObject)

/* `state`: the folder that holds boxes/; it is made. `worker`: only boxes of this name are its own. */
BhBubblewrap *bh_bubblewrap_new (const char *state, const char *worker, GError **error);

G_END_DECLS

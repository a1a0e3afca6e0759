/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Futures of things that must be left alone, and of work on threads. */

#include <libdex.h>

G_BEGIN_DECLS

/* A future that follows `fiber` (taken) and may be dropped or raced at any time: the fiber goes on by itself.
 * See src/DESIGN.md, Fibers. */
DexFuture *bh_future_detached (DexFuture *fiber) G_GNUC_WARN_UNUSED_RESULT;

/* For what is handed to a callback that may come when the object has gone. */
GWeakRef *bh_weak_ref_new (gpointer object);
void bh_weak_ref_free (gpointer weak_ref);

typedef gpointer (*BhThreadFunc) (gpointer data, GError **error);
/* Runs `func` on a thread; resolves what it returns, a boxed `type`, on the main loop of the caller. `data`
 * is destroyed there, too. NULL rejects with the error. */
DexFuture *bh_future_in_thread (GType type, BhThreadFunc func, gpointer data, GDestroyNotify destroy)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

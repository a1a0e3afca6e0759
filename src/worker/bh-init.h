/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The init of a box that runs, held by a pidfd: never another process that got its pid. */

#include <libdex.h>
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhInit BhInit;

/* The process that serves the other end of `gsocket`. NULL with `error`. */
BhInit *bh_init_new (GSocket *gsocket, GError **error);
BhInit *bh_init_ref (BhInit *self);
void bh_init_unref (BhInit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhInit, bh_init_unref)

pid_t bh_init_get_pid (BhInit *self);
gboolean bh_init_has_ended (BhInit *self);
/* `status` resolves with the wait status of the bwrap that waits for this init, which tells how it ended. */
void bh_init_set_monitor (BhInit *self, DexFuture *status);
/* Resolves when it has ended, with a sentence that says how. */
DexFuture *bh_init_ended_how (BhInit *self) G_GNUC_WARN_UNUSED_RESULT;
/* SIGKILL, and waits for the end. Call on a fiber. */
gboolean bh_init_kill (BhInit *self, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* All coordinators: a GListModel of BhConnection, that of this computer always first.
 *
 * Which remote ones there are is remembered by the app (settings, Secret Service), not here. */

#include "client/bh-connection.h"

G_BEGIN_DECLS

/* Property "connected" (boolean): at least one is connected. Signals, those of any connection:
 *   "run-changed" (BhConnection, BhRun), "run-deleted" (BhConnection, string),
 *   "question" (BhConnection, BhQuestionSet), "state-changed" (BhConnection). */
#define BH_TYPE_CONNECTIONS (bh_connections_get_type ())
G_DECLARE_FINAL_TYPE (BhConnections, bh_connections, BH, CONNECTIONS, GObject)

/* Opens `local` (bh_connection_new_local ()). Disposing closes all. */
BhConnections *bh_connections_new (BhConnection *local);
BhConnection *bh_connections_get_local (BhConnections *self);
/* Opens and appends one. (transfer none). An id that is there already is replaced. */
BhConnection *bh_connections_add (BhConnections *self,
                                  const char *id,
                                  const char *name,
                                  const char *url,
                                  const char *token,
                                  const char *fingerprint);
/* Closes and removes a remote one; its Runs leave every list. FALSE: there is none of that id. */
gboolean bh_connections_remove (BhConnections *self, const char *id);
/* (transfer none) (nullable) */
BhConnection *bh_connections_lookup (BhConnections *self, const char *id);
/* (transfer none) (nullable): the Run of that id, wherever it is known. */
BhRunItem *bh_connections_find_run (BhConnections *self, const char *run_id);
/* Closes and forgets all. Resolves once nothing of theirs is under way any more, and nobody holds them: what
 * the fibers have is let go of then, too. */
DexFuture *bh_connections_close (BhConnections *self) G_GNUC_WARN_UNUSED_RESULT;
guint bh_connections_get_n (BhConnections *self);
/* (transfer none) */
BhConnection *bh_connections_get (BhConnections *self, guint position);

G_END_DECLS

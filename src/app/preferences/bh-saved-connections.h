/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Remote coordinators as the person has set them up: settings hold id, name, address and certificate, the
 * Secret Service the token. */

#include <libdex.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Adds all of them to `connections`; a token that cannot be had is told by the connection's state. */
DexFuture *bh_saved_connections_load (BhConnections *connections,
                                      GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
/* Stores one and adds it. `fingerprint` nullable. Resolves the connection's id (string). */
DexFuture *bh_saved_connections_add (BhConnections *connections,
                                     GSettings *settings,
                                     const char *name,
                                     const char *url,
                                     const char *token,
                                     const char *fingerprint) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_saved_connections_remove (BhConnections *connections,
                                        GSettings *settings,
                                        const char *id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

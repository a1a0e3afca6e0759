/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Remote coordinators as the person has set them up: settings hold id, name, address and certificate, the
 * Secret Service the token. */

#include <libdex.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Adds all of them to `connections`; a token that cannot be had is told by the connection's state, and why by
 * bh_saved_connections_get_note (). Resolves TRUE. */
DexFuture *bh_saved_connections_load (BhConnections *connections,
                                      GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
/* Stores one and adds it. `fingerprint` nullable. Resolves the connection's id (string). Where the token
 * cannot be stored it is kept until the app ends, and bh_saved_connections_get_note () says so. */
DexFuture *bh_saved_connections_add (BhConnections *connections,
                                     GSettings *settings,
                                     const char *name,
                                     const char *url,
                                     const char *token,
                                     const char *fingerprint) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE: the connection is gone, and its token is, too, unless the Secret Service cannot be had. */
DexFuture *bh_saved_connections_remove (BhConnections *connections,
                                        GSettings *settings,
                                        const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* From now on the certificate of that SHA-256 is the one to accept. The connection is replaced by a new one
 * of the same id. Resolves TRUE. */
DexFuture *bh_saved_connections_trust (BhConnections *connections,
                                       GSettings *settings,
                                       const char *id,
                                       const char *fingerprint) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer none) (nullable): a sentence about the token of a connection that could not be read or stored. */
const char *bh_saved_connections_get_note (BhConnection *connection);
/* Whether one of that address is saved. */
gboolean bh_saved_connections_has_url (GSettings *settings, const char *url);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* libsoup's asynchronous pairs as futures. Discarding a future cancels what it stands for. */

#include <libdex.h>
#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Resolves a GInputStream: the body of the response, whose status is in `message`. */
DexFuture *bh_soup_session_send (SoupSession *session, SoupMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a GBytes. */
DexFuture *bh_soup_session_send_and_read (SoupSession *session,
                                          SoupMessage *message) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a SoupWebsocketConnection. */
DexFuture *bh_soup_session_websocket_connect (SoupSession *session,
                                              SoupMessage *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-soup-dex.h"

/* Nothing cancels what is sent: libsoup up to 3.6.5 finishes a message twice that is cancelled while its
 * headers are awaited, and the second time reads what is freed (mended in its commit 9ba1243a, October 2025).
 * An answer that nobody waits for any more closes its connection, or is thrown away, when it comes. */

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  GInputStream *stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (stream != NULL)
    dex_promise_resolve_object (promise, stream);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

DexFuture *
bh_soup_session_send (SoupSession *session, SoupMessage *message)
{
  DexPromise *promise = dex_promise_new ();

  soup_session_send_async (session, message, G_PRIORITY_DEFAULT, NULL, sent_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  GBytes *bytes = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (bytes != NULL)
    dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

DexFuture *
bh_soup_session_send_and_read (SoupSession *session, SoupMessage *message)
{
  DexPromise *promise = dex_promise_new ();

  soup_session_send_and_read_async (session, message, G_PRIORITY_DEFAULT, NULL, read_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
websocket_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (connection != NULL)
    dex_promise_resolve_object (promise, connection);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

DexFuture *
bh_soup_session_websocket_connect (SoupSession *session, SoupMessage *message)
{
  DexPromise *promise = dex_promise_new ();

  soup_session_websocket_connect_async (session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, websocket_cb,
                                        dex_ref (promise));
  return DEX_FUTURE (promise);
}

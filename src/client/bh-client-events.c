/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-client-private.h"

#include <glib/gi18n-lib.h>

#include "client/bh-soup-dex.h"

/* What streams of events have in common: how a connection for one is made, and made again. */

#define PROBLEM_MAX (64 * 1024)

static gboolean
is_closed (DexFuture *closed)
{
  return !dex_future_is_pending (closed);
}

/* A refusal that no repetition changes. */
static gboolean
is_refusal (guint status)
{
  return status >= 400 && status < 500 && status != 408 && status != 429;
}

static gboolean
is_event_stream (SoupMessage *message)
{
  const char *type =
      soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);
  return g_strcmp0 (type, "text/event-stream") == 0;
}

static GError *
read_problem (SoupMessage *message, GInputStream *body)
{
  g_autoptr (GBytes) bytes =
      dex_await_boxed (dex_input_stream_read_bytes (body, PROBLEM_MAX, G_PRIORITY_DEFAULT), NULL);
  return bh_client_problem (message, bytes);
}

static SoupMessage *
new_message (BhClient *self, const char *path, gboolean has_id, guint64 last_id, GError **error)
{
  SoupMessage *message = bh_client_message (self, "GET", path, error);
  SoupMessageHeaders *headers;

  if (message == NULL)
    return NULL;
  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept", "text/event-stream");
  if (has_id)
    {
      g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, last_id);
      soup_message_headers_replace (headers, "Last-Event-ID", id);
    }
  return message;
}

GInputStream *
bh_client_open_events (BhClient *self,
                       const char *path,
                       gboolean has_id,
                       guint64 last_id,
                       DexFuture *closed,
                       gboolean *is_final,
                       GError **error)
{
  g_autoptr (SoupMessage) message = new_message (self, path, has_id, last_id, error);
  g_autoptr (DexFuture) sent = NULL;
  g_autoptr (GInputStream) body = NULL;

  *is_final = FALSE;
  if (message == NULL)
    return NULL;
  sent = bh_soup_session_send (bh_client_get_session (self), message);
  dex_await (dex_future_first (dex_ref (sent), dex_ref (closed), NULL), NULL);
  if (is_closed (closed))
    return NULL;
  body = dex_await_object (g_steal_pointer (&sent), error);
  if (body == NULL)
    return NULL;
  if (soup_message_get_status (message) != SOUP_STATUS_OK)
    {
      *is_final = is_refusal (soup_message_get_status (message));
      g_propagate_error (error, read_problem (message, body));
      return NULL;
    }
  if (!is_event_stream (message))
    {
      *is_final = TRUE;
      bh_set_error (error, BH_ERROR_UNREACHABLE, NULL, _ ("What answers there is no Bellhop coordinator"));
      return NULL;
    }
  return g_steal_pointer (&body);
}

void
bh_client_await_retry (BhClient *self, DexFuture *closed, guint msec)
{
  dex_await (dex_future_first (dex_timeout_new_msec ((int) msec), dex_ref (closed), NULL), NULL);
  /* what was there may have been killed: then it is started again; how that went shows by itself */
  if (!is_closed (closed) && bh_client_get_socket (self) != NULL)
    {
      DexFuture *connected = bh_client_connect (self);

      /* a fiber must end by itself, also when nobody waits for it any more */
      dex_future_disown (dex_ref (connected));
      dex_await (dex_future_first (connected, dex_ref (closed), NULL), NULL);
    }
}

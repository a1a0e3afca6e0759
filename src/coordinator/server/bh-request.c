/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-request.h"

#include "protocol/bh-json.h"

void
bh_request_free (BhRequest *self)
{
  g_clear_object (&self->message);
  g_clear_pointer (&self->query, g_hash_table_unref);
  for (guint i = 0; i < G_N_ELEMENTS (self->arguments); i++)
    g_free (self->arguments[i]);
  g_free (self->by);
  g_free (self);
}

const char *
bh_request_query (BhRequest *self, const char *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

gboolean
bh_request_query_uint (BhRequest *self,
                       const char *name,
                       guint64 fallback,
                       guint64 least,
                       guint64 most,
                       guint64 *value,
                       GError **error)
{
  const char *text = bh_request_query (self, name);

  *value = fallback;
  if (text == NULL || g_ascii_string_to_unsigned (text, 10, least, most, value, NULL))
    return TRUE;
  bh_set_error (error, BH_ERROR_INVALID_FIELD, name,
                "“%s” must be a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, name, least, most);
  return FALSE;
}

gboolean
bh_request_query_bool (BhRequest *self, const char *name, gboolean *value, GError **error)
{
  const char *text = bh_request_query (self, name);

  *value = g_strcmp0 (text, "true") == 0;
  if (text == NULL || *value || g_str_equal (text, "false"))
    return TRUE;
  bh_set_error (error, BH_ERROR_INVALID_FIELD, name, "“%s” must be true or false", name);
  return FALSE;
}

gboolean
bh_request_accepts (BhRequest *self, const char *type)
{
  const char *accept;

  accept = soup_message_headers_get_list (soup_server_message_get_request_headers (self->message), "Accept");
  return accept != NULL && strstr (accept, type) != NULL;
}

JsonNode *
bh_request_body (BhRequest *self, GError **error)
{
  SoupMessageBody *body = soup_server_message_get_request_body (self->message);
  g_autoptr (JsonNode) node = NULL;

  if (body->length == 0)
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The request has no body; send a JSON object");
      return NULL;
    }
  node = bh_json_parse (body->data, body->length, error);
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The body must be a JSON object");
      return NULL;
    }
  return g_steal_pointer (&node);
}

gboolean
bh_request_only_members (JsonNode *body, const char *const *names, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (json_node_get_object (body));

  for (GList *l = members; l != NULL; l = l->next)
    if (!g_strv_contains (names, l->data))
      {
        g_autofree char *known = g_strjoinv (", ", (char **) names);

        bh_set_error (error, BH_ERROR_UNKNOWN_FIELD, l->data, "There is no field “%s” here; known are: %s",
                      (const char *) l->data, known);
        return FALSE;
      }
  return TRUE;
}

const char *
bh_request_member_string (JsonNode *body, const char *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (body), name);

  return member != NULL && json_node_get_value_type (member) == G_TYPE_STRING ? json_node_get_string (member)
                                                                              : NULL;
}

char *
bh_request_digest (BhRequest *self)
{
  SoupMessageBody *body = soup_server_message_get_request_body (self->message);

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) body->data, body->length);
}

void
bh_request_respond_text (BhRequest *self, guint status, const char *type, char *text, gsize length)
{
  soup_server_message_set_status (self->message, status, NULL);
  soup_server_message_set_response (self->message, type, SOUP_MEMORY_TAKE, text, length);
  soup_server_message_unpause (self->message);
}

void
bh_request_respond (BhRequest *self, guint status, JsonNode *node)
{
  g_autoptr (JsonNode) owned = node;
  char *text = bh_json_to_text (owned);

  bh_request_respond_text (self, status, "application/json", text, strlen (text));
}

void
bh_request_respond_empty (BhRequest *self)
{
  soup_server_message_set_status (self->message, SOUP_STATUS_NO_CONTENT, NULL);
  soup_server_message_unpause (self->message);
}

void
bh_request_respond_list (BhRequest *self,
                         const char *name,
                         GPtrArray *records,
                         JsonNode *(*to_json) (gconstpointer record))
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = json_array_sized_new (records->len);
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  for (guint i = 0; i < records->len; i++)
    json_array_add_element (array, to_json (g_ptr_array_index (records, i)));
  json_object_set_array_member (object, name, array);
  json_node_set_object (node, object);
  bh_request_respond (self, SOUP_STATUS_OK, node);
}

void
bh_request_fail (BhRequest *self, const GError *error)
{
  g_autoptr (JsonNode) problem = bh_problem_to_json (error);
  guint status = error->domain == BH_ERROR ? bh_error_status ((BhError) error->code) : 500;
  char *text = bh_json_to_text (problem);

  if (status >= 500)
    g_message ("%s %s: %s", soup_server_message_get_method (self->message),
               g_uri_get_path (soup_server_message_get_uri (self->message)), error->message);
  if (status == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_replace (soup_server_message_get_response_headers (self->message),
                                  "WWW-Authenticate", "Bearer realm=\"bellhop\"");
  bh_request_respond_text (self, status, "application/problem+json", text, strlen (text));
}

struct _BhResponseStream
{
  SoupServerMessage *message;
  gsize waiting; /* bytes given to libsoup and not yet on the socket */
  gsize wanted;
  DexPromise *drained;
  DexPromise *closed;
  gboolean gone;
};

static void
stream_check_drained (BhResponseStream *self)
{
  if (self->drained != NULL && (self->gone || self->waiting <= self->wanted))
    {
      g_autoptr (DexPromise) drained = g_steal_pointer (&self->drained);

      dex_promise_resolve_boolean (drained, TRUE);
    }
}

static void
on_wrote_body_data (BhResponseStream *self, guint size)
{
  self->waiting -= MIN (self->waiting, size);
  stream_check_drained (self);
}

static void
on_finished (BhResponseStream *self)
{
  if (self->gone)
    return;
  self->gone = TRUE;
  dex_promise_resolve_boolean (self->closed, TRUE);
  stream_check_drained (self);
}

BhResponseStream *
bh_response_stream_new (BhRequest *request, guint status, const char *type, gint64 length)
{
  BhResponseStream *self = g_new0 (BhResponseStream, 1);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

  self->message = g_object_ref (request->message);
  self->closed = dex_promise_new ();
  soup_server_message_set_status (self->message, status, NULL);
  soup_message_headers_set_content_type (headers, type, NULL);
  if (length >= 0)
    soup_message_headers_set_content_length (headers, length);
  else
    soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (self->message), FALSE);
  g_signal_connect_swapped (self->message, "wrote-body-data", G_CALLBACK (on_wrote_body_data), self);
  g_signal_connect_swapped (self->message, "finished", G_CALLBACK (on_finished), self);
  g_signal_connect_swapped (self->message, "disconnected", G_CALLBACK (on_finished), self);
  soup_server_message_unpause (self->message);
  return self;
}

void
bh_response_stream_free (BhResponseStream *self)
{
  g_signal_handlers_disconnect_by_data (self->message, self);
  bh_response_stream_end (self);
  dex_clear (&self->drained);
  dex_clear (&self->closed);
  g_clear_object (&self->message);
  g_free (self);
}

void
bh_response_stream_write (BhResponseStream *self, GBytes *bytes)
{
  if (self->gone || g_bytes_get_size (bytes) == 0)
    return;
  self->waiting += g_bytes_get_size (bytes);
  soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), bytes);
  soup_server_message_unpause (self->message);
}

DexFuture *
bh_response_stream_drained (BhResponseStream *self, gsize bytes)
{
  if (self->gone || self->waiting <= bytes)
    return dex_future_new_for_boolean (TRUE);
  self->wanted = bytes;
  dex_clear (&self->drained);
  self->drained = dex_promise_new ();
  return DEX_FUTURE (dex_ref (self->drained));
}

DexFuture *
bh_response_stream_closed (BhResponseStream *self)
{
  return DEX_FUTURE (dex_ref (self->closed));
}

gboolean
bh_response_stream_is_closed (BhResponseStream *self)
{
  return self->gone;
}

void
bh_response_stream_end (BhResponseStream *self)
{
  if (self->gone)
    return;
  self->gone = TRUE;
  soup_message_body_complete (soup_server_message_get_response_body (self->message));
  soup_server_message_unpause (self->message);
}

typedef struct
{
  DexPromise *promise;
  guint64 largest_message;
  gboolean switched;
} Upgrade;

static void
upgrade_free (gpointer data, GClosure *closure)
{
  Upgrade *upgrade = data;

  if (dex_future_is_pending (DEX_FUTURE (upgrade->promise)))
    dex_promise_reject (upgrade->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The client has gone"));
  dex_unref (upgrade->promise);
  g_free (upgrade);
}

/* The 101 is on the wire: from here on the connection speaks WebSocket. */
static void
on_switched (SoupServerMessage *message, Upgrade *upgrade)
{
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  GUri *uri = soup_server_message_get_uri (message);

  if (soup_server_message_get_status (message) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    return;
  /* taking the connection finishes the message */
  upgrade->switched = TRUE;
  stream = soup_server_message_steal_connection (message);
  connection =
      soup_websocket_connection_new (stream, uri, SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, NULL, NULL);
  soup_websocket_connection_set_max_incoming_payload_size (connection, upgrade->largest_message);
  soup_websocket_connection_set_keepalive_interval (connection, 15);
  dex_promise_resolve_object (upgrade->promise, g_steal_pointer (&connection));
}

/* It went before the 101 was written: nobody else would tell who waits. */
static void
on_upgrade_lost (SoupServerMessage *message, Upgrade *upgrade)
{
  if (!upgrade->switched && dex_future_is_pending (DEX_FUTURE (upgrade->promise)))
    dex_promise_reject (upgrade->promise, g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The client has gone"));
}

DexFuture *
bh_request_websocket (BhRequest *self, guint64 largest_message)
{
  g_autoptr (GError) error = NULL;
  Upgrade *upgrade;
  DexFuture *future;

  if (!soup_websocket_server_check_handshake (self->message, NULL, NULL, NULL, &error))
    return dex_future_new_for_error (bh_error_new (BH_ERROR_INVALID_FIELD, NULL,
                                                   "This path takes WebSocket connections only: %s",
                                                   error->message));
  upgrade = g_new0 (Upgrade, 1);
  upgrade->promise = dex_promise_new ();
  upgrade->largest_message = largest_message;
  future = DEX_FUTURE (dex_ref (upgrade->promise));
  g_signal_connect_data (self->message, "wrote-informational", G_CALLBACK (on_switched), upgrade,
                         upgrade_free, 0);
  g_signal_connect (self->message, "finished", G_CALLBACK (on_upgrade_lost), upgrade);
  g_signal_connect (self->message, "disconnected", G_CALLBACK (on_upgrade_lost), upgrade);
  soup_websocket_server_process_handshake (self->message, NULL, NULL, NULL, NULL);
  soup_server_message_unpause (self->message);
  return future;
}

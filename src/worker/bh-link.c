/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-link.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>

#include "protocol/bh-error.h"
#include "wire/wire.h"

/* Smaller records are gathered into messages of this size. */
#define BATCH_MAX (64 * 1024)
/* handle, header and payload; texts are no larger */
#define LARGEST_MESSAGE (4 + BH_WIRE_HEADER_SIZE + BH_WIRE_MAX_PAYLOAD)
#define FULL_BYTES (4 * 1024 * 1024)
#define PRIORITY_SETTLE (G_PRIORITY_DEFAULT + 10)
/* tests have less patience */
#define CONNECT_SECONDS 30
#define CONNECT_VARIABLE "BELLHOP_CONNECT_SECONDS"
#define REGISTER_MS 20000
#define KEEPALIVE_S 20

struct _BhLink
{
  GObject parent_instance;

  char *uri;         /* of the WebSocket */
  char *socket_path; /* NULL: a TCP address */
  char *token;
  char *fingerprint;

  SoupSession *session;
  SoupWebsocketConnection *connection; /* NULL while there is none */
  DexPromise *closed;                  /* of this connection; rejects */
  BhRpc *rpc;
  gboolean registered;
  char *last_trouble; /* told once, not at every retry */

  GByteArray *batch; /* small records that go as one message */
  guint batch_source;
  gsize unsettled; /* bytes sent since the queue was last known to be empty */
  GSource *settle;
};

enum
{
  REGISTERED,
  LOST,
  FRAME,
  DRAINED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BhLink, bh_link, G_TYPE_OBJECT)

guint
bh_link_backoff_ms (guint retry, gboolean local)
{
  if (local)
    return MIN (100u << MIN (retry, 10), 2000);
  return MIN (1000u << MIN (retry, 10), 30000);
}

BhRpc *
bh_link_get_rpc (BhLink *self)
{
  g_return_val_if_fail (BH_IS_LINK (self), NULL);
  return self->rpc;
}

gboolean
bh_link_is_registered (BhLink *self)
{
  g_return_val_if_fail (BH_IS_LINK (self), FALSE);
  return self->registered;
}

gboolean
bh_link_is_full (BhLink *self)
{
  g_return_val_if_fail (BH_IS_LINK (self), FALSE);
  return self->unsettled >= FULL_BYTES;
}

static gboolean on_settle (GObject *stream, gpointer data);
static gboolean on_idle_settle (gpointer data);

/* libsoup does not say how much it still has to write. But it writes from a source of default priority that
 * is ready whenever there is something to write and the socket takes it. So when a source of lower priority
 * runs while the socket takes more, there is nothing left. */
static void
watch_settling (BhLink *self, gboolean blocked)
{
  GIOStream *io = soup_websocket_connection_get_io_stream (self->connection);
  GOutputStream *out = g_io_stream_get_output_stream (io);

  if (self->settle != NULL)
    return;
  if (blocked)
    {
      self->settle = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (out), NULL);
      g_source_set_callback (self->settle, G_SOURCE_FUNC (on_settle), self, NULL);
    }
  else
    {
      self->settle = g_idle_source_new ();
      g_source_set_callback (self->settle, on_idle_settle, self, NULL);
    }
  g_source_set_priority (self->settle, PRIORITY_SETTLE);
  g_source_attach (self->settle, NULL);
}

static void
forget_settling (BhLink *self)
{
  if (self->settle != NULL)
    g_source_destroy (self->settle);
  g_clear_pointer (&self->settle, g_source_unref);
}

static gboolean
on_idle_settle (gpointer data)
{
  BhLink *self = data;
  GOutputStream *out =
      g_io_stream_get_output_stream (soup_websocket_connection_get_io_stream (self->connection));
  gboolean writable = g_pollable_output_stream_is_writable (G_POLLABLE_OUTPUT_STREAM (out));

  forget_settling (self);
  if (!writable)
    {
      watch_settling (self, TRUE);
      return G_SOURCE_REMOVE;
    }
  self->unsettled = 0;
  g_signal_emit (self, signals[DRAINED], 0);
  return G_SOURCE_REMOVE;
}

static gboolean
on_settle (GObject *stream, gpointer data)
{
  return on_idle_settle (data);
}

static gboolean
is_open (BhLink *self)
{
  return self->connection != NULL &&
         soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

static void
send_binary (BhLink *self, const void *bytes, gsize length)
{
  soup_websocket_connection_send_binary (self->connection, bytes, length);
  self->unsettled += length;
  watch_settling (self, FALSE);
}

/* Records of many boxes that were ready at once go as one message: one write and one wake-up instead of many.
 */
static void
send_batch (BhLink *self)
{
  if (self->batch->len > 0 && is_open (self))
    send_binary (self, self->batch->data, self->batch->len);
  g_byte_array_set_size (self->batch, 0);
}

static gboolean
on_batch (gpointer data)
{
  BhLink *self = data;

  self->batch_source = 0;
  send_batch (self);
  return G_SOURCE_REMOVE;
}

void
bh_link_send (BhLink *self, const void *bytes, gsize length)
{
  g_return_if_fail (BH_IS_LINK (self));
  if (!is_open (self))
    return;
  if (self->batch->len + length > BATCH_MAX)
    send_batch (self);
  if (length > BATCH_MAX)
    send_binary (self, bytes, length);
  else
    {
      g_byte_array_append (self->batch, bytes, (guint) length);
      if (self->batch_source == 0)
        self->batch_source = g_idle_add_full (BH_LINK_PRIORITY_RELAY, on_batch, self, NULL);
    }
}

static void
send_text (const char *text, gsize length, gpointer data)
{
  BhLink *self = data;

  /* what was relayed before it was said before */
  send_batch (self);
  if (is_open (self))
    soup_websocket_connection_send_text (self->connection, text);
}

static void
on_message (SoupWebsocketConnection *connection, int type, GBytes *message, BhLink *self)
{
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    bh_rpc_receive (self->rpc, text, length);
  else
    g_signal_emit (self, signals[FRAME], 0, message);
}

static void
on_closed (SoupWebsocketConnection *connection, BhLink *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->closed)))
    dex_promise_reject (self->closed,
                        bh_error_new (BH_ERROR_UNREACHABLE, NULL, "The coordinator closed the connection"));
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  SoupWebsocketConnection *connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (connection != NULL)
    dex_promise_resolve_object (promise, connection);
  else
    dex_promise_reject (promise, error);
}

static gboolean
on_accept_certificate (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       BhLink *self)
{
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *sum = NULL;

  if (self->fingerprint == NULL)
    return FALSE;
  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  return g_ascii_strcasecmp (sum, self->fingerprint) == 0;
}

static DexFuture *
open_connection (BhLink *self, GCancellable *cancellable)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, self->uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  if (self->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->token, NULL);
      soup_message_headers_replace (headers, "Authorization", bearer);
    }
  g_signal_connect (message, "accept-certificate", G_CALLBACK (on_accept_certificate), self);
  soup_session_websocket_connect_async (self->session, message, NULL, NULL, G_PRIORITY_DEFAULT, cancellable,
                                        on_connected, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static void
adopt (BhLink *self, SoupWebsocketConnection *connection)
{
  self->connection = g_object_ref (connection);
  self->closed = dex_promise_new ();
  soup_websocket_connection_set_max_incoming_payload_size (connection, LARGEST_MESSAGE);
  /* over a Unix socket the kernel tells when the other end is gone */
  if (self->socket_path == NULL)
    {
      soup_websocket_connection_set_keepalive_interval (connection, KEEPALIVE_S);
      soup_websocket_connection_set_keepalive_pong_timeout (connection, KEEPALIVE_S);
    }
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
}

static void
let_go (BhLink *self)
{
  g_autoptr (GError) reason =
      bh_error_new (BH_ERROR_UNREACHABLE, NULL, "The connection to the coordinator was lost");
  gboolean was_registered = self->registered;

  if (self->connection == NULL)
    return;
  self->registered = FALSE;
  forget_settling (self);
  self->unsettled = 0;
  /* the coordinator asks anew for what it did not get */
  g_clear_handle_id (&self->batch_source, g_source_remove);
  g_byte_array_set_size (self->batch, 0);
  g_signal_handlers_disconnect_by_data (self->connection, self);
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
  g_clear_object (&self->connection);
  dex_clear (&self->closed);
  bh_rpc_reset (self->rpc, reason);
  if (was_registered)
    g_signal_emit (self, signals[LOST], 0);
}

/* Once for each trouble: a coordinator that is away for a day is no reason for a line every two seconds. */
static void
tell (BhLink *self, const GError *error)
{
  if (g_strcmp0 (self->last_trouble, error->message) == 0)
    return;
  g_free (self->last_trouble);
  self->last_trouble = g_strdup (error->message);
  g_message ("Not connected to the coordinator at %s, trying on: %s",
             self->socket_path != NULL ? self->socket_path : self->uri, error->message);
}

typedef struct
{
  BhLink *self;
  BhLinkIntroduce introduce;
  gpointer data;
} Run;

static void
run_free (Run *run)
{
  g_clear_object (&run->self);
  g_free (run);
}

static int
connect_ms (void)
{
  const char *text = g_getenv (CONNECT_VARIABLE);
  gint64 seconds;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 1, CONNECT_SECONDS, &seconds, NULL))
    seconds = CONNECT_SECONDS;
  return (int) seconds * 1000;
}

/* One life of the connection, up to being registered. */
static gboolean
connect_once (Run *run, GError **error)
{
  BhLink *self = run->self;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autoptr (JsonNode) answer = NULL;

  /* One that takes the connection and never answers is as good as none. To cancel it is safe here, other than
   * what client/bh-soup-dex.c tells of: libsoup reads the answer of a WebSocket in another way than that of a
   * message that is sent. It has to be: of connections that wait, libsoup has two at most. */
  connection = dex_await_object (dex_future_first (open_connection (self, cancellable),
                                                   dex_timeout_new_msec (connect_ms ()), NULL),
                                 error);
  if (connection == NULL)
    {
      g_cancellable_cancel (cancellable);
      return FALSE;
    }
  adopt (self, connection);
  answer =
      dex_await_boxed (dex_future_first (bh_rpc_call (self->rpc, "worker.register",
                                                      run->introduce (run->data)),
                                         dex_ref (self->closed), dex_timeout_new_msec (REGISTER_MS), NULL),
                       error);
  if (answer == NULL)
    return FALSE;
  self->registered = TRUE;
  g_clear_pointer (&self->last_trouble, g_free);
  return TRUE;
}

/* What only a person can mend when it is the first answer. Later it passes: the coordinator may not have
 * noticed yet that our last connection is dead, or is being upgraded. */
static gboolean
is_refusal (const GError *error)
{
  return g_error_matches (error, BH_ERROR, BH_ERROR_VERSION_MISMATCH) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_NAME_TAKEN);
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  BhLink *self = run->self;
  gboolean was_registered = FALSE;

  for (guint retry = 0;; retry++)
    {
      g_autoptr (GError) error = NULL;
      guint wait_ms;

      if (connect_once (run, &error))
        {
          retry = 0;
          was_registered = TRUE;
          g_message ("Connected to the coordinator at %s",
                     self->socket_path != NULL ? self->socket_path : self->uri);
          g_signal_emit (self, signals[REGISTERED], 0);
          dex_await (dex_ref (self->closed), &error);
        }
      let_go (self);
      if (!was_registered && is_refusal (error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      tell (self, error);
      wait_ms = bh_link_backoff_ms (retry, self->socket_path != NULL);
      /* jitter, so that the workers of a coordinator that restarts do not all come at once */
      dex_await (dex_timeout_new_msec (
                     (int) (wait_ms / 2 + (guint) g_random_int_range (0, (gint32) wait_ms / 2 + 1))),
                 NULL);
    }
}

DexFuture *
bh_link_run (BhLink *self, BhLinkIntroduce introduce, gpointer data)
{
  Run *run;

  dex_return_error_if_fail (BH_IS_LINK (self));
  run = g_new0 (Run, 1);
  run->self = g_object_ref (self);
  run->introduce = introduce;
  run->data = data;
  return dex_scheduler_spawn (NULL, 0, run_fiber, run, (GDestroyNotify) run_free);
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_str_equal (host, "localhost") || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* The WebSocket's address, or NULL. */
static char *
make_uri (const char *coordinator, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (coordinator, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  gboolean tls = g_str_equal (scheme, "https") || g_str_equal (scheme, "wss");
  g_autofree char *path = NULL;

  if (host == NULL || *host == '\0' || (!tls && !g_str_equal (scheme, "http") && !g_str_equal (scheme, "ws")))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "coordinator",
                    "“%s” is no address of a coordinator. Give unix:PATH or https://HOST:PORT", coordinator);
      return NULL;
    }
  if (!tls && !is_loopback (host))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "coordinator",
                    "“%s” would send the token and everything else in the clear. Use https://", coordinator);
      return NULL;
    }
  path = g_strconcat (g_uri_get_path (uri), g_str_has_suffix (g_uri_get_path (uri), "/") ? "" : "/",
                      "v1/worker", NULL);
  return g_uri_join (SOUP_HTTP_URI_FLAGS, tls ? "wss" : "ws", NULL, host, g_uri_get_port (uri), path, NULL,
                     NULL);
}

static gboolean
set_coordinator (BhLink *self, const char *coordinator, GError **error)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (!g_str_has_prefix (coordinator, "unix:"))
    {
      self->uri = make_uri (coordinator, error);
      self->session = soup_session_new ();
      return self->uri != NULL;
    }
  self->socket_path = g_strdup (coordinator + strlen ("unix:"));
  if (!g_path_is_absolute (self->socket_path) || strlen (self->socket_path) > 107)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "coordinator",
                    "The path in “%s” must be absolute and at most 107 bytes long", coordinator);
      return FALSE;
    }
  address = g_unix_socket_address_new (self->socket_path);
  self->uri = g_strdup ("ws://localhost/v1/worker");
  self->session =
      g_object_new (SOUP_TYPE_SESSION, "remote-connectable", address, "proxy-resolver", NULL, NULL);
  return TRUE;
}

static void
bh_link_finalize (GObject *object)
{
  BhLink *self = BH_LINK (object);

  let_go (self);
  g_free (self->uri);
  g_free (self->socket_path);
  g_free (self->token);
  g_free (self->fingerprint);
  g_free (self->last_trouble);
  g_clear_object (&self->session);
  g_clear_object (&self->rpc);
  g_byte_array_unref (self->batch);
  G_OBJECT_CLASS (bh_link_parent_class)->finalize (object);
}

static void
bh_link_class_init (BhLinkClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = bh_link_finalize;
  signals[REGISTERED] =
      g_signal_new ("registered", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[LOST] = g_signal_new ("lost", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FRAME] =
      g_signal_new ("frame", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BYTES);
  signals[DRAINED] = g_signal_new ("drained", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
bh_link_init (BhLink *self)
{
  self->rpc = bh_rpc_new (send_text, self);
  self->batch = g_byte_array_new ();
}

BhLink *
bh_link_new (const char *coordinator, const char *token, const char *fingerprint, GError **error)
{
  g_autoptr (BhLink) self = g_object_new (BH_TYPE_LINK, NULL);

  self->token = g_strdup (token);
  self->fingerprint = g_strdup (fingerprint);
  return set_coordinator (self, coordinator, error) ? g_steal_pointer (&self) : NULL;
}

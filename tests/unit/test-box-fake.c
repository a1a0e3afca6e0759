/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-box-fake.h"

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *connection,
              gpointer user_data)
{
  Fake *self = user_data;

  bh_workers_accept (self->workers, connection, FALSE);
}

Fake *
fake_new (void)
{
  g_autoptr (GError) error = NULL;
  Fake *self = g_new0 (Fake, 1);
  GSList *uris;

  self->workers = bh_workers_new ();
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_websocket_handler (self->server, "/v1/worker", NULL, NULL, on_websocket, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->uri = g_strdup_printf ("ws://127.0.0.1:%d/v1/worker", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->session = soup_session_new ();
  return self;
}

void
fake_free (Fake *self)
{
  g_clear_object (&self->workers);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_clear_object (&self->session);
  g_free (self->uri);
  g_free (self);
}

gboolean
fake_is_online (Fake *self, const char *worker)
{
  g_autoptr (BhWorkerInfo) info = bh_workers_lookup (self->workers, worker);

  return info != NULL && info->online;
}

static void
resolve (DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

void
fake_await_offline (Fake *self, const char *worker)
{
  while (fake_is_online (self, worker))
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DexPromise) changed = dex_promise_new ();
      gulong handler = g_signal_connect_swapped (self->workers, "changed", G_CALLBACK (resolve), changed);

      dex_await (dex_ref (DEX_FUTURE (changed)), &error);
      g_assert_no_error (error);
      g_signal_handler_disconnect (self->workers, handler);
    }
}

static void
wake (Peer *self)
{
  g_autoptr (DexPromise) arrived = g_steal_pointer (&self->arrived);

  if (arrived != NULL)
    dex_promise_resolve_boolean (arrived, TRUE);
}

static void
on_message (SoupWebsocketConnection *ws, int type, GBytes *message, Peer *self)
{
  if (type == SOUP_WEBSOCKET_DATA_BINARY)
    g_queue_push_tail (&self->frames, g_bytes_ref (message));
  else
    {
      g_autoptr (GError) error = NULL;
      JsonNode *node = json_from_string (g_bytes_get_data (message, NULL), &error);

      g_assert_no_error (error);
      g_queue_push_tail (&self->texts, node);
    }
  wake (self);
}

static void
on_closed (SoupWebsocketConnection *ws, Peer *self)
{
  self->closed = TRUE;
  wake (self);
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  DexPromise *promise = user_data;
  SoupWebsocketConnection *ws =
      soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);

  g_assert_no_error (error);
  dex_promise_resolve_object (promise, ws);
  dex_unref (promise);
}

Peer *
peer_new (Fake *fake)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", fake->uri);
  g_autoptr (GError) error = NULL;
  DexPromise *promise = dex_promise_new ();
  Peer *self = g_new0 (Peer, 1);

  g_queue_init (&self->texts);
  g_queue_init (&self->frames);
  soup_session_websocket_connect_async (fake->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL,
                                        on_connected, dex_ref (promise));
  self->ws = dex_await_object (DEX_FUTURE (promise), &error);
  g_assert_no_error (error);
  soup_websocket_connection_set_max_incoming_payload_size (self->ws, BH_FRAME_MAX);
  g_signal_connect (self->ws, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->ws, "closed", G_CALLBACK (on_closed), self);
  return self;
}

void
peer_free (Peer *self)
{
  g_signal_handlers_disconnect_by_data (self->ws, self);
  peer_cut (self);
  g_queue_clear_full (&self->texts, (GDestroyNotify) json_node_unref);
  g_queue_clear_full (&self->frames, (GDestroyNotify) g_bytes_unref);
  g_object_unref (self->ws);
  g_free (self);
}

void
peer_cut (Peer *self)
{
  g_io_stream_close (soup_websocket_connection_get_io_stream (self->ws), NULL, NULL);
}

static void
await_arrival (Peer *self)
{
  g_autoptr (GError) error = NULL;

  if (self->arrived == NULL)
    self->arrived = dex_promise_new ();
  dex_await (dex_ref (DEX_FUTURE (self->arrived)), &error);
  g_assert_no_error (error);
}

void
peer_await_closed (Peer *self)
{
  while (!self->closed)
    await_arrival (self);
}

void
peer_say (Peer *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  soup_websocket_connection_send_text (self->ws, text);
}

JsonNode *
peer_hear (Peer *self)
{
  while (g_queue_is_empty (&self->texts))
    {
      g_assert_false (self->closed);
      await_arrival (self);
    }
  return g_queue_pop_head (&self->texts);
}

JsonNode *
peer_expect (Peer *self, const char *method, JsonObject **params)
{
  JsonNode *node = peer_hear (self);
  JsonObject *object = json_node_get_object (node);

  g_assert_cmpstr (json_object_get_string_member_with_default (object, "method", NULL), ==, method);
  if (params != NULL)
    *params = json_object_get_object_member (object, "params");
  return node;
}

void
peer_answer (Peer *self, JsonNode *request, const char *result)
{
  peer_say (self, "{\"jsonrpc\":\"2.0\",\"id\":%" G_GINT64_FORMAT ",\"result\":%s}",
            json_object_get_int_member (json_node_get_object (request), "id"), result);
  json_node_unref (request);
}

void
peer_refuse (Peer *self, JsonNode *request, const char *code, const char *message)
{
  peer_say (self,
            "{\"jsonrpc\":\"2.0\",\"id\":%" G_GINT64_FORMAT
            ",\"error\":{\"code\":-32000,\"message\":\"%s\",\"data\":{\"code\":\"%s\"}}}",
            json_object_get_int_member (json_node_get_object (request), "id"), message, code);
  json_node_unref (request);
}

Peer *
peer_registered (Fake *fake, const char *name, const char *boxes)
{
  Peer *self = peer_new (fake);
  g_autoptr (JsonNode) answer = NULL;

  peer_say (self,
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"worker.register\",\"params\":{\"name\":\"%s\","
            "\"protocol\":1,"
            "\"version\":\"0.1\",\"hostname\":\"box.example\",\"pid\":4711,\"providers\":[\"bubblewrap\"],"
            "\"max_boxes\":8,\"boxes\":%s}}",
            name, boxes);
  answer = peer_hear (self);
  g_assert_true (json_object_has_member (json_node_get_object (answer), "result"));
  return self;
}

void
peer_frame (Peer *self,
            guint32 handle,
            guint8 type,
            guint8 flags,
            guint32 id,
            guint64 offset,
            gconstpointer data,
            gsize length)
{
  struct bh_wire_header header = { (guint32) length, type, flags, id, offset };
  g_autoptr (GBytes) message = bh_frame_encode (handle, &header, data);

  soup_websocket_connection_send_message (self->ws, SOUP_WEBSOCKET_DATA_BINARY, message);
}

BhFrame
peer_expect_frame (Peer *self, guint8 type, GBytes **message)
{
  g_autoptr (GError) error = NULL;
  BhFrame frame;

  while (g_queue_is_empty (&self->frames))
    {
      g_assert_false (self->closed);
      await_arrival (self);
    }
  g_clear_pointer (message, g_bytes_unref);
  *message = g_queue_pop_head (&self->frames);
  g_assert_true (bh_frame_parse (*message, &frame, &error));
  g_assert_cmpint (frame.header.type, ==, type);
  return frame;
}

/* An unknown method is answered after everything before it was handled. */
void
peer_settle (Peer *self)
{
  GQueue others = G_QUEUE_INIT;
  JsonNode *node;

  peer_say (self, "{\"jsonrpc\":\"2.0\",\"id\":999,\"method\":\"test.settle\"}");
  for (;;)
    {
      JsonObject *object;

      node = peer_hear (self);
      object = json_node_get_object (node);
      if (json_object_has_member (object, "error") && json_object_get_int_member (object, "id") == 999)
        break;
      g_queue_push_tail (&others, node);
    }
  json_node_unref (node);
  while ((node = g_queue_pop_tail (&others)) != NULL)
    g_queue_push_head (&self->texts, node);
}

gboolean
peer_is_quiet (Peer *self)
{
  peer_settle (self);
  return g_queue_is_empty (&self->texts) && g_queue_is_empty (&self->frames);
}

void
peer_serve_box (Peer *self, const char *method, guint32 handle)
{
  g_autofree char *result = g_strdup_printf ("{\"handle\":%u}", handle);
  g_autoptr (GBytes) hello = bh_frame_hello ();
  g_autoptr (GBytes) message = NULL;
  BhFrame frame;

  peer_answer (self, peer_expect (self, method, NULL), result);
  frame = peer_expect_frame (self, BH_WIRE_HELLO, &message);
  g_assert_cmpuint (frame.handle, ==, handle);
  g_assert_cmpuint (frame.header.flags, ==, BH_HELLO_CHANNELS);
  peer_frame (self, handle, BH_WIRE_HELLO, 0, 0, 0, g_bytes_get_data (hello, NULL), g_bytes_get_size (hello));
}

void
peer_spawned (Peer *self, guint32 handle, guint32 id, int errsv, guint64 accepted)
{
  guint8 payload[16];

  bh_wire_put32 (payload, errsv == 0 ? 42 : 0);
  bh_wire_put32 (payload + 4, (guint32) errsv);
  bh_wire_put64 (payload + 8, accepted);
  peer_frame (self, handle, BH_WIRE_SPAWNED, 0, id, 0, payload, sizeof payload);
}

void
peer_data (Peer *self, guint32 handle, guint32 id, guint64 offset, const char *text)
{
  peer_frame (self, handle, BH_WIRE_DATA, BH_STREAM_STDOUT, id, offset, text, strlen (text));
}

void
peer_exited (Peer *self, guint32 handle, guint32 id, int status, int signum)
{
  guint8 payload[8];

  bh_wire_put32 (payload, (guint32) status);
  bh_wire_put32 (payload + 4, (guint32) signum);
  peer_frame (self, handle, BH_WIRE_EXITED, 0, id, 0, payload, sizeof payload);
}

void
peer_error (Peer *self, guint32 handle, guint32 id, guint8 flags, int errsv, guint8 type, const char *text)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  guint8 fixed[5];

  bh_wire_put32 (fixed, (guint32) errsv);
  fixed[4] = type;
  g_byte_array_append (payload, fixed, sizeof fixed);
  g_byte_array_append (payload, (const guint8 *) text, (guint) strlen (text));
  peer_frame (self, handle, BH_WIRE_ERROR, flags, id, 0, payload->data, payload->len);
}

typedef struct
{
  void (*body) (Fake *fake);
  Fake *fake;
  GMainLoop *loop;
} Run;

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;

  run->body (run->fake);
  g_main_loop_quit (run->loop);
  return dex_future_new_true ();
}

void
fake_run (void (*body) (Fake *fake))
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run run = { body, fake, loop };
  g_autoptr (DexFuture) fiber = dex_scheduler_spawn (NULL, 1024 * 1024, run_fiber, &run, NULL);

  g_main_loop_run (loop);
  g_assert_false (dex_future_is_rejected (fiber));
}

void
fake_test (gconstpointer body)
{
  fake_run ((void (*) (Fake *)) body);
}

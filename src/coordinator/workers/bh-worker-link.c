/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-worker-link.h"

#include "config.h"
#include "coordinator/workers/bh-box-frames.h"
#include "coordinator/workers/bh-box-private.h"
#include "coordinator/workers/bh-registration.h"
#include "coordinator/workers/bh-rpc.h"

#define KEEPALIVE_S 15
#define UNJOINED_MAX 4096

struct _BhWorkerLink
{
  GObject parent_instance;

  const BhWorkerLinkHandlers *handlers;
  gpointer user_data;

  SoupWebsocketConnection *connection;
  BhRpc *rpc;
  GHashTable *boxes_by_handle; /* guint32 -> BhBox */
  GHashTable *dead_handles;    /* closed before they were joined */
  GHashTable *early_hellos;    /* handle -> GBytes: a box's HELLO that came before it was joined */
  BhRegistration worker;
  gboolean registering, registered, closed;
  guint timer;
  guint silence_ms;
  gint64 heard_at;
};

G_DEFINE_FINAL_TYPE (BhWorkerLink, bh_worker_link, G_TYPE_OBJECT)

static void
bh_worker_link_dispose (GObject *object)
{
  BhWorkerLink *self = BH_WORKER_LINK (object);

  bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "The coordinator is shutting down.");
  G_OBJECT_CLASS (bh_worker_link_parent_class)->dispose (object);
}

static void
bh_worker_link_finalize (GObject *object)
{
  BhWorkerLink *self = BH_WORKER_LINK (object);

  g_clear_object (&self->rpc);
  g_clear_pointer (&self->boxes_by_handle, g_hash_table_unref);
  g_clear_pointer (&self->dead_handles, g_hash_table_unref);
  g_clear_pointer (&self->early_hellos, g_hash_table_unref);
  bh_registration_clear (&self->worker);
  G_OBJECT_CLASS (bh_worker_link_parent_class)->finalize (object);
}

static void
bh_worker_link_class_init (BhWorkerLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_worker_link_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_worker_link_finalize;
}

static void
bh_worker_link_init (BhWorkerLink *self)
{
  self->boxes_by_handle = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->dead_handles = g_hash_table_new (NULL, NULL);
  self->early_hellos = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_bytes_unref);
}

gboolean
bh_worker_link_is_open (BhWorkerLink *self)
{
  return self->registered && !self->closed;
}

BhWorkerInfo *
bh_worker_link_get_info (BhWorkerLink *self)
{
  return self->worker.info;
}

guint64
bh_worker_link_get_pid (BhWorkerLink *self)
{
  return self->worker.pid;
}

GPtrArray *
bh_worker_link_get_boxes (BhWorkerLink *self)
{
  return self->worker.boxes;
}

DexFuture *
bh_worker_link_call (BhWorkerLink *self, const char *method, JsonNode *params, guint timeout_ms)
{
  return bh_rpc_call (self->rpc, method, params, timeout_ms);
}

static JsonNode *
handle_register (BhWorkerLink *self, JsonObject *params, GError **error)
{
  JsonNode *node;
  JsonObject *result;

  if (self->registering)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, NULL, "This connection has registered already.");
      return NULL;
    }
  if (!bh_registration_read (&self->worker, params, error))
    return NULL;
  if (!self->handlers->admit (self, self->user_data, error))
    return NULL;
  self->registering = TRUE;
  result = json_object_new ();
  json_object_set_string_member (result, "coordinator", BH_VERSION);
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, result);
  return node;
}

static void
handle_heartbeat (BhWorkerLink *self, JsonObject *params)
{
  BhWorkerInfo *info = bh_worker_info_copy (self->worker.info);

  info->cpu_load = CLAMP (bh_rpc_get_double (params, "cpu_load", info->cpu_load), 0.0, 1.0);
  info->memory_total = bh_rpc_get_uint (params, "memory_total", info->memory_total);
  info->memory_available = bh_rpc_get_uint (params, "memory_available", info->memory_available);
  info->disk_total = bh_rpc_get_uint (params, "disk_total", info->disk_total);
  info->disk_available = bh_rpc_get_uint (params, "disk_available", info->disk_available);
  info->boxes = (guint) MIN (bh_rpc_get_uint (params, "boxes", info->boxes), G_MAXUINT);
  info->last_seen_at = g_get_real_time ();
  bh_worker_info_unref (self->worker.info);
  self->worker.info = info;
  self->handlers->heartbeat (self, self->user_data);
}

/* Tells the box and the owner that this handle is dead. */
static void
box_closed (BhWorkerLink *self, guint32 handle)
{
  gpointer box = NULL;
  g_autoptr (BhBox) owned = NULL;

  if (!g_hash_table_steal_extended (self->boxes_by_handle, GUINT_TO_POINTER (handle), NULL, &box))
    return;
  owned = box;
  bh_box_disconnect (owned);
  self->handlers->box_closed (self, owned, self->user_data);
}

/* It may come before the fiber that asked for the handle has resumed and joined it. */
static void
handle_box_closed (BhWorkerLink *self, guint32 handle)
{
  g_hash_table_remove (self->early_hellos, GUINT_TO_POINTER (handle));
  if (g_hash_table_contains (self->boxes_by_handle, GUINT_TO_POINTER (handle)))
    box_closed (self, handle);
  else if (g_hash_table_size (self->dead_handles) < UNJOINED_MAX)
    g_hash_table_add (self->dead_handles, GUINT_TO_POINTER (handle));
}

static void
handle_box_gone (BhWorkerLink *self, JsonObject *params)
{
  const char *id = bh_rpc_get_string (params, "id");
  const char *reason = bh_rpc_get_string (params, "reason");

  if (id != NULL)
    self->handlers->box_gone (self, id, reason != NULL ? reason : "The DevBox has ended.", self->user_data);
}

static JsonNode *
on_rpc_handle (const char *method, JsonObject *params, gpointer user_data, GError **error)
{
  BhWorkerLink *self = user_data;
  gboolean is_register = g_str_equal (method, "worker.register");

  if (is_register)
    return handle_register (self, params, error);
  if (!self->registered)
    bh_set_error (error, BH_ERROR_UNAUTHORIZED, NULL,
                  "The first message of a worker must be worker.register.");
  else if (g_str_equal (method, "worker.heartbeat"))
    handle_heartbeat (self, params);
  else if (g_str_equal (method, "box.closed"))
    handle_box_closed (self, (guint32) bh_rpc_get_uint (params, "handle", 0));
  else if (g_str_equal (method, "box.gone"))
    handle_box_gone (self, params);
  else
    bh_set_error (error, BH_ERROR_NOT_FOUND, NULL, "There is no method %s.", method);
  return NULL;
}

static void
on_rpc_send (const char *text, gpointer user_data)
{
  BhWorkerLink *self = user_data;

  if (self->connection != NULL &&
      soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->connection, text);
}

static const BhRpcHandlers rpc_handlers = { on_rpc_send, on_rpc_handle };

void
bh_worker_link_send (BhWorkerLink *self,
                     guint32 handle,
                     const struct bh_wire_header *header,
                     gconstpointer payload)
{
  g_autoptr (GBytes) message = NULL;

  if (self->closed || soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  message = bh_frame_encode (handle, header, payload);
  soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_BINARY, message);
}

void
bh_worker_link_leave (BhWorkerLink *self, guint32 handle)
{
  JsonNode *node;
  JsonObject *params;

  if (!bh_worker_link_is_open (self))
    return;
  node = json_node_new (JSON_NODE_OBJECT);
  params = json_object_new ();
  json_object_set_int_member (params, "handle", handle);
  json_node_take_object (node, params);
  g_hash_table_remove (self->early_hellos, GUINT_TO_POINTER (handle));
  dex_future_disown (bh_rpc_call (self->rpc, "box.disconnect", node, 30 * 1000));
}

void
bh_worker_link_drop (BhWorkerLink *self, guint32 handle)
{
  if (g_hash_table_contains (self->boxes_by_handle, GUINT_TO_POINTER (handle)))
    bh_worker_link_leave (self, handle);
  box_closed (self, handle);
}

/* boxd says HELLO by itself, so it may come before the fiber that asked for the handle has resumed and joined
 * it. It says nothing else before it has heard ours, so whatever else has no box is of one that was left a
 * moment ago. */
static void
keep_early_hello (BhWorkerLink *self, const BhFrame *frame)
{
  if (frame->header.type == BH_WIRE_HELLO && frame->header.length == BH_WIRE_HELLO_SIZE &&
      g_hash_table_size (self->early_hellos) < UNJOINED_MAX)
    {
      gsize size;
      gconstpointer data = g_bytes_get_data (frame->message, &size);

      /* a copy: the record may be a small part of a large message */
      g_hash_table_insert (self->early_hellos, GUINT_TO_POINTER (frame->handle), g_bytes_new (data, size));
    }
}

static void
deliver_early_hello (BhWorkerLink *self, guint32 handle, BhBox *box)
{
  gpointer value = NULL;
  g_autoptr (GBytes) message = NULL;
  BhFrame frame;

  g_hash_table_steal_extended (self->early_hellos, GUINT_TO_POINTER (handle), NULL, &value);
  message = value;
  if (message != NULL && bh_frame_parse (message, &frame, NULL) && !bh_box_receive (box, &frame))
    bh_worker_link_drop (self, handle);
}

gboolean
bh_worker_link_join (BhWorkerLink *self, guint32 handle, BhBox *box)
{
  if (!bh_worker_link_is_open (self) || handle == 0)
    return FALSE;
  if (g_hash_table_contains (self->boxes_by_handle, GUINT_TO_POINTER (handle)))
    {
      bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
                            "The worker gave one handle to two boxes.");
      return FALSE;
    }
  g_hash_table_insert (self->boxes_by_handle, GUINT_TO_POINTER (handle), g_object_ref (box));
  bh_box_connect (box, self, handle);
  if (g_hash_table_remove (self->dead_handles, GUINT_TO_POINTER (handle)))
    box_closed (self, handle);
  else
    deliver_early_hello (self, handle, box);
  return TRUE;
}

/* FALSE when the link had to be closed. */
static gboolean
receive_record (BhWorkerLink *self, GBytes *record)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBox) box = NULL;
  BhFrame frame;

  if (!bh_frame_parse (record, &frame, &error))
    {
      bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error->message);
      return FALSE;
    }
  g_set_object (&box, g_hash_table_lookup (self->boxes_by_handle, GUINT_TO_POINTER (frame.handle)));
  if (box == NULL)
    keep_early_hello (self, &frame);
  else if (!bh_box_receive (box, &frame))
    bh_worker_link_drop (self, frame.handle);
  return !self->closed;
}

/* One message holds one record or, when the worker had much to relay at once, several. */
static void
receive_binary (BhWorkerLink *self, GBytes *message)
{
  gsize size = g_bytes_get_size (message);
  gsize at = 0;

  if (!self->registered)
    {
      bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
                            "The first message must be worker.register.");
      return;
    }
  do
    {
      gsize length = bh_frame_record_length (message, at);
      g_autoptr (GBytes) record = g_bytes_new_from_bytes (message, at, length);

      if (!receive_record (self, record))
        return;
      at += length;
    }
  while (at < size);
}

static gboolean on_silence (gpointer user_data);

static void
receive_text (BhWorkerLink *self, GBytes *message)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (message, &length);

  if (!bh_rpc_receive (self->rpc, text, length, &error))
    {
      bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, error->message);
      return;
    }
  if (self->closed || self->registered)
    return;
  if (!self->registering)
    {
      bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "The worker has not registered.");
      return;
    }
  self->registered = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (self->silence_ms, on_silence, self);
  self->handlers->registered (self, self->user_data);
}

static void
on_message (SoupWebsocketConnection *connection, int type, GBytes *message, BhWorkerLink *self)
{
  g_autoptr (BhWorkerLink) alive = g_object_ref (self);

  self->heard_at = g_get_monotonic_time ();
  if (type == SOUP_WEBSOCKET_DATA_BINARY)
    receive_binary (self, message);
  else
    receive_text (self, message);
}

static void
on_error (SoupWebsocketConnection *connection, GError *error, BhWorkerLink *self)
{
  g_debug ("worker %s: %s", self->worker.info != NULL ? self->worker.info->name : "(new)", error->message);
}

static void
on_closed (SoupWebsocketConnection *connection, BhWorkerLink *self)
{
  const char *why = soup_websocket_connection_get_close_data (connection);

  bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_NO_STATUS, why != NULL ? why : "The connection was lost.");
}

static gboolean
on_register_timeout (gpointer user_data)
{
  BhWorkerLink *self = user_data;

  self->timer = 0;
  bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "The worker did not register in time.");
  return G_SOURCE_REMOVE;
}

/* Every message counts as a sign of life, so the timer is only set again when it goes off. */
static gboolean
on_silence (gpointer user_data)
{
  BhWorkerLink *self = user_data;
  gint64 silent_ms = (g_get_monotonic_time () - self->heard_at) / 1000;

  self->timer = 0;
  if (silent_ms >= self->silence_ms)
    bh_worker_link_close (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "The worker has fallen silent.");
  else
    self->timer = g_timeout_add (self->silence_ms - (guint) silent_ms, on_silence, self);
  return G_SOURCE_REMOVE;
}

BhWorkerLink *
bh_worker_link_new (SoupWebsocketConnection *connection,
                    gboolean local,
                    guint register_ms,
                    guint silence_ms,
                    const BhWorkerLinkHandlers *handlers,
                    gpointer user_data)
{
  BhWorkerLink *self = g_object_new (BH_TYPE_WORKER_LINK, NULL);

  self->connection = g_object_ref (connection);
  self->handlers = handlers;
  self->user_data = user_data;
  self->silence_ms = silence_ms;
  self->rpc = bh_rpc_new (&rpc_handlers, self);
  self->heard_at = g_get_monotonic_time ();
  self->timer = g_timeout_add (register_ms, on_register_timeout, self);
  soup_websocket_connection_set_max_incoming_payload_size (connection, BH_FRAME_MAX);
  if (!local)
    {
      soup_websocket_connection_set_keepalive_interval (connection, KEEPALIVE_S);
      soup_websocket_connection_set_keepalive_pong_timeout (connection, KEEPALIVE_S);
    }
  g_signal_connect (connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (connection, "error", G_CALLBACK (on_error), self);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), self);
  return self;
}

static void
on_lingering_closed (SoupWebsocketConnection *connection, gpointer user_data)
{
  g_signal_handlers_disconnect_by_func (connection, on_lingering_closed, user_data);
  g_object_unref (connection);
}

/* The connection lives on by itself until what was queued is sent and the other side has agreed; libsoup
 * bounds that time. */
static void
let_go (SoupWebsocketConnection *connection, gushort code, const char *reason)
{
  g_autofree char *text = NULL;

  if (soup_websocket_connection_get_state (connection) != SOUP_WEBSOCKET_STATE_CLOSED)
    g_signal_connect (connection, "closed", G_CALLBACK (on_lingering_closed), NULL);
  else
    {
      g_object_unref (connection);
      return;
    }
  /* a close frame holds at most 123 bytes of reason */
  text = g_utf8_substring (reason, 0, MIN (g_utf8_strlen (reason, -1), 30));
  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (connection, code, strlen (reason) <= 123 ? reason : text);
}

void
bh_worker_link_close (BhWorkerLink *self, gushort code, const char *reason)
{
  g_autoptr (BhWorkerLink) alive = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) boxes = NULL;
  GHashTableIter iter;
  gpointer box;

  if (self->closed || self->connection == NULL)
    return;
  alive = g_object_ref (self);
  self->closed = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_signal_handlers_disconnect_by_data (self->connection, self);
  let_go (g_steal_pointer (&self->connection), code, reason);
  boxes = g_steal_pointer (&self->boxes_by_handle);
  self->boxes_by_handle = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  g_hash_table_iter_init (&iter, boxes);
  while (g_hash_table_iter_next (&iter, NULL, &box))
    bh_box_disconnect (box);
  self->handlers->closed (self, reason, self->user_data);
  error = bh_error_new (BH_ERROR_WORKER_OFFLINE, NULL, "The connection to worker %s was lost. %s",
                        self->worker.info != NULL ? self->worker.info->name : "(unknown)", reason);
  bh_rpc_close (self->rpc, error);
}

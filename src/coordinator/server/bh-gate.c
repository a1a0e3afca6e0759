/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-gate.h"

#define PATIENCE_S 20
#define BACKLOG 128

struct _BhGate
{
  GObject parent_instance;

  SoupServer *server;
  GSocketService *service;
  GHashTable *guests;   /* Guest, by its remote address: the object, not its value */
  GPtrArray *addresses; /* char * */
  guint expulsions;
  gboolean full;
};

G_DEFINE_FINAL_TYPE (BhGate, bh_gate, G_TYPE_OBJECT)

/* One connection, as long as it is open: also when it has become a WebSocket. */
typedef struct
{
  gatomicrefcount references; /* the gate's table, and the connection's notice that it goes */
  BhGate *gate;               /* borrowed; NULL when it has gone */
  GWeakRef connection;        /* its last reference may be dropped by another thread */
  GSocketAddress *remote;     /* owned */
  char *name;                 /* (nullable) of the token shown */
  guint timer;
} Guest;

static void
guest_unref (gpointer data)
{
  Guest *guest = data;

  if (!g_atomic_ref_count_dec (&guest->references))
    return;
  g_clear_handle_id (&guest->timer, g_source_remove);
  g_clear_object (&guest->remote);
  g_weak_ref_clear (&guest->connection);
  g_free (guest->name);
  g_free (guest);
}

static gboolean
forget_guest (gpointer data)
{
  Guest *guest = data;
  BhGate *gate = guest->gate;

  g_clear_handle_id (&guest->timer, g_source_remove);
  if (gate != NULL)
    {
      g_hash_table_remove (gate->guests, guest->remote);
      if (g_hash_table_size (gate->guests) < BH_GATE_MAX / 2)
        gate->full = FALSE;
    }
  return G_SOURCE_REMOVE;
}

/* The last to let go may be the thread of a TLS handshake that failed. */
static void
on_connection_gone (gpointer data, GObject *connection)
{
  g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, forget_guest, data, guest_unref);
}

/* Not g_io_stream_close(): with TLS that waits for a client that may not read. Whoever holds the connection
 * sees its end. */
static void
guest_show_out (Guest *guest)
{
  g_autoptr (GSocketConnection) connection = g_weak_ref_get (&guest->connection);

  if (connection != NULL)
    g_socket_shutdown (g_socket_connection_get_socket (connection), TRUE, TRUE, NULL);
}

static gboolean
on_patience_ended (gpointer data)
{
  Guest *guest = data;

  guest->timer = 0;
  guest_show_out (guest);
  return G_SOURCE_REMOVE;
}

static void
add_guest (BhGate *self, GSocketConnection *connection, GSocketAddress *remote)
{
  Guest *guest = g_new0 (Guest, 1);

  guest->gate = self;
  g_atomic_ref_count_init (&guest->references);
  g_weak_ref_init (&guest->connection, connection);
  guest->remote = g_object_ref (remote);
  guest->timer = g_timeout_add_seconds (PATIENCE_S, on_patience_ended, guest);
  g_hash_table_insert (self->guests, remote, guest);
  g_atomic_ref_count_inc (&guest->references);
  g_object_weak_ref (G_OBJECT (connection), on_connection_gone, guest);
}

/* The stream that HTTP is spoken on. */
static GIOStream *
wrap (GSocketConnection *connection, GTlsCertificate *certificate)
{
  static const char *const protocols[] = { "http/1.1", NULL };
  GIOStream *tls;

  if (certificate == NULL)
    return g_object_ref (G_IO_STREAM (connection));
  tls = g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);
  if (tls != NULL)
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  return tls;
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *certificate, BhGate *self)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr (GIOStream) stream = NULL;

  /* it may have gone already */
  if (local == NULL || remote == NULL)
    return TRUE;
  if (g_hash_table_size (self->guests) >= BH_GATE_MAX)
    {
      if (!self->full)
        g_message ("%d connections are open over TCP, as many as may be; more are refused", BH_GATE_MAX);
      self->full = TRUE;
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return TRUE;
    }
  stream = wrap (connection, G_TLS_CERTIFICATE (certificate));
  if (stream == NULL)
    return TRUE;
  add_guest (self, connection, remote);
  soup_server_accept_iostream (self->server, stream, local, remote, NULL);
  return TRUE;
}

gboolean
bh_gate_listen (BhGate *self, GSocketAddress *address, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GSocketAddress) effective = NULL;
  g_autofree char *host = NULL;
  GInetSocketAddress *inet;
  gboolean is_v6;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, G_OBJECT (certificate), &effective, error))
    return FALSE;
  inet = G_INET_SOCKET_ADDRESS (effective);
  host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));
  is_v6 = g_socket_address_get_family (effective) == G_SOCKET_FAMILY_IPV6;
  g_ptr_array_add (self->addresses, g_strdup_printf (is_v6 ? "%s://[%s]:%u" : "%s://%s:%u",
                                                     certificate != NULL ? "https" : "http", host,
                                                     g_inet_socket_address_get_port (inet)));
  return TRUE;
}

GPtrArray *
bh_gate_get_addresses (BhGate *self)
{
  return self->addresses;
}

static Guest *
find_guest (BhGate *self, SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_hash_table_lookup (self->guests, remote) : NULL;
}

void
bh_gate_admit (BhGate *self, SoupServerMessage *message, const char *name)
{
  Guest *guest = find_guest (self, message);

  if (guest == NULL)
    return;
  g_clear_handle_id (&guest->timer, g_source_remove);
  g_set_str (&guest->name, name);
}

const char *
bh_gate_get_name (BhGate *self, SoupServerMessage *message)
{
  Guest *guest = find_guest (self, message);

  return guest != NULL ? guest->name : NULL;
}

void
bh_gate_expel (BhGate *self, const char *name)
{
  GHashTableIter iter;
  gpointer guest;

  self->expulsions++;
  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, NULL, &guest))
    if (g_strcmp0 (((Guest *) guest)->name, name) == 0)
      guest_show_out (guest);
}

guint
bh_gate_get_expulsions (BhGate *self)
{
  return self->expulsions;
}

void
bh_gate_close (BhGate *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
}

static void
bh_gate_finalize (GObject *object)
{
  BhGate *self = BH_GATE (object);
  GHashTableIter iter;
  gpointer guest;

  bh_gate_close (self);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_hash_table_iter_init (&iter, self->guests);
  while (g_hash_table_iter_next (&iter, NULL, &guest))
    ((Guest *) guest)->gate = NULL;
  g_hash_table_unref (self->guests);
  g_ptr_array_unref (self->addresses);
  g_clear_object (&self->service);
  g_clear_object (&self->server);
  G_OBJECT_CLASS (bh_gate_parent_class)->finalize (object);
}

static void
bh_gate_class_init (BhGateClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_gate_finalize;
}

static void
bh_gate_init (BhGate *self)
{
  self->guests = g_hash_table_new_full (NULL, NULL, NULL, guest_unref);
  self->addresses = g_ptr_array_new_with_free_func (g_free);
  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
}

BhGate *
bh_gate_new (SoupServer *server)
{
  BhGate *self = g_object_new (BH_TYPE_GATE, NULL);

  self->server = g_object_ref (server);
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-server.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "coordinator/server/bh-gate.h"
#include "coordinator/server/bh-routes.h"
#include "coordinator/server/bh-sweep.h"

/* Instructions, environment and the JSON around them. */
#define BODY_MAX (2 * 1024 * 1024)
#define BEARER "Bearer "

struct _BhServer
{
  GObject parent_instance;

  /* borrowed */
  BhCoordinator *coordinator;
  /* owned */
  BhHub *hub;
  SoupServer *soup; /* listens on Unix sockets */
  BhGate *gate;     /* (nullable) brings it what comes over TCP */
  BhSweep *sweep;
  GHashTable *hosts; /* names a Host header may carry on TCP */
  char *socket_path; /* to be removed at the end */

  guint open; /* requests under way */
  gint64 idle_since;
  gboolean auto_started;
};

G_DEFINE_FINAL_TYPE (BhServer, bh_server, G_TYPE_OBJECT)

/* What the gate brings has no socket of libsoup's. */
static gboolean
is_local (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  return socket != NULL && g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX;
}

static gboolean
peer_is_me (SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  g_autoptr (GCredentials) credentials = socket != NULL ? g_socket_get_credentials (socket, NULL) : NULL;

  return credentials != NULL && g_credentials_get_unix_user (credentials, NULL) == getuid ();
}

/* Another site's page that resolves its own name to this address must not get through. */
static gboolean
host_is_known (BhServer *self, SoupServerMessage *message, gboolean local)
{
  const char *host = g_uri_get_host (soup_server_message_get_uri (message));
  g_autofree char *lower = host != NULL ? g_ascii_strdown (host, -1) : NULL;
  g_autofree char *wildcard = NULL;
  const char *rest;

  if (lower == NULL || strchr (lower, '*') != NULL)
    return FALSE;
  if (local)
    return g_str_equal (lower, "localhost");
  if (g_hash_table_contains (self->hosts, lower))
    return TRUE;
  /* a certificate for *.example is for desk.example, not for example or a.desk.example (RFC 9525) */
  rest = strchr (lower, '.');
  if (rest == NULL || rest == lower)
    return FALSE;
  wildcard = g_strconcat ("*", rest, NULL);
  return g_hash_table_contains (self->hosts, wildcard);
}

/* The name of the token in the Authorization header, on a fiber; NULL with error. */
static char *
whose_token (BhServer *self, const char *header, GError **error)
{
  g_autofree char *token = NULL;
  g_autofree char *sha256 = NULL;
  g_autoptr (GError) local_error = NULL;
  char *name;

  token = g_strstrip (g_strdup (header + strlen (BEARER)));
  /* the digest, not the token, is looked up: timing tells nothing of use */
  sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
  name = dex_await_string (bh_store_token_name (bh_coordinator_get_store (self->coordinator), sha256),
                           &local_error);
  if (name != NULL)
    return name;
  if (g_error_matches (local_error, BH_ERROR, BH_ERROR_NOT_FOUND))
    bh_set_error (error, BH_ERROR_UNAUTHORIZED, NULL, "This token is not known or was removed");
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

static gboolean
handle (BhRequest *request, GError **error)
{
  GUri *uri = soup_server_message_get_uri (request->message);
  const char *method = soup_server_message_get_method (request->message);
  const BhRoute *route;

  route = bh_routes_find (method, g_uri_get_path (uri), request->arguments, error);
  if (route == NULL || !bh_routes_check_query (route, request->query, error))
    return FALSE;
  if (route->local && !request->local)
    {
      bh_set_error (error, BH_ERROR_FORBIDDEN, NULL, "This is for the coordinator's own machine only");
      return FALSE;
    }
  return route->func (request, error);
}

static DexFuture *
request_fiber (gpointer data)
{
  BhRequest *request = data;
  g_autoptr (GError) error = NULL;

  if (!handle (request, &error))
    bh_request_fail (request, error);
  /* A stream or a terminal ends here only when its client has gone; a worker's WebSocket is no client and
   * does not keep an auto-started coordinator. */
  if (--request->server->open == 0)
    request->server->idle_since = g_get_monotonic_time ();
  return NULL;
}

static void
on_request (SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  BhServer *self = data;
  BhRequest *request = g_new0 (BhRequest, 1);

  request->server = self;
  request->coordinator = self->coordinator;
  request->hub = self->hub;
  request->message = g_object_ref (message);
  request->query = query != NULL ? g_hash_table_ref (query) : NULL;
  request->local = is_local (message);
  /* over the Unix socket that is the person; over TCP whoever the token was made for */
  request->by = g_strdup (request->local ? "you" : bh_gate_get_name (self->gate, message));
  self->open++;
  soup_server_message_pause (message);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, request_fiber, request, (GDestroyNotify) bh_request_free));
}

/* Refuses before anything of the request is looked at. libsoup reads on to the end of its body all the same:
 * none of that is kept. */
static void
refuse_with_error (SoupServerMessage *message, const GError *error)
{
  BhRequest request = { .message = message };
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  soup_message_body_set_accumulate (body, FALSE);
  soup_message_body_truncate (body);
  bh_request_fail (&request, error);
}

static void
refuse (SoupServerMessage *message, BhError code, const char *detail)
{
  g_autoptr (GError) error = bh_error_new (code, NULL, "%s", detail);

  refuse_with_error (message, error);
}

typedef struct
{
  BhServer *server;
  SoupServerMessage *message;
  char *header;
} Knock;

static void
knock_free (gpointer data)
{
  Knock *knock = data;

  g_object_unref (knock->server);
  g_object_unref (knock->message);
  g_free (knock->header);
  g_free (knock);
}

static DexFuture *
knock_fiber (gpointer data)
{
  Knock *knock = data;
  BhGate *gate = knock->server->gate;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  guint expulsions;

  do
    {
      expulsions = bh_gate_get_expulsions (gate);
      g_free (name);
      name = whose_token (knock->server, knock->header, &error);
      /* one that was removed while it was looked up would be let in after all of its kind were shown out */
    }
  while (name != NULL && expulsions != bh_gate_get_expulsions (gate));
  if (name == NULL)
    {
      refuse_with_error (knock->message, error);
      return NULL;
    }
  bh_gate_admit (gate, knock->message, name);
  soup_server_message_unpause (knock->message);
  return NULL;
}

/* Over TCP the token comes first: nothing of a body is read before it is known. */
static void
check_token (BhServer *self, SoupServerMessage *message)
{
  const char *header =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");
  Knock *knock;

  if (header == NULL || g_ascii_strncasecmp (header, BEARER, strlen (BEARER)) != 0)
    {
      refuse (message, BH_ERROR_UNAUTHORIZED,
              "Send “Authorization: Bearer TOKEN”; “bellhopctl token add NAME” on the coordinator's machine "
              "makes one");
      return;
    }
  knock = g_new0 (Knock, 1);
  knock->server = g_object_ref (self);
  knock->message = g_object_ref (message);
  knock->header = g_strdup (header);
  soup_server_message_pause (message);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, knock_fiber, knock, knock_free));
}

static void
on_got_chunk (SoupServerMessage *message, GBytes *chunk, gpointer data)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);

  if (body->length <= BODY_MAX || soup_server_message_get_status (message) != 0)
    return;
  refuse (message, BH_ERROR_TOO_LARGE, "A request may have 2 MiB");
}

static void
on_request_headers (
    SoupServer *soup, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  BhServer *self = data;
  gboolean local = is_local (message);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (local && !peer_is_me (message))
    refuse (message, BH_ERROR_FORBIDDEN, "This socket is for the user that runs the coordinator");
  else if (!host_is_known (self, message, local))
    refuse (message, BH_ERROR_BAD_HOST,
            "The Host header names another server; see “bellhop-coordinator --host”");
  else if (soup_message_headers_get_content_length (headers) > BODY_MAX)
    refuse (message, BH_ERROR_TOO_LARGE, "A request may have 2 MiB");
  else
    {
      g_signal_connect (message, "got-chunk", G_CALLBACK (on_got_chunk), NULL);
      if (!local)
        check_token (self, message);
    }
}

/* Refuses if somebody listens at `path`; removes a socket that nobody listens on any more. */
static gboolean
clear_stale_socket (const char *path, GError **error)
{
  g_autoptr (GSocket) probe = NULL;
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  struct stat st;

  if (g_lstat (path, &st) != 0)
    return TRUE;
  if (!S_ISSOCK (st.st_mode))
    {
      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL, "%s is there and is no socket; move it away", path);
      return FALSE;
    }
  probe = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (probe == NULL)
    return FALSE;
  if (g_socket_connect (probe, address, NULL, NULL))
    {
      g_autoptr (GCredentials) credentials = g_socket_get_credentials (probe, NULL);

      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL, "Another coordinator (process %d) listens on %s",
                    credentials != NULL ? g_credentials_get_unix_pid (credentials, NULL) : -1, path);
      return FALSE;
    }
  g_unlink (path);
  return TRUE;
}

static gboolean
listen_local_socket (BhServer *self, GSocket *socket, GError **error)
{
  return soup_server_listen_socket (self->soup, socket, 0, error);
}

gboolean
bh_server_listen_unix (BhServer *self, const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  mode_t mask;
  gboolean bound;

  if (strlen (path) >= 108)
    {
      bh_set_error (
          error, BH_ERROR_UNAVAILABLE, NULL,
          "The socket path %s is longer than the 107 bytes Linux allows; set BELLHOP_SOCKET to a shorter one",
          path);
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL, "Could not make the folder %s: %s", folder,
                    g_strerror (errno));
      return FALSE;
    }
  if (!clear_stale_socket (path, error))
    return FALSE;
  socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  if (socket == NULL)
    return FALSE;
  address = g_unix_socket_address_new (path);
  mask = umask (0177);
  bound = g_socket_bind (socket, address, FALSE, error);
  umask (mask);
  if (!bound)
    return FALSE;
  self->socket_path = g_strdup (path);
  g_socket_set_listen_backlog (socket, 128);
  return g_socket_listen (socket, error) && listen_local_socket (self, socket, error);
}

gboolean
bh_server_listen_fd (BhServer *self, int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);

  if (socket == NULL)
    return FALSE;
  if (g_socket_get_family (socket) != G_SOCKET_FAMILY_UNIX)
    {
      bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL,
                    "Only Unix sockets may be passed by systemd; use --listen for TCP");
      return FALSE;
    }
  return listen_local_socket (self, socket, error);
}

void
bh_server_add_host (BhServer *self, const char *host)
{
  g_hash_table_add (self->hosts, g_ascii_strdown (host, -1));
}

/* The names the certificate was made for are names this server may be called by. */
static void
add_certificate_hosts (BhServer *self, GTlsCertificate *certificate)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) addresses = NULL;

  g_object_get (certificate, "dns-names", &names, "ip-addresses", &addresses, NULL);
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      g_autofree char *name = g_strndup (g_bytes_get_data (g_ptr_array_index (names, i), NULL),
                                         g_bytes_get_size (g_ptr_array_index (names, i)));

      bh_server_add_host (self, name);
    }
  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    {
      g_autofree char *text = g_inet_address_to_string (g_ptr_array_index (addresses, i));

      bh_server_add_host (self, text);
    }
}

gboolean
bh_server_listen_tcp (BhServer *self, const char *text, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GSocketConnectable) parsed = g_network_address_parse (text, 0, NULL);
  g_autoptr (GInetAddress) inet = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *host = NULL;
  guint16 port = parsed != NULL ? g_network_address_get_port (G_NETWORK_ADDRESS (parsed)) : 0;

  if (parsed != NULL)
    inet = g_inet_address_new_from_string (g_network_address_get_hostname (G_NETWORK_ADDRESS (parsed)));
  if (inet == NULL || strrchr (text, ':') == NULL)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "listen",
                    "“%s” is no address to listen on; write it like 0.0.0.0:8443 or [::]:8443", text);
      return FALSE;
    }
  if (certificate == NULL && !g_inet_address_get_is_loopback (inet))
    {
      bh_set_error (error, BH_ERROR_FORBIDDEN, "listen",
                    "Plain HTTP is refused beyond loopback: give --tls-cert and --tls-key to listen on %s",
                    text);
      return FALSE;
    }
  if (self->gate == NULL)
    self->gate = bh_gate_new (self->soup);
  if (certificate != NULL)
    add_certificate_hosts (self, certificate);
  host = g_inet_address_to_string (inet);
  bh_server_add_host (self, host);
  address = g_inet_socket_address_new (inet, port);
  return bh_gate_listen (self->gate, address, certificate, error);
}

char *
bh_server_describe (BhServer *self)
{
  GString *text = g_string_new (self->socket_path);
  GPtrArray *addresses = self->gate != NULL ? bh_gate_get_addresses (self->gate) : NULL;

  for (guint i = 0; addresses != NULL && i < addresses->len; i++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (addresses, i));
  return g_string_free (text, FALSE);
}

void
bh_server_expel (BhServer *self, const char *token_name)
{
  if (self->gate != NULL)
    bh_gate_expel (self->gate, token_name);
}

gint64
bh_server_idle_us (BhServer *self)
{
  return self->open > 0 ? 0 : g_get_monotonic_time () - self->idle_since;
}

void
bh_server_set_auto_started (BhServer *self, gboolean auto_started)
{
  self->auto_started = auto_started;
}

gboolean
bh_server_get_auto_started (BhServer *self)
{
  return self->auto_started;
}

void
bh_server_close (BhServer *self)
{
  if (self->gate != NULL)
    bh_gate_close (self->gate);
  soup_server_disconnect (self->soup);
  if (self->socket_path != NULL)
    g_unlink (self->socket_path);
  g_clear_pointer (&self->socket_path, g_free);
}

static void
bh_server_finalize (GObject *object)
{
  BhServer *self = BH_SERVER (object);

  bh_server_close (self);
  g_clear_object (&self->gate);
  g_clear_object (&self->soup);
  g_clear_object (&self->hub);
  g_clear_pointer (&self->sweep, bh_sweep_free);
  g_clear_pointer (&self->hosts, g_hash_table_unref);
  G_OBJECT_CLASS (bh_server_parent_class)->finalize (object);
}

static void
bh_server_class_init (BhServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_server_finalize;
}

static void
bh_server_init (BhServer *self)
{
  self->hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->idle_since = g_get_monotonic_time ();
  self->soup = soup_server_new ("server-header", "Bellhop", NULL);
  soup_server_add_early_handler (self->soup, NULL, on_request_headers, self, NULL);
  soup_server_add_handler (self->soup, NULL, on_request, self, NULL);
  bh_server_add_host (self, "localhost");
  bh_server_add_host (self, "127.0.0.1");
  bh_server_add_host (self, "::1");
  bh_server_add_host (self, g_get_host_name ());
}

BhServer *
bh_server_new (BhCoordinator *coordinator)
{
  BhServer *self = g_object_new (BH_TYPE_SERVER, NULL);

  self->coordinator = coordinator;
  self->hub = bh_hub_new (coordinator);
  self->sweep = bh_sweep_new (bh_coordinator_get_workers (coordinator));
  return self;
}

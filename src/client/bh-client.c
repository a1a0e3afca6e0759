/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-client-private.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "client/bh-client-start.h"
#include "protocol/bh-json.h"
#include "client/bh-soup-dex.h"
#include "protocol/bh-paths.h"

#define API 1
#define IDLE_TIMEOUT_S 60 /* the coordinator pings every 15 s */
#define READY_US (10 * G_USEC_PER_SEC)
#define GRACE_US (2 * G_USEC_PER_SEC) /* after our coordinator has given way to another one */
#define HANG_UPS 5                    /* so often in a row it may be killed as it is connected to */

struct _BhClient
{
  GObject parent_instance;

  SoupSession *session;
  char *socket_path; /* NULL: remote */
  char *url;
  char *token;
  char *fingerprint;    /* lower-case hex without colons */
  char *seen;           /* (nullable) that of the last certificate that was not accepted */
  GCancellable *starts; /* of a local one; cancelled: it may not be started (any more) */
};

G_DEFINE_FINAL_TYPE (BhClient, bh_client, G_TYPE_OBJECT)

static void
bh_client_finalize (GObject *object)
{
  BhClient *self = BH_CLIENT (object);

  g_clear_object (&self->session);
  g_clear_object (&self->starts);
  g_free (self->socket_path);
  g_free (self->url);
  g_free (self->token);
  g_free (self->fingerprint);
  g_free (self->seen);
  G_OBJECT_CLASS (bh_client_parent_class)->finalize (object);
}

static void
bh_client_class_init (BhClientClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_client_finalize;
}

static void
bh_client_init (BhClient *self)
{
  self->starts = g_cancellable_new ();
}

static SoupSession *
new_session (GSocketConnectable *connectable)
{
  return soup_session_new_with_options ("remote-connectable", connectable, "timeout", IDLE_TIMEOUT_S,
                                        "max-conns", 64, "max-conns-per-host", 64, "user-agent",
                                        "bellhop/" BH_VERSION, NULL);
}

char *
bh_client_default_socket (void)
{
  return bh_path_socket ();
}

BhClient *
bh_client_new_local (const char *socket_path)
{
  BhClient *self = g_object_new (BH_TYPE_CLIENT, NULL);
  g_autoptr (GSocketAddress) address = NULL;

  self->socket_path =
      socket_path != NULL ? g_canonicalize_filename (socket_path, NULL) : bh_client_default_socket ();
  self->url = g_strdup ("http://localhost");
  bh_client_set_may_start (self, TRUE); /* unless the environment says otherwise */
  address = g_unix_socket_address_new (self->socket_path);
  self->session = new_session (G_SOCKET_CONNECTABLE (address));
  return self;
}

static char *
plain_hex (const char *fingerprint)
{
  GString *hex = g_string_new (NULL);

  for (const char *p = fingerprint; *p != '\0'; p++)
    if (g_ascii_isxdigit (*p))
      g_string_append_c (hex, g_ascii_tolower (*p));
  return g_string_free (hex, FALSE);
}

BhClient *
bh_client_new_remote (const char *url, const char *token, const char *tls_fingerprint)
{
  BhClient *self = g_object_new (BH_TYPE_CLIENT, NULL);

  g_return_val_if_fail (url != NULL, NULL);
  self->url = g_strdup (url);
  while (g_str_has_suffix (self->url, "/"))
    self->url[strlen (self->url) - 1] = '\0';
  self->token = g_strdup (token);
  self->fingerprint = tls_fingerprint != NULL ? plain_hex (tls_fingerprint) : NULL;
  self->session = new_session (NULL);
  return self;
}

const char *
bh_client_get_socket (BhClient *self)
{
  g_return_val_if_fail (BH_IS_CLIENT (self), NULL);
  return self->socket_path;
}

void
bh_client_set_may_start (BhClient *self, gboolean may_start)
{
  g_return_if_fail (BH_IS_CLIENT (self));
  if (!may_start || g_strcmp0 (g_getenv ("BELLHOP_NO_START"), "1") == 0)
    g_cancellable_cancel (self->starts);
  else if (g_cancellable_is_cancelled (self->starts))
    {
      g_clear_object (&self->starts);
      self->starts = g_cancellable_new ();
    }
}

const char *
bh_client_get_seen_fingerprint (BhClient *self)
{
  g_return_val_if_fail (BH_IS_CLIENT (self), NULL);
  return self->seen;
}

SoupSession *
bh_client_get_session (BhClient *self)
{
  return self->session;
}

void
bh_client_pause (guint msec)
{
  dex_await (dex_timeout_new_msec ((int) msec), NULL);
}

/* --- messages ------------------------------------------------------------------------------------------ */

static gboolean
accept_certificate_cb (SoupMessage *message,
                       GTlsCertificate *certificate,
                       GTlsCertificateFlags flags,
                       gpointer data)
{
  BhClient *self = data;
  g_autoptr (GByteArray) der = NULL;
  g_autofree char *digest = NULL;

  g_object_get (certificate, "certificate", &der, NULL);
  if (der == NULL)
    return FALSE;
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, der->data, der->len);
  if (g_strcmp0 (digest, self->fingerprint) == 0)
    return TRUE;
  g_set_str (&self->seen, digest);
  return FALSE;
}

/* The token and what a Run says must not go over a network in the clear. */
static gboolean
is_safe (GUri *uri)
{
  const char *host = g_uri_get_host (uri);
  g_autoptr (GInetAddress) address = host != NULL ? g_inet_address_new_from_string (host) : NULL;

  return strcmp (g_uri_get_scheme (uri), "https") == 0 || g_strcmp0 (host, "localhost") == 0 ||
         (address != NULL && g_inet_address_get_is_loopback (address));
}

static GUri *
message_uri (BhClient *self, const char *path, GError **error)
{
  g_autofree char *text = g_strconcat (self->url, path, NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, &local);

  if (uri == NULL || g_uri_get_host (uri) == NULL ||
      (strcmp (g_uri_get_scheme (uri), "https") != 0 && strcmp (g_uri_get_scheme (uri), "http") != 0))
    {
      bh_set_error (error, BH_ERROR_UNREACHABLE, NULL,
                    _ ("“%s” is no address of a coordinator: give one like https://host:8443"), self->url);
      return NULL;
    }
  if (self->socket_path == NULL && !is_safe (uri))
    {
      bh_set_error (error, BH_ERROR_UNREACHABLE, NULL,
                    _ ("Plain http is only for this machine; use https to reach %s"), g_uri_get_host (uri));
      return NULL;
    }
  return g_steal_pointer (&uri);
}

SoupMessage *
bh_client_message (BhClient *self, const char *method, const char *path, GError **error)
{
  g_autoptr (GUri) uri = message_uri (self, path, error);
  SoupMessage *message;

  if (uri == NULL)
    return NULL;
  message = soup_message_new_from_uri (method, uri);
  /* an API answers itself; a redirection could carry the token elsewhere */
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  if (self->token != NULL)
    {
      g_autofree char *value = g_strconcat ("Bearer ", self->token, NULL);
      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", value);
    }
  g_signal_connect_object (message, "accept-certificate", G_CALLBACK (accept_certificate_cb), self,
                           G_CONNECT_DEFAULT);
  return message;
}

/* --- errors -------------------------------------------------------------------------------------------- */

/* What is the matter with a connection that there is not, and what to do. (transfer full) */
static char *
describe (BhClient *self, const GError *error)
{
  const char *where = self->socket_path != NULL ? self->socket_path : self->url, *why = error->message;

  if (error->domain == G_TLS_ERROR && self->fingerprint != NULL)
    return g_strdup_printf (
        _ ("The coordinator at %s cannot be reached: %s. Its certificate is not the one that "
           "was accepted for it"),
        where, why);
  if (error->domain == G_TLS_ERROR)
    return g_strdup_printf (_ ("The coordinator at %s cannot be reached: %s. If its certificate is its own, "
                               "accept it by its SHA-256 fingerprint"),
                            where, why);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return g_strdup_printf (
        _ ("The coordinator at %s cannot be reached: %s. The socket belongs to another user"), where, why);
  /* what is mostly wrong, in words of our own: the system's are two errors in one, and not in every language
   */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
      (self->socket_path != NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)))
    why = _ ("nothing answers there");
  /* Translators: an address, and what went wrong */
  return g_strdup_printf (_ ("The coordinator at %s cannot be reached: %s"), where, why);
}

GError *
bh_client_wrap_error (BhClient *self, GError *error)
{
  g_autoptr (GError) owned = error;
  g_autofree char *text = NULL;
  GError *wrapped;

  if (error->domain == BH_ERROR)
    return g_steal_pointer (&owned);
  text = describe (self, error);
  wrapped = bh_error_new (BH_ERROR_UNREACHABLE, NULL, "%s", text);
  if (error->domain == G_TLS_ERROR)
    bh_error_set_extra (wrapped, BH_CLIENT_CERTIFICATE, json_node_init_boolean (json_node_alloc (), TRUE));
  return wrapped;
}

GError *
bh_client_problem (SoupMessage *message, GBytes *body)
{
  g_autoptr (JsonNode) node = NULL;
  gsize length = 0;
  const char *text = body != NULL ? g_bytes_get_data (body, &length) : NULL;

  if (text != NULL)
    node = bh_json_parse (text, (gssize) length, NULL);
  return bh_problem_from_json (node, soup_message_get_status (message));
}

static gboolean
nobody_listens (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Whoever listened was killed before it answered. */
static gboolean
hung_up (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);
}

/* --- connecting ---------------------------------------------------------------------------------------- */

static gboolean
check_info (JsonNode *info, GError **error)
{
  JsonObject *object = info != NULL && JSON_NODE_HOLDS_OBJECT (info) ? json_node_get_object (info) : NULL;
  gint64 api = object != NULL ? json_object_get_int_member_with_default (object, "api", 0) : 0;

  if (api == API)
    return TRUE;
  if (object == NULL || !json_object_has_member (object, "api"))
    bh_set_error (error, BH_ERROR_UNREACHABLE, NULL, _ ("What answers there is no Bellhop coordinator"));
  else
    bh_set_error (error, BH_ERROR_VERSION_MISMATCH, NULL,
                  _ ("The coordinator speaks version %d of the API, this program version %d. "
                     "Bring both to the same release"),
                  (int) CLAMP (api, G_MININT, G_MAXINT), API);
  return FALSE;
}

static GError *
not_ready_error (BhClient *self, BhClientStart *start)
{
  g_autofree char *words = start != NULL ? bh_client_start_last_words (start) : g_strdup ("");

  if (start != NULL && bh_client_start_has_ended (start))
    return *words != '\0' ? bh_error_new (BH_ERROR_UNREACHABLE, NULL,
                                          _ ("The coordinator was started but ended at once: %s"), words)
                          : bh_error_new (BH_ERROR_UNREACHABLE, NULL,
                                          _ ("The coordinator was started but ended at once. Run "
                                             "bellhop-coordinator by hand to see why"));
  return *words != '\0'
             ? bh_error_new (BH_ERROR_UNREACHABLE, NULL,
                             _ ("The coordinator at %s is not ready after 10 seconds: %s"), self->socket_path,
                             words)
             : bh_error_new (BH_ERROR_UNREACHABLE, NULL,
                             _ ("The coordinator at %s is not ready after 10 seconds"), self->socket_path);
}

/* Tries until the coordinator that was started answers. */
static gboolean
await_ready (const BhCall *request, BhClientStart *start, JsonNode **info, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + READY_US;
  gboolean ended = FALSE;
  guint pause = 10;

  for (;;)
    {
      g_autoptr (GError) local = NULL;

      if (bh_call_try (request, (gpointer *) info, &local))
        return TRUE;
      if (!bh_call_may_pass (local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      /* it may have ended because another client's coordinator holds the lock: that one gets ready then */
      if (!ended && start != NULL && bh_client_start_has_ended (start))
        {
          ended = TRUE;
          deadline = MIN (deadline, g_get_monotonic_time () + GRACE_US);
        }
      if (start != NULL && g_cancellable_is_cancelled (request->client->starts))
        {
          g_propagate_error (error, bh_client_wrap_error (request->client, g_steal_pointer (&local)));
          return FALSE;
        }
      if (g_get_monotonic_time () > deadline)
        {
          g_propagate_error (error, not_ready_error (request->client, start));
          return FALSE;
        }
      bh_client_pause (pause);
      pause = MIN (pause * 3 / 2, 100);
    }
}

static gboolean
start_and_wait (const BhCall *request, GError *first, JsonNode **info, GError **error)
{
  BhClient *self = request->client;
  g_autoptr (BhClientStart) start = NULL;
  g_autoptr (GError) local = NULL;

  if (nobody_listens (first))
    {
      start = bh_client_start (self->socket_path, self->starts, &local);
      if (start == NULL)
        {
          /* where none may be started, what is wrong is that nobody listens */
          gboolean called_off = g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED);

          g_propagate_error (error, called_off ? bh_client_wrap_error (self, g_error_copy (first))
                                               : g_steal_pointer (&local));
          return FALSE;
        }
    }
  else if (!g_error_matches (first, BH_ERROR, BH_ERROR_UNAVAILABLE))
    {
      g_propagate_error (error, bh_client_wrap_error (self, g_error_copy (first)));
      return FALSE;
    }
  return await_ready (request, start, info, error);
}

static DexFuture *
connect_fiber (gpointer data)
{
  const BhCall *request = data;
  g_autoptr (JsonNode) info = NULL;
  g_autoptr (GError) first = NULL, error = NULL;

  for (guint i = 0; i < HANG_UPS && !bh_call_try (request, (gpointer *) &info, &first) && hung_up (first);
       i++)
    {
      g_clear_error (&first);
      bh_client_pause (50);
    }
  if (info == NULL && (first != NULL || !bh_call_try (request, (gpointer *) &info, &first)))
    {
      if (first->domain == BH_ERROR && first->code != BH_ERROR_UNAVAILABLE)
        return dex_future_new_for_error (g_steal_pointer (&first));
      if (request->client->socket_path == NULL)
        return dex_future_new_for_error (bh_client_wrap_error (request->client, g_steal_pointer (&first)));
      if (!start_and_wait (request, first, &info, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
  if (!check_info (info, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (JSON_TYPE_NODE, g_steal_pointer (&info));
}

DexFuture *
bh_client_connect (BhClient *self)
{
  BhCall *request;

  dex_return_error_if_fail (BH_IS_CLIENT (self));
  request = bh_call_new (self, "GET", "/v1/info");
  return dex_scheduler_spawn (NULL, 0, connect_fiber, request, (GDestroyNotify) bh_call_free);
}

/* --- WebSockets ---------------------------------------------------------------------------------------- */

static DexFuture *
websocket_fiber (gpointer data)
{
  const BhCall *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupMessage) message = bh_client_message (request->client, "GET", request->path, &error);
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  if (message == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  connection =
      dex_await_object (bh_soup_session_websocket_connect (request->client->session, message), &error);
  if (connection != NULL)
    return dex_future_new_take_object (g_steal_pointer (&connection));
  if (soup_message_get_status (message) >= 400)
    {
      /* libsoup keeps no body of a refused handshake; the same request without the upgrade says why */
      gpointer answer = NULL;
      g_autoptr (GError) why = NULL;
      if (!bh_call_try (request, &answer, &why) && why->domain == BH_ERROR &&
          why->code != BH_ERROR_METHOD_NOT_ALLOWED)
        return dex_future_new_for_error (g_steal_pointer (&why));
      g_clear_pointer ((JsonNode **) &answer, json_node_unref);
      return dex_future_new_for_error (bh_problem_from_json (NULL, soup_message_get_status (message)));
    }
  return dex_future_new_for_error (bh_client_wrap_error (request->client, g_steal_pointer (&error)));
}

DexFuture *
bh_client_websocket (BhClient *self, const char *path)
{
  BhCall *request;

  dex_return_error_if_fail (BH_IS_CLIENT (self));
  dex_return_error_if_fail (path != NULL && g_str_has_prefix (path, "/v1/"));
  request = bh_call_new (self, "GET", path);
  return dex_scheduler_spawn (NULL, 0, websocket_fiber, request, (GDestroyNotify) bh_call_free);
}

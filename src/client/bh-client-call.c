/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-client-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "client/bh-future.h"
#include "client/bh-soup-dex.h"
#include "protocol/bh-json.h"

#define RETRY_US (15 * G_USEC_PER_SEC)
/* What is shorter is decoded at once: sooner than a thread would have begun. */
#define THREAD_FROM (8 * 1024)

BhCall *
bh_call_new (BhClient *client, const char *method, const char *path)
{
  BhCall *self = g_new0 (BhCall, 1);

  self->client = g_object_ref (client);
  self->method = g_strdup (method);
  self->path = g_strdup (path);
  self->type = JSON_TYPE_NODE;
  self->decode = bh_client_decode_json;
  return self;
}

void
bh_call_free (BhCall *self)
{
  g_object_unref (self->client);
  g_free (self->method);
  g_free (self->path);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self->key);
  g_free (self);
}

gboolean
bh_call_may_pass (const GError *error)
{
  return error->domain != BH_ERROR || error->code == BH_ERROR_UNAVAILABLE;
}

/* --- answers ------------------------------------------------------------------------------------------- */

typedef struct
{
  GBytes *bytes;
  BhClientDecode decode;
} Decoding;

static void
decoding_free (Decoding *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

static gpointer
decode_bytes (GBytes *bytes, BhClientDecode decode, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  g_autoptr (JsonNode) node = bh_json_parse (text, (gssize) length, error);
  gpointer result = node != NULL ? decode (node, error) : NULL;

  if (result == NULL)
    g_prefix_error (error, "%s ", _ ("The coordinator’s answer cannot be read."));
  return result;
}

static gpointer
decode_in_thread (gpointer data, GError **error)
{
  const Decoding *self = data;

  return decode_bytes (self->bytes, self->decode, error);
}

static gpointer
decode_answer (const BhCall *self, GBytes *bytes, GError **error)
{
  Decoding *decoding;

  if (g_bytes_get_size (bytes) < THREAD_FROM)
    return decode_bytes (bytes, self->decode, error);
  decoding = g_new0 (Decoding, 1);
  decoding->bytes = g_bytes_ref (bytes);
  decoding->decode = self->decode;
  return dex_await_boxed (bh_future_in_thread (self->type, decode_in_thread, decoding,
                                               (GDestroyNotify) decoding_free),
                          error);
}

/* `*answer` becomes what the call is to resolve with. */
static gboolean
read_answer (const BhCall *self, SoupMessage *message, GBytes *bytes, gpointer *answer, GError **error)
{
  *answer = NULL;
  if (!SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)))
    {
      g_propagate_error (error, bh_client_problem (message, bytes));
      return FALSE;
    }
  if (g_bytes_get_size (bytes) == 0 || soup_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    return TRUE;
  *answer = decode_answer (self, bytes, error);
  return *answer != NULL;
}

gboolean
bh_call_try (const BhCall *self, gpointer *answer, GError **error)
{
  g_autoptr (SoupMessage) message = bh_client_message (self->client, self->method, self->path, error);
  g_autoptr (GBytes) bytes = NULL;

  if (message == NULL)
    return FALSE;
  if (self->body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", self->body);
  if (self->key != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Idempotency-Key", self->key);
  bytes =
      dex_await_boxed (bh_soup_session_send_and_read (bh_client_get_session (self->client), message), error);
  return bytes != NULL && read_answer (self, message, bytes, answer, error);
}

static gboolean
may_repeat (const BhCall *self)
{
  return self->key != NULL || strcmp (self->method, "GET") == 0;
}

static DexFuture *
call_fiber (gpointer data)
{
  const BhCall *self = data;
  gint64 deadline = g_get_monotonic_time () + RETRY_US;
  g_autoptr (GError) error = NULL;
  gpointer answer = NULL;
  guint pause = 50;

  while (!bh_call_try (self, &answer, &error))
    {
      if (!bh_call_may_pass (error) || !may_repeat (self) || g_get_monotonic_time () > deadline)
        return dex_future_new_for_error (bh_client_wrap_error (self->client, g_steal_pointer (&error)));
      g_debug ("%s %s: %s; trying again", self->method, self->path, error->message);
      g_clear_error (&error);
      bh_client_pause (pause);
      pause = MIN (pause * 2, 1000);
      /* what was there may have been killed: then it is started again */
      if (bh_client_get_socket (self->client) != NULL &&
          !dex_await (bh_client_connect (self->client), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return dex_future_new_take_boxed (self->type, answer);
}

DexFuture *
bh_client_call (BhClient *self,
                const char *method,
                const char *path,
                JsonNode *body,
                const char *idempotency_key,
                GType type,
                BhClientDecode decode)
{
  BhCall *call;

  dex_return_error_if_fail (BH_IS_CLIENT (self));
  dex_return_error_if_fail (method != NULL && path != NULL && g_str_has_prefix (path, "/v1/"));
  call = bh_call_new (self, method, path);
  call->key = g_strdup (idempotency_key);
  call->type = type;
  call->decode = decode;
  if (body != NULL)
    {
      char *text = json_to_string (body, FALSE);
      call->body = g_bytes_new_take (text, strlen (text));
    }
  return dex_scheduler_spawn (NULL, 0, call_fiber, call, (GDestroyNotify) bh_call_free);
}

gpointer
bh_client_decode_json (JsonNode *answer, GError **error)
{
  return json_node_ref (answer);
}

DexFuture *
bh_client_request_with_key (
    BhClient *self, const char *method, const char *path, JsonNode *body, const char *idempotency_key)
{
  return bh_client_call (self, method, path, body, idempotency_key, JSON_TYPE_NODE, bh_client_decode_json);
}

DexFuture *
bh_client_request (BhClient *self, const char *method, const char *path, JsonNode *body)
{
  return bh_client_request_with_key (self, method, path, body, NULL);
}

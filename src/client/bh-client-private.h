/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libsoup/soup.h>

#include "client/bh-client.h"

G_BEGIN_DECLS

/* The extra member of an error that is about the coordinator's certificate. */
#define BH_CLIENT_CERTIFICATE "certificate"

SoupSession *bh_client_get_session (BhClient *self);
/* A message with everything that every request has: address, token, certificate check. */
SoupMessage *bh_client_message (BhClient *self, const char *method, const char *path, GError **error);
/* What went wrong below HTTP as a BH_ERROR_UNREACHABLE; a BH_ERROR is handed back as it is. Takes `error`. */
GError *bh_client_wrap_error (BhClient *self, GError *error);
/* The problem document of a response whose status is no success. */
GError *bh_client_problem (SoupMessage *message, GBytes *body);
/* Waits, on a fiber. */
void bh_client_pause (guint msec);

/* (nullable): SHA-256 in hex of the certificate that was not accepted. */
const char *bh_client_get_seen_fingerprint (BhClient *self);

/* --- requests whose answers are decoded --- */

/* Makes a boxed value of an answer, maybe on another thread. */
typedef gpointer (*BhClientDecode) (JsonNode *answer, GError **error);
gpointer bh_client_decode_json (JsonNode *answer, GError **error);
/* bh_client_request_with_key(), but resolves what `decode` made, a `type`. Long answers are parsed and
 * decoded on a thread. */
DexFuture *bh_client_call (BhClient *self,
                           const char *method,
                           const char *path,
                           JsonNode *body,
                           const char *idempotency_key,
                           GType type,
                           BhClientDecode decode) G_GNUC_WARN_UNUSED_RESULT;

typedef struct
{
  BhClient *client;
  char *method;
  char *path;
  GBytes *body;
  char *key;
  GType type;
  BhClientDecode decode; /* at first bh_client_decode_json */
} BhCall;
BhCall *bh_call_new (BhClient *client, const char *method, const char *path);
void bh_call_free (BhCall *self);
/* One try, on a fiber. Errors are as they came: of HTTP, or BH_ERROR. */
gboolean bh_call_try (const BhCall *self, gpointer *answer, GError **error);
/* Nothing listens, or something is not ready: worth another try. */
gboolean bh_call_may_pass (const GError *error);

/* --- event streams --- */

/* Opens the stream of events at `path` after `last_id` (with `has_id`), on a fiber. NULL with `error`;
 * *is_final: no repetition changes that. NULL without one: `closed` was resolved meanwhile. */
GInputStream *bh_client_open_events (BhClient *self,
                                     const char *path,
                                     gboolean has_id,
                                     guint64 last_id,
                                     DexFuture *closed,
                                     gboolean *is_final,
                                     GError **error);
/* Waits for the next try, and starts a local coordinator that is gone. */
void bh_client_await_retry (BhClient *self, DexFuture *closed, guint msec);

G_END_DECLS

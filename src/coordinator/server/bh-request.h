/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One request on its way through a route. A route is a plain function on a fiber: it may await, and either
 * responds or fails with an error, which becomes the problem document. */

#include <libsoup/soup.h>

#include "coordinator/server/bh-hub.h"

G_BEGIN_DECLS

typedef struct _BhServer BhServer; /* bh-server.h */

typedef struct
{
  BhServer *server;           /* borrowed */
  BhCoordinator *coordinator; /* borrowed */
  BhHub *hub;                 /* borrowed */
  SoupServerMessage *message;
  GHashTable *query;  /* (nullable) name -> value */
  char *arguments[2]; /* what stands for {…} in the path */
  char *by;           /* "you", or the name of the token */
  gboolean local;     /* over the Unix socket */
} BhRequest;

typedef gboolean (*BhRouteFunc) (BhRequest *request, GError **error);

void bh_request_free (BhRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRequest, bh_request_free)

const char *bh_request_query (BhRequest *self, const char *name); /* (nullable) */
/* An unsigned query parameter within [least, most]; `fallback` if absent. */
gboolean bh_request_query_uint (BhRequest *self,
                                const char *name,
                                guint64 fallback,
                                guint64 least,
                                guint64 most,
                                guint64 *value,
                                GError **error);
gboolean bh_request_query_bool (BhRequest *self, const char *name, gboolean *value, GError **error);
gboolean bh_request_accepts (BhRequest *self, const char *type);
/* The body as a JSON object; BH_ERROR_BAD_JSON else. (transfer full) */
JsonNode *bh_request_body (BhRequest *self, GError **error);
/* The members of the body's object may only be these (NULL-terminated). */
gboolean bh_request_only_members (JsonNode *body, const char *const *names, GError **error);
/* (nullable) a member of the body that is a string, else NULL */
const char *bh_request_member_string (JsonNode *body, const char *name);
/* SHA-256 of the body, hex. */
char *bh_request_digest (BhRequest *self);

void bh_request_respond_text (
    BhRequest *self, guint status, const char *type, char *text, gsize length); /* takes text */
void bh_request_respond (BhRequest *self, guint status, JsonNode *node);        /* takes node */
void bh_request_respond_empty (BhRequest *self);                                /* 204 */
/* {"NAME":[…]} of records; `to_json` encodes one. */
void bh_request_respond_list (BhRequest *self,
                              const char *name,
                              GPtrArray *records,
                              JsonNode *(*to_json) (gconstpointer record));
void bh_request_fail (BhRequest *self, const GError *error);

/* A response that is written piece by piece. */
typedef struct _BhResponseStream BhResponseStream;
BhResponseStream *bh_response_stream_new (BhRequest *request, guint status, const char *type, gint64 length);
void bh_response_stream_free (BhResponseStream *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhResponseStream, bh_response_stream_free)
void bh_response_stream_write (BhResponseStream *self, GBytes *bytes);
/* Resolves when at most `bytes` wait to be written, or the client has gone. */
DexFuture *bh_response_stream_drained (BhResponseStream *self, gsize bytes) G_GNUC_WARN_UNUSED_RESULT;
/* Memoised: resolves when the client has gone. */
DexFuture *bh_response_stream_closed (BhResponseStream *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean bh_response_stream_is_closed (BhResponseStream *self);
void bh_response_stream_end (BhResponseStream *self);

/* Answers the handshake and resolves the SoupWebsocketConnection. */
DexFuture *bh_request_websocket (BhRequest *self, guint64 largest_message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* JSON-RPC 2.0 over any carrier of text messages, both ways. No I/O of its own: what is to be sent goes
 * through `send`, what arrives is given to bh_rpc_receive(). Batches are not spoken. */

#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

#define BH_TYPE_RPC (bh_rpc_get_type ())
G_DECLARE_FINAL_TYPE (BhRpc, bh_rpc, BH, RPC, GObject)

typedef struct
{
  void (*send) (const char *text, gpointer user_data);
  /* A request or notification of the other side. (transfer full): the result, NULL with the error set. What a
   * notification returns is dropped. */
  JsonNode *(*handle) (const char *method, JsonObject *params, gpointer user_data, GError **error);
} BhRpcHandlers;

/* `handlers` is static. */
BhRpc *bh_rpc_new (const BhRpcHandlers *handlers, gpointer user_data);
/* Resolves the result, a JSON_TYPE_NODE. Errors are of BH_ERROR, by the `code` in the answer's data. Takes
 * `params`. */
DexFuture *
bh_rpc_call (BhRpc *self, const char *method, JsonNode *params, guint timeout_ms) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE if it is no JSON-RPC: the connection is to be closed. */
gboolean bh_rpc_receive (BhRpc *self, const char *text, gsize length, GError **error);
/* Nothing will arrive any more: every call rejects with `error`, later ones too. */
void bh_rpc_close (BhRpc *self, const GError *error);

/* Members of an object that came from elsewhere. NULL or the default if absent or of another type. */
const char *bh_rpc_get_string (JsonObject *object, const char *name);
guint64 bh_rpc_get_uint (JsonObject *object, const char *name, guint64 otherwise);
double bh_rpc_get_double (JsonObject *object, const char *name, double otherwise);
JsonArray *bh_rpc_get_array (JsonObject *object, const char *name);

G_END_DECLS

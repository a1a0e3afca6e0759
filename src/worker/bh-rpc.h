/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* JSON-RPC 2.0 over a link that carries whole texts: calls both ways, one fiber for each call that comes in.
 * Batches are refused: nothing here needs them. Errors carry a BH_ERROR's code in data.code. */

#include <libdex.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define BH_TYPE_RPC (bh_rpc_get_type ())
G_DECLARE_FINAL_TYPE (BhRpc, bh_rpc, BH, RPC, GObject)

/* Takes a text to the other end. */
typedef void (*BhRpcSend) (const char *text, gsize length, gpointer data);
BhRpc *bh_rpc_new (BhRpcSend send, gpointer data);

/* Runs on a fiber of its own and may await. `params` is an object (empty when none were sent). Returns the
 * result, or NULL with `error`. */
typedef JsonNode *(*BhRpcMethod) (JsonObject *params, gpointer data, GError **error);
void bh_rpc_add_method (BhRpc *self, const char *name, BhRpcMethod method, gpointer data);

/* Resolves the result, a JsonNode; rejects with the error that the other end sent (BH_ERROR where it has such
 * a code). `params` is taken. */
DexFuture *bh_rpc_call (BhRpc *self, const char *method, JsonNode *params) G_GNUC_WARN_UNUSED_RESULT;
void bh_rpc_notify (BhRpc *self, const char *method, JsonNode *params);

/* A text from the other end, as hostile as it may be. */
void bh_rpc_receive (BhRpc *self, const char *text, gsize length);

/* The link is gone: calls under way reject with `reason`; answers to calls that came in over it are not sent
 * any more. */
void bh_rpc_reset (BhRpc *self, const GError *reason);

/* Members of a call's params, strict: another type or value is BH_ERROR_INVALID_FIELD. */
const char *bh_rpc_get_string (JsonObject *params, const char *name, GError **error);
/* Absent or null is 0; at most `max`. */
gboolean bh_rpc_get_uint (JsonObject *params, const char *name, guint64 max, guint64 *value, GError **error);
gboolean bh_rpc_get_double (JsonObject *params, const char *name, double max, double *value, GError **error);

/* The member "id", that of a DevBox; borrowed. */
const char *bh_rpc_get_box_id (JsonObject *params, GError **error);

G_END_DECLS

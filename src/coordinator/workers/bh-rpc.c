/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-rpc.h"

#include "protocol/bh-error.h"

#define RPC_ERROR_CODE -32000
#define RPC_METHOD_NOT_FOUND -32601

struct _BhRpc
{
  GObject parent_instance;

  const BhRpcHandlers *handlers;
  gpointer user_data;

  GHashTable *calls; /* id -> Call */
  gint64 next_id;
  GError *closed;
};

typedef struct
{
  BhRpc *rpc;
  gint64 id;
  char *method;
  DexPromise *promise;
  guint timer;
} Call;

G_DEFINE_FINAL_TYPE (BhRpc, bh_rpc, G_TYPE_OBJECT)

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_handle_id (&call->timer, g_source_remove);
  g_clear_pointer (&call->promise, dex_unref);
  g_free (call->method);
  g_free (call);
}

static void
bh_rpc_finalize (GObject *object)
{
  BhRpc *self = BH_RPC (object);

  g_clear_pointer (&self->calls, g_hash_table_unref);
  g_clear_error (&self->closed);
  G_OBJECT_CLASS (bh_rpc_parent_class)->finalize (object);
}

static void
bh_rpc_class_init (BhRpcClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_rpc_finalize;
}

static void
bh_rpc_init (BhRpc *self)
{
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, call_free);
}

BhRpc *
bh_rpc_new (const BhRpcHandlers *handlers, gpointer user_data)
{
  BhRpc *self = g_object_new (BH_TYPE_RPC, NULL);

  self->handlers = handlers;
  self->user_data = user_data;
  return self;
}

const char *
bh_rpc_get_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

guint64
bh_rpc_get_uint (JsonObject *object, const char *name, guint64 otherwise)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64 ||
      json_node_get_int (node) < 0)
    return otherwise;
  return (guint64) json_node_get_int (node);
}

double
bh_rpc_get_double (JsonObject *object, const char *name, double otherwise)
{
  JsonNode *node = json_object_get_member (object, name);
  GType type =
      node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ? json_node_get_double (node) : otherwise;
}

JsonArray *
bh_rpc_get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

/* Takes `object`. */
static void
rpc_send (BhRpc *self, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "jsonrpc", "2.0");
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  self->handlers->send (text, self->user_data);
}

static gboolean
on_call_timeout (gpointer data)
{
  Call *call = data;
  BhRpc *self = call->rpc;
  g_autoptr (DexPromise) promise = g_steal_pointer (&call->promise);
  GError *error =
      bh_error_new (BH_ERROR_UNAVAILABLE, NULL,
                    "The worker did not answer %s in time. Look at the worker's log.", call->method);

  call->timer = 0;
  g_hash_table_remove (self->calls, &call->id);
  dex_promise_reject (promise, error);
  return G_SOURCE_REMOVE;
}

DexFuture *
bh_rpc_call (BhRpc *self, const char *method, JsonNode *params, guint timeout_ms)
{
  JsonObject *object;
  Call *call;
  DexFuture *future;

  dex_return_error_if_fail (BH_IS_RPC (self));
  if (self->closed != NULL)
    {
      json_node_unref (params);
      return dex_future_new_for_error (g_error_copy (self->closed));
    }
  call = g_new0 (Call, 1);
  call->rpc = self;
  call->id = ++self->next_id;
  call->method = g_strdup (method);
  call->promise = dex_promise_new ();
  call->timer = g_timeout_add (timeout_ms, on_call_timeout, call);
  future = dex_ref (DEX_FUTURE (call->promise));
  g_hash_table_insert (self->calls, &call->id, call);

  object = json_object_new ();
  json_object_set_int_member (object, "id", call->id);
  json_object_set_string_member (object, "method", method);
  json_object_set_member (object, "params", params);
  rpc_send (self, object);
  return future;
}

static GError *
error_from_json (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *data = object != NULL ? json_object_get_member (object, "data") : NULL;
  const char *message = object != NULL ? bh_rpc_get_string (object, "message") : NULL;
  const char *code = NULL;
  BhError value = BH_ERROR_INTERNAL;

  if (data != NULL && JSON_NODE_HOLDS_OBJECT (data))
    code = bh_rpc_get_string (json_node_get_object (data), "code");
  if (code == NULL || !bh_error_from_code (code, &value))
    value = BH_ERROR_INTERNAL;
  return bh_error_new (value, NULL, "%s",
                       message != NULL ? message : "The worker failed without saying why.");
}

/* An answer to no call is ignored: its call has timed out. */
static gboolean
receive_answer (BhRpc *self, JsonObject *object, GError **error)
{
  gint64 id = (gint64) bh_rpc_get_uint (object, "id", 0);
  JsonNode *result = json_object_get_member (object, "result");
  JsonNode *failure = json_object_get_member (object, "error");
  Call *call = g_hash_table_lookup (self->calls, &id);
  g_autoptr (DexPromise) promise = NULL;

  if ((result == NULL) == (failure == NULL))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "A JSON-RPC answer has either a result or an error.");
      return FALSE;
    }
  if (call == NULL)
    return TRUE;
  promise = g_steal_pointer (&call->promise);
  g_hash_table_remove (self->calls, &id);
  if (failure != NULL)
    dex_promise_reject (promise, error_from_json (failure));
  else
    dex_promise_resolve_boxed (promise, JSON_TYPE_NODE, json_node_ref (result));
  return TRUE;
}

/* Takes `id` and `result`. */
static void
answer (BhRpc *self, JsonNode *id, JsonNode *result, const GError *failure)
{
  JsonObject *object = json_object_new ();

  json_object_set_member (object, "id", id);
  if (failure == NULL)
    json_object_set_member (object, "result", result);
  else
    {
      JsonObject *member = json_object_new ();
      JsonObject *data = json_object_new ();
      gboolean ours = failure->domain == BH_ERROR;
      const char *code = bh_error_code (ours ? (BhError) failure->code : BH_ERROR_INTERNAL);

      json_object_set_string_member (data, "code", code);
      json_object_set_int_member (member, "code",
                                  g_error_matches (failure, BH_ERROR, BH_ERROR_NOT_FOUND)
                                      ? RPC_METHOD_NOT_FOUND
                                      : RPC_ERROR_CODE);
      json_object_set_string_member (member, "message", failure->message);
      json_object_set_object_member (member, "data", data);
      json_object_set_object_member (object, "error", member);
    }
  rpc_send (self, object);
}

static gboolean
receive_request (BhRpc *self, JsonObject *object, const char *method, GError **error)
{
  JsonNode *id = json_object_get_member (object, "id");
  JsonNode *params = json_object_get_member (object, "params");
  g_autoptr (JsonObject) empty = json_object_new ();
  g_autoptr (JsonNode) result = NULL;
  g_autoptr (GError) failure = NULL;

  if ((id != NULL && !JSON_NODE_HOLDS_VALUE (id)) || (params != NULL && !JSON_NODE_HOLDS_OBJECT (params)))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL,
                    "A JSON-RPC request has an id and its params are an object.");
      return FALSE;
    }
  result = self->handlers->handle (method, params != NULL ? json_node_get_object (params) : empty,
                                   self->user_data, &failure);
  if (id != NULL)
    answer (self, json_node_copy (id), g_steal_pointer (&result), failure);
  else if (failure != NULL)
    g_debug ("%s: %s", method, failure->message);
  return TRUE;
}

gboolean
bh_rpc_receive (BhRpc *self, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (BhRpc) alive = g_object_ref (self);
  JsonNode *root;
  JsonObject *object;
  const char *method;

  if (!json_parser_load_from_data (parser, text, (gssize) length, error))
    return FALSE;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL,
                    "A JSON-RPC message is an object; batches are not spoken.");
      return FALSE;
    }
  object = json_node_get_object (root);
  if (g_strcmp0 (bh_rpc_get_string (object, "jsonrpc"), "2.0") != 0)
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "The message does not say \"jsonrpc\": \"2.0\".");
      return FALSE;
    }
  method = bh_rpc_get_string (object, "method");
  if (method != NULL)
    return receive_request (self, object, method, error);
  return receive_answer (self, object, error);
}

void
bh_rpc_close (BhRpc *self, const GError *error)
{
  g_autoptr (GPtrArray) promises = g_ptr_array_new_with_free_func (dex_unref);
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (BH_IS_RPC (self));
  if (self->closed != NULL)
    return;
  self->closed = g_error_copy (error);
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (promises, g_steal_pointer (&((Call *) value)->promise));
  g_hash_table_remove_all (self->calls);
  for (guint i = 0; i < promises->len; i++)
    dex_promise_reject (g_ptr_array_index (promises, i), g_error_copy (error));
}

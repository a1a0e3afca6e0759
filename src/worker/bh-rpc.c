/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-rpc.h"

#include <math.h>

#include "protocol/bh-error.h"
#include "protocol/bh-types.h"

#define PARSE_ERROR (-32700)
#define INVALID_REQUEST (-32600)
#define METHOD_NOT_FOUND (-32601)
#define INVALID_PARAMS (-32602)
#define OUR_ERROR (-32000)

struct _BhRpc
{
  GObject parent_instance;

  BhRpcSend send; /* borrowed, with its data */
  gpointer send_data;

  GHashTable *methods; /* name -> Method */
  GHashTable *pending; /* gint64 id -> DexPromise */
  gint64 last_id;
  guint64 life; /* which link: an answer goes only to the one that asked */
};

G_DEFINE_FINAL_TYPE (BhRpc, bh_rpc, G_TYPE_OBJECT)

typedef struct
{
  BhRpcMethod method;
  gpointer data;
} Method;

/* A call that came in. */
typedef struct
{
  BhRpc *rpc;
  Method method;
  JsonNode *params;
  JsonNode *id; /* NULL: a notification */
  guint64 life;
} Call;

static void
call_free (Call *call)
{
  g_clear_object (&call->rpc);
  g_clear_pointer (&call->params, json_node_unref);
  g_clear_pointer (&call->id, json_node_unref);
  g_free (call);
}

static void
send_object (BhRpc *self, JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;
  gsize length;

  json_node_take_object (node, object);
  json_generator_set_root (generator, node);
  text = json_generator_to_data (generator, &length);
  self->send (text, length, self->send_data);
}

static JsonObject *
new_message (void)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "jsonrpc", "2.0");
  return object;
}

static JsonNode *
copy_id (JsonNode *id)
{
  return id != NULL ? json_node_copy (id) : json_node_new (JSON_NODE_NULL);
}

static void
send_error (BhRpc *self, JsonNode *id, int number, const char *code, const char *message)
{
  JsonObject *object = new_message ();
  JsonObject *error = json_object_new ();
  JsonObject *data = json_object_new ();

  json_object_set_member (object, "id", copy_id (id));
  json_object_set_int_member (error, "code", number);
  json_object_set_string_member (error, "message", message);
  json_object_set_string_member (data, "code", code);
  json_object_set_object_member (error, "data", data);
  json_object_set_object_member (object, "error", error);
  send_object (self, object);
}

static void
send_failure (BhRpc *self, JsonNode *id, const GError *error)
{
  const char *code =
      error->domain == BH_ERROR ? bh_error_code ((BhError) error->code) : bh_error_code (BH_ERROR_INTERNAL);
  int number = g_error_matches (error, BH_ERROR, BH_ERROR_INVALID_FIELD) ? INVALID_PARAMS : OUR_ERROR;

  send_error (self, id, number, code, error->message);
}

static DexFuture *
call_fiber (gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  JsonNode *result = call->method.method (json_node_get_object (call->params), call->method.data, &error);
  JsonObject *object;

  if (call->id == NULL || call->life != call->rpc->life)
    {
      g_clear_pointer (&result, json_node_unref);
      return dex_future_new_true ();
    }
  if (result == NULL)
    {
      send_failure (call->rpc, call->id, error);
      return dex_future_new_true ();
    }
  object = new_message ();
  json_object_set_member (object, "id", copy_id (call->id));
  json_object_set_member (object, "result", result);
  send_object (call->rpc, object);
  return dex_future_new_true ();
}

static JsonNode *
empty_object (void)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, json_object_new ());
  return node;
}

/* A string, a number or null, as JSON-RPC has it. */
static gboolean
id_is_valid (JsonNode *id)
{
  return JSON_NODE_HOLDS_NULL (id) ||
         (JSON_NODE_HOLDS_VALUE (id) && json_node_get_value_type (id) != G_TYPE_BOOLEAN);
}

static void
receive_call (BhRpc *self, JsonObject *object, JsonNode *id, const char *name)
{
  JsonNode *params = json_object_get_member (object, "params");
  Method *method = g_hash_table_lookup (self->methods, name);
  Call *call;

  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params))
    {
      if (id != NULL)
        send_error (self, id, INVALID_PARAMS, "invalid_field", "params must be an object");
      return;
    }
  if (method == NULL)
    {
      g_autofree char *message = g_strdup_printf ("This worker has no method “%s”", name);
      if (id != NULL)
        send_error (self, id, METHOD_NOT_FOUND, "not_found", message);
      return;
    }
  call = g_new0 (Call, 1);
  call->rpc = g_object_ref (self);
  call->method = *method;
  call->params = params != NULL ? json_node_ref (params) : empty_object ();
  call->id = id != NULL ? json_node_ref (id) : NULL;
  call->life = self->life;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, call_fiber, call, (GDestroyNotify) call_free));
}

static const char *
peek_string (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static GError *
read_error (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *data = object != NULL ? json_object_get_member (object, "data") : NULL;
  const char *code = data != NULL && JSON_NODE_HOLDS_OBJECT (data)
                         ? peek_string (json_node_get_object (data), "code")
                         : NULL;
  const char *message = object != NULL ? peek_string (object, "message") : NULL;
  BhError known;

  if (code == NULL || !bh_error_from_code (code, &known))
    known = BH_ERROR_INTERNAL;
  return bh_error_new (known, NULL, "%s",
                       message != NULL ? message : "The coordinator sent an error without a message");
}

static void
receive_answer (BhRpc *self, JsonObject *object, JsonNode *id)
{
  JsonNode *result = json_object_get_member (object, "result");
  JsonNode *error = json_object_get_member (object, "error");
  g_autoptr (DexPromise) promise = NULL;
  g_autofree gpointer stolen_key = NULL;
  gint64 key;

  if (id == NULL || !JSON_NODE_HOLDS_VALUE (id) || json_node_get_value_type (id) != G_TYPE_INT64)
    return;
  key = json_node_get_int (id);
  if (!g_hash_table_steal_extended (self->pending, &key, &stolen_key, (gpointer *) &promise))
    return;
  if (error != NULL && !JSON_NODE_HOLDS_NULL (error))
    dex_promise_reject (promise, read_error (error));
  else
    dex_promise_resolve_boxed (promise, JSON_TYPE_NODE,
                               result != NULL ? json_node_ref (result) : json_node_new (JSON_NODE_NULL));
}

void
bh_rpc_receive (BhRpc *self, const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root, *id;
  JsonObject *object;
  const char *version, *name;

  g_return_if_fail (BH_IS_RPC (self));
  if (!g_utf8_validate_len (text, length, NULL) ||
      !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    {
      send_error (self, NULL, PARSE_ERROR, "bad_json", "That is not JSON");
      return;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      send_error (self, NULL, INVALID_REQUEST, "bad_json", "A message must be one JSON object");
      return;
    }
  object = json_node_get_object (root);
  id = json_object_get_member (object, "id");
  version = peek_string (object, "jsonrpc");
  name = peek_string (object, "method");
  if (g_strcmp0 (version, "2.0") != 0 || (id != NULL && !id_is_valid (id)))
    send_error (self, NULL, INVALID_REQUEST, "bad_json", "A message must be JSON-RPC 2.0");
  else if (name != NULL)
    receive_call (self, object, id, name);
  else if (json_object_has_member (object, "result") || json_object_has_member (object, "error"))
    receive_answer (self, object, id);
  else
    send_error (self, id, INVALID_REQUEST, "bad_json", "A message must have a method, a result or an error");
}

static JsonObject *
new_call (const char *method, JsonNode *params)
{
  JsonObject *object = new_message ();

  json_object_set_string_member (object, "method", method);
  json_object_set_member (object, "params", params != NULL ? params : empty_object ());
  return object;
}

DexFuture *
bh_rpc_call (BhRpc *self, const char *method, JsonNode *params)
{
  JsonObject *object;
  DexPromise *promise;

  dex_return_error_if_fail (BH_IS_RPC (self));
  object = new_call (method, params);
  promise = dex_promise_new ();
  json_object_set_int_member (object, "id", ++self->last_id);
  g_hash_table_insert (self->pending, g_memdup2 (&self->last_id, sizeof self->last_id), dex_ref (promise));
  send_object (self, object);
  return DEX_FUTURE (promise);
}

void
bh_rpc_notify (BhRpc *self, const char *method, JsonNode *params)
{
  g_return_if_fail (BH_IS_RPC (self));
  send_object (self, new_call (method, params));
}

void
bh_rpc_add_method (BhRpc *self, const char *name, BhRpcMethod method, gpointer data)
{
  Method *entry;

  g_return_if_fail (BH_IS_RPC (self));
  entry = g_new0 (Method, 1);
  entry->method = method;
  entry->data = data;
  g_hash_table_replace (self->methods, g_strdup (name), entry);
}

void
bh_rpc_reset (BhRpc *self, const GError *reason)
{
  g_autoptr (GHashTable) pending = NULL;
  GHashTableIter iter;
  gpointer promise;

  g_return_if_fail (BH_IS_RPC (self));
  self->life++;
  pending = g_steal_pointer (&self->pending);
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, dex_unref);
  g_hash_table_iter_init (&iter, pending);
  while (g_hash_table_iter_next (&iter, NULL, &promise))
    dex_promise_reject (promise, g_error_copy (reason));
}

const char *
bh_rpc_get_string (JsonObject *params, const char *name, GError **error)
{
  const char *value = peek_string (params, name);

  if (value == NULL)
    bh_set_error (error, BH_ERROR_INVALID_FIELD, name, "“%s” must be given as a string", name);
  return value;
}

static JsonNode *
peek_number (JsonObject *params, const char *name)
{
  JsonNode *node = json_object_get_member (params, name);

  return node != NULL && !JSON_NODE_HOLDS_NULL (node) ? node : NULL;
}

gboolean
bh_rpc_get_uint (JsonObject *params, const char *name, guint64 max, guint64 *value, GError **error)
{
  JsonNode *node = peek_number (params, name);

  *value = 0;
  if (node == NULL)
    return TRUE;
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 &&
      json_node_get_int (node) >= 0 && (guint64) json_node_get_int (node) <= max)
    {
      *value = (guint64) json_node_get_int (node);
      return TRUE;
    }
  bh_set_error (error, BH_ERROR_INVALID_FIELD, name,
                "“%s” must be a whole number from 0 to %" G_GUINT64_FORMAT, name, max);
  return FALSE;
}

gboolean
bh_rpc_get_double (JsonObject *params, const char *name, double max, double *value, GError **error)
{
  JsonNode *node = peek_number (params, name);
  GType type;

  *value = 0;
  if (node == NULL)
    return TRUE;
  type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  if (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE)
    *value = json_node_get_double (node);
  if ((type == G_TYPE_INT64 || type == G_TYPE_DOUBLE) && isfinite (*value) && *value >= 0 && *value <= max)
    return TRUE;
  bh_set_error (error, BH_ERROR_INVALID_FIELD, name, "“%s” must be a number from 0 to %g", name, max);
  return FALSE;
}

static void
bh_rpc_finalize (GObject *object)
{
  BhRpc *self = BH_RPC (object);

  g_hash_table_unref (self->methods);
  g_hash_table_unref (self->pending);
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
  self->methods = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, dex_unref);
}

BhRpc *
bh_rpc_new (BhRpcSend send, gpointer data)
{
  BhRpc *self = g_object_new (BH_TYPE_RPC, NULL);

  self->send = send;
  self->send_data = data;
  return self;
}

const char *
bh_rpc_get_box_id (JsonObject *params, GError **error)
{
  const char *id = bh_rpc_get_string (params, "id", error);

  if (id == NULL || bh_id_is_valid (id, 'b'))
    return id;
  bh_set_error (error, BH_ERROR_INVALID_FIELD, "id", "“%s” is not the id of a DevBox", id);
  return NULL;
}

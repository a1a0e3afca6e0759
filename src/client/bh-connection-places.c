/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-connection-private.h"

#include "client/bh-engine-names.h"
#include "client/bh-future.h"
#include "client/bh-info-item.h"

static DexFuture *
true_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

/* --- lists --------------------------------------------------------------------------------------------- */

/* Its records, once it was said of what could not be read among them. */
static DexFuture *
records_cb (DexFuture *future, gpointer data)
{
  BhListing *listing = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (listing->bad != NULL)
    bh_connection_note_unread (data, listing->bad);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_ref (listing->records));
}

static DexFuture *
noted_cb (DexFuture *future, gpointer data)
{
  BhListing *listing = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (listing->bad != NULL)
    bh_connection_note_unread (data, listing->bad);
  return dex_ref (future);
}

DexFuture *
bh_connection_listing (BhConnection *self, const char *path, BhClientDecode decode)
{
  return bh_connection_call (self, "GET", path, NULL, NULL, BH_TYPE_LISTING, decode, noted_cb);
}

DexFuture *
bh_connection_records (BhConnection *self, const char *path, BhClientDecode decode)
{
  return bh_connection_call (self, "GET", path, NULL, NULL, BH_TYPE_LISTING, decode, records_cb);
}

static gpointer
decode_runs (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "runs", (BhDecodeFunc) bh_decode_run, (GDestroyNotify) bh_run_unref,
                            error);
}

DexFuture *
bh_connection_list_runs (BhConnection *self, const char *status, const char *query, const char *before)
{
  g_autoptr (GString) path = g_string_new ("/v1/runs?limit=200");
  const char *names[] = { "status", "q", "before" };
  const char *values[] = { status, query, before };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = values[i] != NULL ? bh_connection_escape (values[i]) : NULL;

      if (value != NULL)
        g_string_append_printf (path, "&%s=%s", names[i], value);
    }
  return bh_connection_listing (self, path->str, decode_runs);
}

static gpointer
decode_workers (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "workers", (BhDecodeFunc) bh_worker_info_from_json,
                            (GDestroyNotify) bh_worker_info_unref, error);
}

DexFuture *
bh_connection_list_workers (BhConnection *self)
{
  return bh_connection_records (self, "/v1/workers", decode_workers);
}

static gpointer
decode_engines (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "engines", (BhDecodeFunc) bh_engine_info_from_json,
                            (GDestroyNotify) bh_engine_info_unref, error);
}

static DexFuture *
engines_cb (DexFuture *future, gpointer data)
{
  bh_engine_names_learn (g_value_get_boxed (dex_future_get_value (future, NULL)));
  return dex_ref (future);
}

static DexFuture *
get_engines (BhConnection *self, const char *path)
{
  return dex_future_then (bh_connection_records (self, path, decode_engines), engines_cb, NULL, NULL);
}

DexFuture *
bh_connection_list_engines (BhConnection *self)
{
  return get_engines (self, "/v1/engines");
}

DexFuture *
bh_connection_find_engines (BhConnection *self, const char *worker, const char *image, gboolean fresh)
{
  g_autofree char *worker_text = NULL, *image_text = NULL, *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (worker != NULL && image != NULL);
  worker_text = bh_connection_escape (worker);
  image_text = bh_connection_escape (image);
  path = g_strdup_printf ("/v1/engines?worker=%s&image=%s%s", worker_text, image_text,
                          fresh ? "&fresh=true" : "");
  return get_engines (self, path);
}

static gpointer
decode_images (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "images", (BhDecodeFunc) bh_image_info_from_json,
                            (GDestroyNotify) bh_image_info_unref, error);
}

DexFuture *
bh_connection_images (BhConnection *self, const char *worker)
{
  g_autofree char *name = NULL, *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (worker != NULL);
  name = bh_connection_escape (worker);
  path = g_strdup_printf ("/v1/workers/%s/images", name);
  return bh_connection_records (self, path, decode_images);
}

static gpointer
decode_boxes (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "devboxes", (BhDecodeFunc) bh_box_info_from_json,
                            (GDestroyNotify) bh_box_info_unref, error);
}

DexFuture *
bh_connection_list_boxes (BhConnection *self)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  return bh_connection_records (self, "/v1/devboxes", decode_boxes);
}

char *
bh_connection_describe_workers (BhConnection *self)
{
  GListModel *workers;
  GString *text;

  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  workers = bh_connection_get_workers (self);
  text = g_string_new (NULL);
  for (guint i = 0; i < g_list_model_get_n_items (workers); i++)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (workers, i);
      const BhWorkerInfo *worker = bh_info_item_get (item);

      g_string_append_printf (text, "%s %d\n", worker->name, worker->online);
    }
  return g_string_free (text, FALSE);
}

/* --- places -------------------------------------------------------------------------------------------- */

static DexFuture *
box_call (BhConnection *self, const char *method, const char *box_id, const char *rest)
{
  g_autofree char *id = bh_connection_escape (box_id);
  g_autofree char *path = g_strconcat ("/v1/devboxes/", id, rest, NULL);

  return bh_connection_call (self, method, path, NULL, NULL, JSON_TYPE_NODE, bh_client_decode_json, true_cb);
}

DexFuture *
bh_connection_stop_box (BhConnection *self, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (box_id != NULL);
  return box_call (self, "POST", box_id, "/stop");
}

DexFuture *
bh_connection_remove_box (BhConnection *self, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (box_id != NULL);
  return box_call (self, "DELETE", box_id, "");
}

DexFuture *
bh_connection_open_terminal (
    BhConnection *self, const char *box_id, guint rows, guint columns, const char *command)
{
  g_autofree char *id = NULL, *shell = NULL, *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (box_id != NULL);
  id = bh_connection_escape (box_id);
  shell = command != NULL ? bh_connection_escape (command) : NULL;
  path = g_strdup_printf ("/v1/devboxes/%s/terminal?rows=%u&columns=%u%s%s", id, rows, columns,
                          shell != NULL ? "&command=" : "", shell != NULL ? shell : "");
  return bh_future_detached (bh_client_websocket (self->client, path));
}

/* --- what engines may use ------------------------------------------------------------------------------ */

static gpointer
decode_keys (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "keys", (BhDecodeFunc) bh_key_info_from_json,
                            (GDestroyNotify) bh_key_info_unref, error);
}

DexFuture *
bh_connection_list_keys (BhConnection *self)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  return bh_connection_records (self, "/v1/keys", decode_keys);
}

/* {"member": value} */
static JsonNode *
make_body (const char *member, const char *value)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, member, value);
  json_node_take_object (node, object);
  return node;
}

static DexFuture *
put (BhConnection *self, const char *folder, const char *name, const char *member, const char *value)
{
  g_autofree char *escaped = bh_connection_escape (name);
  g_autofree char *path = g_strconcat (folder, escaped, NULL);
  g_autoptr (JsonNode) body = value != NULL ? make_body (member, value) : NULL;

  return bh_connection_call (self, value != NULL ? "PUT" : "DELETE", path, body, NULL, JSON_TYPE_NODE,
                             bh_client_decode_json, true_cb);
}

DexFuture *
bh_connection_set_key (BhConnection *self, const char *name, const char *value)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (name != NULL);
  return put (self, "/v1/keys/", name, "value", value);
}

static gpointer
decode_sign_ins (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "sign_ins", (BhDecodeFunc) bh_sign_in_info_from_json,
                            (GDestroyNotify) bh_sign_in_info_unref, error);
}

DexFuture *
bh_connection_list_sign_ins (BhConnection *self)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  return bh_connection_records (self, "/v1/sign-ins", decode_sign_ins);
}

DexFuture *
bh_connection_set_sign_in (BhConnection *self, const char *engine, const char *consent)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (engine != NULL && consent != NULL);
  return put (self, "/v1/sign-ins/", engine, "consent", consent);
}

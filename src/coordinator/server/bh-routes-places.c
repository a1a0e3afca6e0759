/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

#include "coordinator/server/bh-server.h"

/* Where Runs work: workers, images, engines, DevBoxes. */

static JsonNode *
worker_to_json (gconstpointer info)
{
  return bh_worker_info_to_json (info);
}

static JsonNode *
image_to_json (gconstpointer info)
{
  return bh_image_info_to_json (info);
}

static JsonNode *
engine_to_json (gconstpointer info)
{
  return bh_engine_info_to_json (info);
}

static JsonNode *
box_to_json (gconstpointer info)
{
  return bh_box_info_to_json (info);
}

gboolean
bh_route_workers (BhRequest *request, GError **error)
{
  g_autoptr (GPtrArray) workers = bh_workers_list (bh_coordinator_get_workers (request->coordinator));

  bh_request_respond_list (request, "workers", workers, worker_to_json);
  return TRUE;
}

gboolean
bh_route_images (BhRequest *request, GError **error)
{
  BhWorkers *workers = bh_coordinator_get_workers (request->coordinator);
  g_autoptr (BhWorkerInfo) info = bh_workers_lookup (workers, request->arguments[0]);
  g_autoptr (GPtrArray) images = NULL;

  if (info == NULL)
    {
      bh_set_error (error, BH_ERROR_NOT_FOUND, NULL, "There is no worker “%s”", request->arguments[0]);
      return FALSE;
    }
  images = dex_await_boxed (bh_workers_images (workers, info->name), error);
  if (images == NULL)
    return FALSE;
  bh_request_respond_list (request, "images", images, image_to_json);
  return TRUE;
}

gboolean
bh_route_engines (BhRequest *request, GError **error)
{
  BhEngines *engines = bh_coordinator_get_engines (request->coordinator);
  BhWorkers *workers = bh_coordinator_get_workers (request->coordinator);
  const char *worker = bh_request_query (request, "worker");
  const char *image = bh_request_query (request, "image");
  g_autoptr (GPtrArray) list = NULL;
  gboolean fresh = FALSE;

  if (!bh_request_query_bool (request, "fresh", &fresh, error))
    return FALSE;
  if ((worker == NULL) != (image == NULL))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, worker == NULL ? "worker" : "image",
                    "Engines are looked for with a worker and an image; give both or none.");
      return FALSE;
    }
  if (worker != NULL)
    {
      g_autoptr (BhWorkerInfo) info = bh_workers_lookup (workers, worker);

      if (info == NULL || !info->online)
        {
          bh_set_error (error, info == NULL ? BH_ERROR_WORKER_NOT_FOUND : BH_ERROR_WORKER_OFFLINE, "worker",
                        "The worker “%.100s” is not connected.", worker);
          return FALSE;
        }
      if (!dex_await (bh_engines_look (engines, workers, worker, image, fresh), error))
        return FALSE;
      /* if that fails, what was known before has to do: GET /v1/keys says why */
      dex_await (bh_keys_names (bh_coordinator_get_keys (request->coordinator)), NULL);
    }
  list = worker != NULL ? bh_engines_list_found (engines, worker, image) : bh_engines_list (engines);
  bh_request_respond_list (request, "engines", list, engine_to_json);
  return TRUE;
}

gboolean
bh_route_boxes (BhRequest *request, GError **error)
{
  BhStore *store = bh_coordinator_get_store (request->coordinator);
  g_autoptr (GPtrArray) boxes = NULL;

  boxes = dex_await_boxed (bh_workers_boxes (bh_coordinator_get_workers (request->coordinator)), error);
  if (boxes == NULL)
    return FALSE;
  for (guint i = 0; i < boxes->len; i++)
    {
      BhBoxInfo *box = g_ptr_array_index (boxes, i);
      g_autoptr (BhRun) run = dex_await_boxed (bh_store_run_of_box (store, box->id), NULL);

      if (run != NULL && box->run == NULL)
        {
          box->run = g_strdup (run->id);
          box->run_name = g_strdup (run->name);
        }
    }
  bh_request_respond_list (request, "devboxes", boxes, box_to_json);
  return TRUE;
}

gboolean
bh_route_stop_box (BhRequest *request, GError **error)
{
  if (!dex_await (bh_coordinator_stop_box (request->coordinator, request->arguments[0]), error))
    return FALSE;
  bh_request_respond_empty (request);
  return TRUE;
}

gboolean
bh_route_remove_box (BhRequest *request, GError **error)
{
  if (!dex_await (bh_coordinator_remove_box (request->coordinator, request->arguments[0]), error))
    return FALSE;
  bh_request_respond_empty (request);
  return TRUE;
}

gboolean
bh_route_worker_socket (BhRequest *request, GError **error)
{
  g_autoptr (SoupWebsocketConnection) connection = NULL;

  /* a frame of 1 MiB, its header and the box handle */
  connection = dex_await_object (bh_request_websocket (request, BH_WIRE_MAX_PAYLOAD + 4096), error);
  if (connection == NULL)
    return FALSE;
  bh_workers_accept (bh_coordinator_get_workers (request->coordinator), connection, request->local);
  return TRUE;
}

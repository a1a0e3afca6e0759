/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-workers.h"

#include "coordinator/workers/bh-registration.h"
#include "coordinator/workers/bh-rpc.h"
#include "coordinator/workers/bh-worker.h"

#define REGISTER_MS (10 * 1000)
#define SILENCE_MS (30 * 1000)
#define CALL_MS (30 * 1000)
#define ID_MAX_BYTES 256

struct _BhWorkers
{
  GObject parent_instance;

  GHashTable *workers; /* name -> BhWorker: connected, once connected, or waited for */
  GPtrArray *links;    /* BhWorkerLink: open ones, registered or not */
  DexPromise *any;     /* pending while no worker is connected */
  guint register_ms, silence_ms;
};

G_DEFINE_FINAL_TYPE (BhWorkers, bh_workers, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
bh_workers_dispose (GObject *object)
{
  BhWorkers *self = BH_WORKERS (object);

  while (self->links->len > 0)
    {
      g_autoptr (BhWorkerLink) link = g_object_ref (g_ptr_array_index (self->links, 0));

      bh_worker_link_close (link, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "The coordinator is shutting down.");
    }
  G_OBJECT_CLASS (bh_workers_parent_class)->dispose (object);
}

static void
bh_workers_finalize (GObject *object)
{
  BhWorkers *self = BH_WORKERS (object);

  g_clear_pointer (&self->links, g_ptr_array_unref);
  g_clear_pointer (&self->workers, g_hash_table_unref);
  g_clear_pointer (&self->any, dex_unref);
  G_OBJECT_CLASS (bh_workers_parent_class)->finalize (object);
}

static void
bh_workers_class_init (BhWorkersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_workers_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_workers_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
bh_workers_init (BhWorkers *self)
{
  self->workers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->links = g_ptr_array_new_with_free_func (g_object_unref);
  self->any = dex_promise_new ();
  self->register_ms = REGISTER_MS;
  self->silence_ms = SILENCE_MS;
}

BhWorkers *
bh_workers_new (void)
{
  return g_object_new (BH_TYPE_WORKERS, NULL);
}

void
bh_workers_set_timeouts (BhWorkers *self, guint register_ms, guint silence_ms)
{
  g_return_if_fail (BH_IS_WORKERS (self) && register_ms > 0 && silence_ms > 0);
  self->register_ms = register_ms;
  self->silence_ms = silence_ms;
}

static BhWorker *
ensure_worker (BhWorkers *self, const char *name)
{
  BhWorker *worker = g_hash_table_lookup (self->workers, name);

  if (worker != NULL)
    return worker;
  worker = bh_worker_new (name);
  g_hash_table_insert (self->workers, g_strdup (name), worker);
  return worker;
}

static void
emit_changed (BhWorkers *self, BhWorker *worker)
{
  g_autoptr (BhWorkerInfo) info = bh_worker_info_ref (bh_worker_get_info (worker));

  g_signal_emit (self, signals[CHANGED], 0, info);
}

/* ---- what links say ---- */

/* The worker of a registered link. */
static BhWorker *
link_worker (BhWorkers *self, BhWorkerLink *link)
{
  BhWorkerInfo *info = bh_worker_link_get_info (link);
  BhWorker *worker = info != NULL ? g_hash_table_lookup (self->workers, info->name) : NULL;

  return worker != NULL && bh_worker_get_link (worker) == link ? worker : NULL;
}

static gboolean
on_admit (BhWorkerLink *link, gpointer user_data, GError **error)
{
  BhWorkers *self = user_data;
  const char *name = bh_worker_link_get_info (link)->name;
  BhWorker *worker = g_hash_table_lookup (self->workers, name);
  BhWorkerLink *holder = worker != NULL ? bh_worker_get_link (worker) : NULL;
  const char *host;

  if (holder == NULL)
    return TRUE;
  host = bh_worker_link_get_info (holder)->hostname;
  bh_set_error (error, BH_ERROR_NAME_TAKEN, "name",
                "A worker named %s is connected already, from host %s as process %" G_GUINT64_FORMAT
                ". Stop that one, or start this one with another --name.",
                name, host != NULL ? host : "(unknown)", bh_worker_link_get_pid (holder));
  return FALSE;
}

static void
on_registered (BhWorkerLink *link, gpointer user_data)
{
  BhWorkers *self = user_data;
  g_autoptr (BhWorkers) alive = g_object_ref (self);
  g_autoptr (BhWorker) worker = g_object_ref (ensure_worker (self, bh_worker_link_get_info (link)->name));

  bh_worker_registered (worker, link);
  if (dex_future_is_pending (DEX_FUTURE (self->any)))
    dex_promise_resolve_boolean (self->any, TRUE);
  emit_changed (self, worker);
}

static void
on_heartbeat (BhWorkerLink *link, gpointer user_data)
{
  BhWorkers *self = user_data;
  BhWorker *worker = link_worker (self, link);

  if (worker == NULL)
    return;
  bh_worker_heartbeat (worker);
  emit_changed (self, worker);
}

static void
on_box_closed (BhWorkerLink *link, BhBox *box, gpointer user_data)
{
  BhWorker *worker = link_worker (user_data, link);

  if (worker != NULL)
    bh_worker_box_closed (worker, box);
}

static void
on_box_gone (BhWorkerLink *link, const char *box_id, const char *reason, gpointer user_data)
{
  BhWorkers *self = user_data;
  g_autoptr (BhWorkers) alive = g_object_ref (self);
  BhWorker *worker = link_worker (self, link);

  if (worker == NULL)
    return;
  bh_worker_box_gone (worker, box_id, reason);
  emit_changed (self, worker);
}

static gboolean
is_any_online (BhWorkers *self)
{
  GHashTableIter iter;
  gpointer worker;

  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, &worker))
    if (bh_worker_get_link (worker) != NULL)
      return TRUE;
  return FALSE;
}

static void
on_closed (BhWorkerLink *link, const char *reason, gpointer user_data)
{
  BhWorkers *self = user_data;
  BhWorker *worker = link_worker (self, link);

  if (worker != NULL)
    {
      g_message ("Worker %s is away: %s", bh_worker_get_info (worker)->name, reason);
      bh_worker_lost (worker);
      if (!dex_future_is_pending (DEX_FUTURE (self->any)) && !is_any_online (self))
        {
          dex_clear (&self->any);
          self->any = dex_promise_new ();
        }
      emit_changed (self, worker);
    }
  g_ptr_array_remove (self->links, link);
}

static const BhWorkerLinkHandlers link_handlers = {
  on_admit, on_registered, on_heartbeat, on_box_closed, on_box_gone, on_closed,
};

void
bh_workers_accept (BhWorkers *self, SoupWebsocketConnection *connection, gboolean local)
{
  g_return_if_fail (BH_IS_WORKERS (self) && SOUP_IS_WEBSOCKET_CONNECTION (connection));
  if (soup_websocket_connection_get_state (connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  g_ptr_array_add (self->links, bh_worker_link_new (connection, local, self->register_ms, self->silence_ms,
                                                    &link_handlers, self));
}

/* ---- what others ask ---- */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  const BhWorkerInfo *const *one = a, *const *other = b;

  return strcmp ((*one)->name, (*other)->name);
}

GPtrArray *
bh_workers_list (BhWorkers *self)
{
  GPtrArray *list;
  GHashTableIter iter;
  gpointer worker;

  g_return_val_if_fail (BH_IS_WORKERS (self), NULL);
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_worker_info_unref);
  g_hash_table_iter_init (&iter, self->workers);
  while (g_hash_table_iter_next (&iter, NULL, &worker))
    if (bh_worker_get_info (worker) != NULL)
      g_ptr_array_add (list, bh_worker_info_ref (bh_worker_get_info (worker)));
  g_ptr_array_sort (list, compare_names);
  return list;
}

BhWorkerInfo *
bh_workers_lookup (BhWorkers *self, const char *name)
{
  BhWorker *worker;

  g_return_val_if_fail (BH_IS_WORKERS (self) && name != NULL, NULL);
  worker = g_hash_table_lookup (self->workers, name);
  if (worker == NULL || bh_worker_get_info (worker) == NULL)
    return NULL;
  return bh_worker_info_ref (bh_worker_get_info (worker));
}

guint
bh_workers_count_running (BhWorkers *self, const char *name, GHashTable *except)
{
  BhWorker *worker;

  g_return_val_if_fail (BH_IS_WORKERS (self) && name != NULL && except != NULL, 0);
  worker = g_hash_table_lookup (self->workers, name);
  return worker != NULL ? bh_worker_count_running (worker, except) : 0;
}

DexFuture *
bh_workers_ready (BhWorkers *self, const char *name)
{
  dex_return_error_if_fail (BH_IS_WORKERS (self));
  return name != NULL ? bh_worker_ready (ensure_worker (self, name)) : dex_ref (DEX_FUTURE (self->any));
}

/* The array `name` of an answer; NULL if there is none. */
static JsonArray *
answer_array (DexFuture *future, const char *name)
{
  const GValue *value = dex_future_get_value (future, NULL);
  JsonNode *node = value != NULL ? g_value_get_boxed (value) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return bh_rpc_get_array (json_node_get_object (node), name);
}

static DexFuture *
parse_images (DexFuture *future, gpointer user_data)
{
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_image_info_unref);
  JsonArray *array = answer_array (future, "images");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      g_autoptr (GError) error = NULL;
      BhImageInfo *image = bh_image_info_from_json (json_array_get_element (array, i), &error);

      if (image != NULL)
        g_ptr_array_add (images, image);
      else
        g_message ("A worker lists an image that makes no sense: %s", error->message);
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&images));
}

DexFuture *
bh_workers_images (BhWorkers *self, const char *worker)
{
  BhWorker *found;

  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL);
  found = g_hash_table_lookup (self->workers, worker);
  if (found == NULL || bh_worker_get_info (found) == NULL)
    return dex_future_new_for_error (bh_error_new (BH_ERROR_WORKER_NOT_FOUND, NULL,
                                                   "No worker named %s has connected to this coordinator.",
                                                   worker));
  return dex_future_then (bh_worker_call (found, "images.list", NULL, CALL_MS), parse_images, NULL, NULL);
}

typedef struct
{
  GPtrArray *names;
  GPtrArray *calls; /* DexFuture, of the same index */
} Listing;

static void
listing_free (gpointer data)
{
  Listing *self = data;

  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->calls);
  g_free (self);
}

/* A worker that fails or is lost meanwhile is left out. */
static DexFuture *
listing_fiber (gpointer data)
{
  Listing *self = data;
  g_autoptr (GPtrArray) boxes = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_box_info_unref);

  for (guint i = 0; i < self->calls->len; i++)
    {
      g_autoptr (GError) error = NULL;
      DexFuture *call = g_ptr_array_index (self->calls, i);
      JsonArray *array;

      if (!dex_await (dex_ref (call), &error))
        {
          g_message ("%s does not list its DevBoxes: %s", (char *) self->names->pdata[i], error->message);
          continue;
        }
      array = answer_array (call, "boxes");
      for (guint j = 0; array != NULL && j < json_array_get_length (array); j++)
        {
          BhBoxInfo *box =
              bh_registration_parse_box (json_array_get_element (array, j), self->names->pdata[i]);

          if (box != NULL)
            g_ptr_array_add (boxes, box);
        }
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&boxes));
}

DexFuture *
bh_workers_boxes (BhWorkers *self)
{
  g_autoptr (GPtrArray) infos = NULL;
  Listing *listing;

  dex_return_error_if_fail (BH_IS_WORKERS (self));
  infos = bh_workers_list (self);
  listing = g_new (Listing, 1);
  listing->names = g_ptr_array_new_with_free_func (g_free);
  listing->calls = g_ptr_array_new_with_free_func (dex_unref);
  for (guint i = 0; i < infos->len; i++)
    {
      BhWorkerInfo *info = g_ptr_array_index (infos, i);

      if (!info->online)
        continue;
      g_ptr_array_add (listing->names, g_strdup (info->name));
      g_ptr_array_add (listing->calls,
                       bh_worker_call (ensure_worker (self, info->name), "box.list", NULL, CALL_MS));
    }
  return dex_scheduler_spawn (NULL, 0, listing_fiber, listing, listing_free);
}

static DexFuture *
parse_paths (DexFuture *future, gpointer user_data)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  JsonArray *array = answer_array (future, "paths");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (element) && json_node_get_value_type (element) == G_TYPE_STRING)
        g_strv_builder_add (paths, json_node_get_string (element));
    }
  return dex_future_new_take_boxed (G_TYPE_STRV, g_strv_builder_end (paths));
}

static JsonObject *
paths_params (const char *const *paths)
{
  JsonObject *params = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    json_array_add_string_element (array, paths[i]);
  json_object_set_array_member (params, "paths", array);
  return params;
}

DexFuture *
bh_workers_look_sign_ins (BhWorkers *self, const char *worker, const char *const *paths)
{
  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL && paths != NULL);
  return dex_future_then (bh_worker_call (ensure_worker (self, worker), "sign_ins.look", paths_params (paths),
                                          CALL_MS),
                          parse_paths, NULL, NULL);
}

typedef struct
{
  BhWorker *worker;
  char *box_id;
  char **paths;
  BhWantedFunc wanted;
  gpointer data;
  GDestroyNotify destroy;
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *self = data;

  g_object_unref (self->worker);
  g_free (self->box_id);
  g_strfreev (self->paths);
  self->destroy (self->data);
  g_free (self);
}

/* It may be asked for again whenever the answer was lost. */
static DexFuture *
sign_in_fiber (gpointer data)
{
  SignIn *self = data;

  for (;;)
    {
      JsonObject *params;
      BhWorkerLink *link;
      GError *error = NULL;

      if (!dex_await (bh_worker_ready (self->worker), &error))
        return dex_future_new_for_error (error);
      if (!self->wanted (self->data))
        return dex_future_new_for_error (
            bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "Nobody needs the sign-in any more."));
      link = bh_worker_get_link (self->worker);
      if (link == NULL)
        continue;
      params = paths_params ((const char *const *) self->paths);
      json_object_set_string_member (params, "id", self->box_id);
      if (dex_await (bh_worker_call (self->worker, "box.sign_in", params, CALL_MS), &error))
        return dex_future_new_true ();
      if (bh_worker_get_link (self->worker) == link)
        return dex_future_new_for_error (error);
      g_clear_error (&error);
    }
}

DexFuture *
bh_workers_sign_in (BhWorkers *self,
                    const char *worker,
                    const char *box_id,
                    const char *const *paths,
                    BhWantedFunc wanted,
                    gpointer data,
                    GDestroyNotify destroy)
{
  SignIn *job;

  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL && box_id != NULL && paths != NULL);
  job = g_new0 (SignIn, 1);
  job->worker = g_object_ref (ensure_worker (self, worker));
  job->box_id = g_strdup (box_id);
  job->paths = g_strdupv ((char **) paths);
  job->wanted = wanted;
  job->data = data;
  job->destroy = destroy;
  return dex_scheduler_spawn (NULL, 0, sign_in_fiber, job, sign_in_free);
}

static gboolean
id_is_valid (const char *id)
{
  return id != NULL && *id != '\0' && strlen (id) <= ID_MAX_BYTES;
}

DexFuture *
bh_workers_launch (BhWorkers *self, const char *worker, const BhLaunch *launch)
{
  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL);
  dex_return_error_if_fail (launch != NULL && id_is_valid (launch->id) && launch->image != NULL);
  return bh_worker_launch (ensure_worker (self, worker), launch);
}

DexFuture *
bh_workers_open (BhWorkers *self, const char *worker, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL && id_is_valid (box_id));
  return bh_worker_open (ensure_worker (self, worker), box_id);
}

DexFuture *
bh_workers_stop_box (BhWorkers *self, const char *worker, const char *box_id, guint grace_ms)
{
  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL && id_is_valid (box_id));
  return bh_worker_end_box (ensure_worker (self, worker), "box.stop", box_id, grace_ms);
}

DexFuture *
bh_workers_remove_box (BhWorkers *self, const char *worker, const char *box_id)
{
  dex_return_error_if_fail (BH_IS_WORKERS (self) && worker != NULL && id_is_valid (box_id));
  return bh_worker_end_box (ensure_worker (self, worker), "box.remove", box_id, -1);
}

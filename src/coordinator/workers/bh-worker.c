/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-worker.h"

#include "coordinator/workers/bh-box-private.h"
#include "coordinator/workers/bh-rpc.h"

#define CONNECT_MS (30 * 1000)
/* images may have to be fetched */
#define LAUNCH_MS (15 * 60 * 1000)
#define END_MS (120 * 1000)
#define RETRY_FIRST_MS 100
#define RETRY_MAX_MS 10000

struct _BhWorker
{
  GObject parent_instance;

  char *name;
  BhWorkerInfo *info;
  BhWorkerLink *link;
  GHashTable *boxes;      /* id -> BhBox: those that have not ended */
  GHashTable *connecting; /* BhBox -> BhWorkerLink: box.connect is under way (both borrowed) */
  GHashTable *launching;  /* id -> DexFuture */
  GHashTable *running;    /* ids of all the boxes that run there, or are being launched */
  DexPromise *ready;      /* pending while it is away */
};

G_DEFINE_FINAL_TYPE (BhWorker, bh_worker, G_TYPE_OBJECT)

static void
bh_worker_finalize (GObject *object)
{
  BhWorker *self = BH_WORKER (object);

  g_clear_object (&self->link);
  g_clear_pointer (&self->info, bh_worker_info_unref);
  g_clear_pointer (&self->boxes, g_hash_table_unref);
  g_clear_pointer (&self->connecting, g_hash_table_unref);
  g_clear_pointer (&self->launching, g_hash_table_unref);
  g_clear_pointer (&self->running, g_hash_table_unref);
  g_clear_pointer (&self->ready, dex_unref);
  g_free (self->name);
  G_OBJECT_CLASS (bh_worker_parent_class)->finalize (object);
}

static void
bh_worker_class_init (BhWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_worker_finalize;
}

static void
bh_worker_init (BhWorker *self)
{
  self->boxes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->connecting = g_hash_table_new (NULL, NULL);
  self->launching = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->ready = dex_promise_new ();
}

BhWorker *
bh_worker_new (const char *name)
{
  BhWorker *self = g_object_new (BH_TYPE_WORKER, NULL);

  self->name = g_strdup (name);
  return self;
}

BhWorkerInfo *
bh_worker_get_info (BhWorker *self)
{
  return self->info;
}

BhWorkerLink *
bh_worker_get_link (BhWorker *self)
{
  return self->link;
}

DexFuture *
bh_worker_ready (BhWorker *self)
{
  return dex_ref (DEX_FUTURE (self->ready));
}

static JsonObject *
id_params (const char *box_id)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "id", box_id);
  return params;
}

static DexFuture *
call_link (BhWorkerLink *link, const char *method, JsonObject *params, guint timeout_ms)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, params != NULL ? params : json_object_new ());
  return bh_worker_link_call (link, method, node, timeout_ms);
}

DexFuture *
bh_worker_call (BhWorker *self, const char *method, JsonObject *params, guint timeout_ms)
{
  if (self->link != NULL)
    return call_link (self->link, method, params, timeout_ms);
  g_clear_pointer (&params, json_object_unref);
  return dex_future_new_for_error (
      bh_error_new (BH_ERROR_WORKER_OFFLINE, NULL,
                    "The worker %s is not connected. Start bellhop-worker on its machine.", self->name));
}

/* The box is no longer there: forgets it and tells who has it. */
static void
end_box (BhWorker *self, BhBox *box, const char *reason)
{
  g_autoptr (BhBox) alive = g_object_ref (box);
  const char *id = bh_box_get_id (box);

  if (g_hash_table_lookup (self->boxes, id) == box)
    g_hash_table_remove (self->boxes, id);
  bh_box_end (box, reason);
}

/* ---- connecting boxes ---- */

typedef struct
{
  BhWorker *worker;
  BhWorkerLink *link;
  BhBox *box;
} Connect;

static void
connect_over (Connect *self)
{
  if (g_hash_table_lookup (self->worker->connecting, self->box) == self->link)
    g_hash_table_remove (self->worker->connecting, self->box);
}

static void
connect_free (gpointer data)
{
  Connect *self = data;

  connect_over (self);
  g_object_unref (self->worker);
  g_object_unref (self->link);
  g_object_unref (self->box);
  g_free (self);
}

/* 0 with the error set if the worker has not given a handle. */
static guint32
await_handle (DexFuture *call, JsonNode **reply, GError **error)
{
  g_autoptr (JsonNode) node = dex_await_boxed (call, error);
  guint64 handle = 0;

  if (node == NULL)
    return 0;
  if (JSON_NODE_HOLDS_OBJECT (node))
    handle = bh_rpc_get_uint (json_node_get_object (node), "handle", 0);
  if (handle == 0 || handle > G_MAXUINT32)
    {
      bh_set_error (error, BH_ERROR_INTERNAL, NULL, "The worker gave no handle for the DevBox.");
      return 0;
    }
  if (reply != NULL)
    *reply = g_steal_pointer (&node);
  return (guint32) handle;
}

static gboolean
connect_is_wanted (Connect *self)
{
  return self->worker->link == self->link && !bh_box_is_gone (self->box) &&
         g_hash_table_lookup (self->worker->boxes, bh_box_get_id (self->box)) == self->box;
}

static gboolean
await_delay (guint ms)
{
  g_autoptr (GError) error = NULL;

  /* rejects when the time is over */
  return ms == 0 || !dex_await (dex_timeout_new_msec ((int) ms), &error);
}

static DexFuture *
connect_fiber (gpointer data)
{
  Connect *self = data;
  const char *id = bh_box_get_id (self->box);
  guint delay_ms = bh_box_get_retry_ms (self->box);

  while (await_delay (delay_ms) && connect_is_wanted (self))
    {
      g_autoptr (GError) error = NULL;
      guint32 handle =
          await_handle (call_link (self->link, "box.connect", id_params (id), CONNECT_MS), NULL, &error);

      if (!connect_is_wanted (self))
        {
          if (handle != 0)
            bh_worker_link_leave (self->link, handle);
          break;
        }
      if (handle != 0)
        {
          connect_over (self); /* joining may already find that it has to begin anew */
          bh_worker_link_join (self->link, handle, self->box);
          break;
        }
      if (g_error_matches (error, BH_ERROR, BH_ERROR_DEVBOX_GONE))
        {
          end_box (self->worker, self->box, error->message);
          break;
        }
      g_message ("DevBox %s on %s cannot be reached, trying again: %s", id, self->worker->name,
                 error->message);
      delay_ms = CLAMP (delay_ms * 2, RETRY_FIRST_MS, RETRY_MAX_MS);
    }
  return dex_future_new_true ();
}

static void
connect_box (BhWorker *self, BhBox *box)
{
  Connect *connect;

  if (self->link == NULL || g_hash_table_lookup (self->connecting, box) == self->link)
    return;
  connect = g_new (Connect, 1);
  connect->worker = g_object_ref (self);
  connect->link = g_object_ref (self->link);
  connect->box = g_object_ref (box);
  g_hash_table_insert (self->connecting, box, self->link);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, connect_fiber, connect, connect_free));
}

void
bh_worker_box_closed (BhWorker *self, BhBox *box)
{
  if (!bh_box_is_gone (box) && g_hash_table_lookup (self->boxes, bh_box_get_id (box)) == box)
    connect_box (self, box);
}

void
bh_worker_box_gone (BhWorker *self, const char *box_id, const char *reason)
{
  BhBox *box = g_hash_table_lookup (self->boxes, box_id);

  g_hash_table_remove (self->running, box_id);
  if (box != NULL)
    end_box (self, box, reason);
}

guint
bh_worker_count_running (BhWorker *self, GHashTable *except)
{
  GHashTableIter iter;
  gpointer id;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    count += !g_hash_table_contains (except, id);
  return count;
}

/* ---- coming and going ---- */

static void
take_running (BhWorker *self)
{
  GPtrArray *boxes = bh_worker_link_get_boxes (self->link);

  g_hash_table_remove_all (self->running);
  for (guint i = 0; i < boxes->len; i++)
    {
      BhBoxInfo *info = g_ptr_array_index (boxes, i);

      if (g_str_equal (info->state, "running"))
        g_hash_table_add (self->running, g_strdup (info->id));
    }
}

static gboolean
is_running_at (BhWorkerLink *link, const char *box_id)
{
  GPtrArray *boxes = bh_worker_link_get_boxes (link);

  for (guint i = 0; i < boxes->len; i++)
    {
      BhBoxInfo *info = g_ptr_array_index (boxes, i);

      if (g_str_equal (info->id, box_id))
        return g_str_equal (info->state, "running");
    }
  return FALSE;
}

void
bh_worker_registered (BhWorker *self, BhWorkerLink *link)
{
  g_autoptr (GPtrArray) boxes = g_hash_table_get_values_as_ptr_array (self->boxes);

  g_assert (self->link == NULL);
  self->link = g_object_ref (link);
  take_running (self);
  bh_worker_heartbeat (self);
  g_ptr_array_foreach (boxes, (GFunc) (void (*) (void)) g_object_ref, NULL);
  g_ptr_array_set_free_func (boxes, g_object_unref);
  for (guint i = 0; i < boxes->len; i++)
    {
      BhBox *box = g_ptr_array_index (boxes, i);

      if (is_running_at (link, bh_box_get_id (box)))
        connect_box (self, box);
      else
        end_box (self, box, "It was no longer running when its worker came back.");
    }
  if (self->link == link && dex_future_is_pending (DEX_FUTURE (self->ready)))
    dex_promise_resolve_boolean (self->ready, TRUE);
}

void
bh_worker_heartbeat (BhWorker *self)
{
  g_clear_pointer (&self->info, bh_worker_info_unref);
  self->info = bh_worker_info_ref (bh_worker_link_get_info (self->link));
}

void
bh_worker_lost (BhWorker *self)
{
  BhWorkerInfo *info = bh_worker_info_copy (self->info);

  info->online = FALSE;
  bh_worker_info_unref (self->info);
  self->info = info;
  g_clear_object (&self->link);
  if (!dex_future_is_pending (DEX_FUTURE (self->ready)))
    {
      dex_clear (&self->ready);
      self->ready = dex_promise_new ();
    }
}

/* ---- launching and opening ---- */

typedef struct
{
  BhWorker *worker;
  char *id;
  JsonObject *params;
  char *image;
} Launch;

static void
launch_free (gpointer data)
{
  Launch *self = data;

  g_object_unref (self->worker);
  json_object_unref (self->params);
  g_free (self->id);
  g_free (self->image);
  g_free (self);
}

static JsonObject *
launch_params (const BhLaunch *launch)
{
  JsonObject *params = id_params (launch->id);

  json_object_set_string_member (params, "image", launch->image);
  json_object_set_string_member (params, "network", launch->network != NULL ? launch->network : "open");
  json_object_set_int_member (params, "memory_bytes", (gint64) MIN (launch->memory_bytes, G_MAXINT64));
  json_object_set_double_member (params, "cpus", launch->cpus);
  json_object_set_int_member (params, "pids", launch->pids);
  if (launch->programs != NULL)
    {
      JsonArray *programs = json_array_new ();

      for (guint i = 0; launch->programs[i] != NULL; i++)
        json_array_add_string_element (programs, launch->programs[i]);
      json_object_set_array_member (params, "programs", programs);
    }
  return params;
}

/* One attempt: asks the worker and joins the box. NULL with the error set, or without one if the link was
 * lost meanwhile. */
static BhBox *
await_launch (Launch *self, GError **error)
{
  g_autoptr (BhWorkerLink) link = g_object_ref (self->worker->link);
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) reply = NULL;
  BhBox *box;
  guint32 handle;

  g_hash_table_add (self->worker->running, g_strdup (self->id));
  handle = await_handle (call_link (link, "box.launch", json_object_ref (self->params), LAUNCH_MS), &reply,
                         &failure);
  if (self->worker->link != link)
    return NULL;
  if (handle == 0)
    {
      g_hash_table_remove (self->worker->running, self->id);
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  box = g_hash_table_lookup (self->worker->boxes, self->id);
  if (box != NULL)
    {
      /* opened meanwhile by somebody else, for whom it is being connected */
      bh_worker_link_leave (link, handle);
      return g_object_ref (box);
    }
  box = bh_box_new (self->id, self->worker->name, self->image);
  g_hash_table_replace (self->worker->boxes, g_strdup (self->id), g_object_ref (box));
  bh_worker_link_join (link, handle, box);
  return box;
}

/* The box is asked for by its id, so it may be asked for again whenever the answer was lost. */
static DexFuture *
launch_fiber (gpointer data)
{
  Launch *self = data;
  GError *error = NULL;

  for (;;)
    {
      g_autoptr (BhBox) box = NULL;
      BhBox *known = g_hash_table_lookup (self->worker->boxes, self->id);

      if (known != NULL)
        box = g_object_ref (known);
      else if (!dex_await (bh_worker_ready (self->worker), &error))
        return dex_future_new_for_error (error);
      else if (self->worker->link != NULL)
        box = await_launch (self, &error);
      if (error != NULL)
        return dex_future_new_for_error (error);
      if (box == NULL)
        continue;
      if (dex_await (bh_box_ready (box), &error))
        return dex_future_new_take_object (g_steal_pointer (&box));
      if (known == NULL)
        break;
      g_clear_error (&error);
    }
  {
    GError *failed = bh_error_new (BH_ERROR_LAUNCH_FAILED, NULL, "%s", error->message);

    g_error_free (error);
    return dex_future_new_for_error (failed);
  }
}

static DexFuture *
launched (DexFuture *future, gpointer user_data)
{
  Launch *key = user_data;

  g_hash_table_remove (key->worker->launching, key->id);
  return NULL;
}

static Launch *
launch_new (BhWorker *worker, const BhLaunch *launch)
{
  Launch *self = g_new0 (Launch, 1);

  self->worker = g_object_ref (worker);
  self->id = g_strdup (launch->id);
  self->image = g_strdup (launch->image);
  self->params = launch_params (launch);
  return self;
}

/* Shared by everyone who launches the same id. */
DexFuture *
bh_worker_launch (BhWorker *self, const BhLaunch *launch)
{
  DexFuture *future = g_hash_table_lookup (self->launching, launch->id);

  if (future != NULL)
    return dex_ref (future);
  future = dex_scheduler_spawn (NULL, 0, launch_fiber, launch_new (self, launch), launch_free);
  g_hash_table_insert (self->launching, g_strdup (launch->id), dex_ref (future));
  dex_future_disown (dex_future_finally (dex_ref (future), launched, launch_new (self, launch), launch_free));
  return future;
}

static DexFuture *
give_box (DexFuture *future, gpointer user_data)
{
  return dex_future_new_take_object (g_object_ref (user_data));
}

DexFuture *
bh_worker_open (BhWorker *self, const char *box_id)
{
  BhBox *box = g_hash_table_lookup (self->boxes, box_id);

  if (box != NULL)
    return dex_future_new_take_object (g_object_ref (box));
  box = bh_box_new (box_id, self->name, NULL);
  g_hash_table_insert (self->boxes, g_strdup (box_id), box);
  if (self->link == NULL)
    return dex_future_new_take_object (g_object_ref (box));
  connect_box (self, box);
  return dex_future_then (bh_box_ready (box), give_box, g_object_ref (box), g_object_unref);
}

typedef struct
{
  BhWorker *worker;
  char *id;
  gboolean removed;
} End;

static void
end_free (gpointer data)
{
  End *self = data;

  g_object_unref (self->worker);
  g_free (self->id);
  g_free (self);
}

static DexFuture *
ended (DexFuture *future, gpointer user_data)
{
  End *self = user_data;
  BhBox *box = g_hash_table_lookup (self->worker->boxes, self->id);

  g_hash_table_remove (self->worker->running, self->id);
  if (box != NULL)
    end_box (self->worker, box, self->removed ? "It was removed." : "It was stopped.");
  return dex_future_new_true ();
}

DexFuture *
bh_worker_end_box (BhWorker *self, const char *method, const char *box_id, gint64 grace_ms)
{
  JsonObject *params = id_params (box_id);
  End *end = g_new0 (End, 1);
  DexFuture *future;

  end->worker = g_object_ref (self);
  end->id = g_strdup (box_id);
  end->removed = grace_ms < 0;
  if (grace_ms >= 0)
    json_object_set_int_member (params, "grace_ms", grace_ms);
  future = dex_future_then (bh_worker_call (self, method, params, END_MS + (guint) MAX (grace_ms, 0)), ended,
                            end, end_free);
  /* the box is told also when nobody waits for the answer any more */
  dex_future_disown (dex_ref (future));
  return future;
}

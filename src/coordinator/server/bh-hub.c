/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-hub.h"

#include "protocol/bh-text.h"

/* What a slow listener may have waiting before it has to catch up from the store. */
#define QUEUE_BYTES_MAX (1024 * 1024)

struct _BhHub
{
  GObject parent_instance;

  /* borrowed: the coordinator outlives its server */
  BhCoordinator *coordinator;
  BhStore *store; /* owned: subscriptions may outlive the coordinator by a moment */
  /* owned */
  GHashTable *by_run; /* run id -> GPtrArray of BhSubscription (borrowed) */
  GPtrArray *global;  /* BhSubscription (borrowed) */
};

G_DEFINE_FINAL_TYPE (BhHub, bh_hub, G_TYPE_OBJECT)

typedef struct
{
  guint64 seq;
  GBytes *bytes;
} Item;

struct _BhSubscription
{
  BhHub *hub;
  char *run_id;
  GQueue items;
  gsize bytes;
  DexPromise *waiting;
  gboolean lagged;
  gboolean ended;
};

static void
item_free (gpointer data)
{
  Item *item = data;

  g_bytes_unref (item->bytes);
  g_free (item);
}

static void
subscription_wake (BhSubscription *self)
{
  g_autoptr (DexPromise) waiting = g_steal_pointer (&self->waiting);

  if (waiting != NULL)
    dex_promise_resolve_boolean (waiting, TRUE);
}

static void
subscription_push (BhSubscription *self, guint64 seq, GBytes *bytes)
{
  Item *item;

  if (self->bytes + g_bytes_get_size (bytes) > QUEUE_BYTES_MAX)
    {
      g_queue_clear_full (&self->items, item_free);
      self->bytes = 0;
      self->lagged = TRUE;
    }
  else if (!self->lagged)
    {
      item = g_new (Item, 1);
      item->seq = seq;
      item->bytes = g_bytes_ref (bytes);
      g_queue_push_tail (&self->items, item);
      self->bytes += g_bytes_get_size (bytes);
    }
  subscription_wake (self);
}

GBytes *
bh_hub_render (const BhEvent *event)
{
  g_autofree char *data = NULL;
  g_autofree char *text = NULL;
  char *block;

  if (g_str_equal (event->kind, "delta"))
    {
      if (event->bytes != NULL)
        text = bh_text_shown (g_bytes_get_data (event->bytes, NULL), g_bytes_get_size (event->bytes), NULL);
      data = bh_delta_event_with_text (event->data, text);
    }
  block = g_strdup_printf ("id: %" G_GUINT64_FORMAT "\nevent: %s\ndata: %s\n\n", event->seq, event->kind,
                           data != NULL ? data : event->data);
  return g_bytes_new_take (block, strlen (block));
}

GBytes *
bh_hub_render_named (const char *name, const char *data)
{
  char *block = g_strdup_printf ("event: %s\ndata: %s\n\n", name, data);

  return g_bytes_new_take (block, strlen (block));
}

static void
publish_global (BhHub *self, const char *name, JsonNode *record)
{
  g_autoptr (JsonNode) owned = record;
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;

  data = bh_json_to_text (owned);
  bytes = bh_hub_render_named (name, data);
  for (guint i = 0; i < self->global->len; i++)
    subscription_push (g_ptr_array_index (self->global, i), 0, bytes);
}

static void
publish_run (BhHub *self, BhChange *change)
{
  GPtrArray *listeners = g_hash_table_lookup (self->by_run, bh_change_get_run_id (change));
  GPtrArray *events;

  if (listeners == NULL)
    return;
  events = bh_change_get_events (change);
  for (guint i = 0; i < events->len; i++)
    {
      const BhEvent *event = g_ptr_array_index (events, i);
      g_autoptr (GBytes) bytes = bh_hub_render (event);

      for (guint j = 0; j < listeners->len; j++)
        subscription_push (g_ptr_array_index (listeners, j), event->seq, bytes);
    }
  if (bh_change_deletes_run (change))
    for (guint j = 0; j < listeners->len; j++)
      {
        BhSubscription *subscription = g_ptr_array_index (listeners, j);

        subscription->ended = TRUE;
        subscription_wake (subscription);
      }
}

static JsonNode *
deleted_to_json (const char *run_id)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "id", run_id);
  json_node_set_object (node, object);
  return node;
}

static void
on_committed (BhHub *self, BhChange *change)
{
  BhRun *run;
  GPtrArray *questions;

  publish_run (self, change);
  if (self->global->len == 0)
    return;
  run = bh_change_get_run (change);
  if (run != NULL)
    {
      g_autoptr (BhRun) listed = bh_run_copy (run);

      g_clear_pointer (&listed->instructions, g_free);
      publish_global (self, "run", bh_run_to_json (listed));
    }
  questions = bh_change_get_questions (change);
  for (guint i = 0; questions != NULL && i < questions->len; i++)
    publish_global (self, "question", bh_question_set_to_json (g_ptr_array_index (questions, i)));
  if (bh_change_deletes_run (change))
    publish_global (self, "run_deleted", deleted_to_json (bh_change_get_run_id (change)));
}

static void
on_worker_changed (BhHub *self, BhWorkerInfo *info)
{
  if (self->global->len > 0)
    publish_global (self, "worker", bh_worker_info_to_json (info));
}

BhSubscription *
bh_hub_subscribe (BhHub *self, const char *run_id)
{
  BhSubscription *subscription = g_new0 (BhSubscription, 1);
  GPtrArray *listeners = self->global;

  subscription->hub = g_object_ref (self);
  subscription->run_id = g_strdup (run_id);
  g_queue_init (&subscription->items);
  if (run_id != NULL)
    {
      listeners = g_hash_table_lookup (self->by_run, run_id);
      if (listeners == NULL)
        {
          listeners = g_ptr_array_new ();
          g_hash_table_insert (self->by_run, g_strdup (run_id), listeners);
          bh_store_watch (self->store, run_id);
        }
    }
  g_ptr_array_add (listeners, subscription);
  return subscription;
}

void
bh_subscription_free (BhSubscription *self)
{
  if (self->run_id == NULL)
    g_ptr_array_remove_fast (self->hub->global, self);
  else
    {
      GPtrArray *listeners = g_hash_table_lookup (self->hub->by_run, self->run_id);

      g_ptr_array_remove_fast (listeners, self);
      if (listeners->len == 0)
        {
          g_hash_table_remove (self->hub->by_run, self->run_id);
          bh_store_unwatch (self->hub->store, self->run_id);
        }
    }
  g_queue_clear_full (&self->items, item_free);
  dex_clear (&self->waiting);
  g_free (self->run_id);
  g_clear_object (&self->hub);
  g_free (self);
}

DexFuture *
bh_subscription_wait (BhSubscription *self)
{
  if (self->items.length > 0 || self->lagged || self->ended)
    return dex_future_new_for_boolean (TRUE);
  if (self->waiting == NULL)
    self->waiting = dex_promise_new ();
  return DEX_FUTURE (dex_ref (self->waiting));
}

GBytes *
bh_subscription_take (BhSubscription *self, guint64 *seq)
{
  Item *item = g_queue_pop_head (&self->items);
  GBytes *bytes;

  if (item == NULL)
    return NULL;
  bytes = item->bytes;
  *seq = item->seq;
  self->bytes -= g_bytes_get_size (bytes);
  g_free (item);
  return bytes;
}

gboolean
bh_subscription_lagged (BhSubscription *self)
{
  gboolean lagged = self->lagged;

  self->lagged = FALSE;
  return lagged;
}

gboolean
bh_subscription_ended (BhSubscription *self)
{
  return self->ended;
}

static void
bh_hub_finalize (GObject *object)
{
  BhHub *self = BH_HUB (object);

  g_clear_pointer (&self->by_run, g_hash_table_unref);
  g_clear_pointer (&self->global, g_ptr_array_unref);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (bh_hub_parent_class)->finalize (object);
}

static void
bh_hub_class_init (BhHubClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_hub_finalize;
}

static void
bh_hub_init (BhHub *self)
{
  self->by_run = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->global = g_ptr_array_new ();
}

BhHub *
bh_hub_new (BhCoordinator *coordinator)
{
  BhHub *self = g_object_new (BH_TYPE_HUB, NULL);

  self->coordinator = coordinator;
  self->store = g_object_ref (bh_coordinator_get_store (coordinator));
  g_signal_connect_object (bh_coordinator_get_store (coordinator), "committed", G_CALLBACK (on_committed),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (bh_coordinator_get_workers (coordinator), "changed",
                           G_CALLBACK (on_worker_changed), self, G_CONNECT_SWAPPED);
  return self;
}

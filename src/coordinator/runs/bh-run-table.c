/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-run-table.h"

struct _BhRunTable
{
  const BhRunContext *context; /* borrowed */
  GHashTable *actors;          /* id -> BhRunActor, weak */
  GHashTable *loading;         /* id -> DexFuture of BhRunActor */
  GHashTable *deleting;        /* ids */
  GHashTable *active;          /* set of BhRunActor with a driver */
  GHashTable *resting;         /* id -> DexPromise: somebody waits for the drivers' end */
  GHashTable *watches;         /* id -> Watch */
};

typedef struct
{
  BhRunTable *table;
  char *run_id;
  BhBox *box;
  gulong handler;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_signal_handler_disconnect (watch->box, watch->handler);
  g_object_unref (watch->box);
  g_free (watch->run_id);
  g_free (watch);
}

BhRunTable *
bh_run_table_new (const BhRunContext *context)
{
  BhRunTable *self = g_new0 (BhRunTable, 1);

  self->context = context;
  self->actors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->loading = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->deleting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->active = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->resting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->watches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, watch_free);
  return self;
}

static void
forget_cb (gpointer data, GObject *where_it_was)
{
  BhRunTable *self = data;
  GHashTableIter iter;
  gpointer actor;

  g_hash_table_iter_init (&iter, self->actors);
  while (g_hash_table_iter_next (&iter, NULL, &actor))
    if (actor == (gpointer) where_it_was)
      {
        g_hash_table_iter_remove (&iter);
        return;
      }
}

static void
forget_actor (BhRunTable *self, const char *run_id)
{
  BhRunActor *actor = g_hash_table_lookup (self->actors, run_id);

  if (actor == NULL)
    return;
  g_object_weak_unref (G_OBJECT (actor), forget_cb, self);
  g_hash_table_remove (self->actors, run_id);
}

void
bh_run_table_free (BhRunTable *self)
{
  GHashTableIter iter;
  gpointer actor;

  g_hash_table_unref (self->watches);
  g_hash_table_iter_init (&iter, self->actors);
  while (g_hash_table_iter_next (&iter, NULL, &actor))
    g_object_weak_unref (actor, forget_cb, self);
  g_hash_table_unref (self->actors);
  g_hash_table_unref (self->active);
  g_hash_table_unref (self->loading);
  g_hash_table_unref (self->deleting);
  g_hash_table_unref (self->resting);
  g_free (self);
}

void
bh_run_table_add (BhRunTable *self, BhRunActor *actor)
{
  const char *id = bh_run_actor_get_id (actor);

  forget_actor (self, id);
  g_hash_table_insert (self->actors, g_strdup (id), actor);
  g_object_weak_ref (G_OBJECT (actor), forget_cb, self);
}

/* --- loading --- */

typedef struct
{
  BhRunTable *table;
  char *run_id;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->run_id);
  g_free (load);
}

static DexFuture *
deleted_error (const char *run_id)
{
  return dex_future_new_for_error (
      bh_error_new (BH_ERROR_RUN_NOT_FOUND, NULL, "There is no Run %s.", run_id));
}

/* The open actor there is by now, or one made from the store. */
static BhRunActor *
load_actor (Load *load, GError **error)
{
  BhRunTable *self = load->table;
  BhRunActor *known = g_hash_table_lookup (self->actors, load->run_id);
  g_autoptr (BhRunBundle) bundle = NULL;
  BhRunActor *actor;

  while (known != NULL && bh_run_actor_is_closed (known))
    {
      if (!dex_await (bh_run_actor_settled (known), error))
        return NULL;
      if (g_hash_table_lookup (self->actors, load->run_id) == known)
        forget_actor (self, load->run_id);
      known = g_hash_table_lookup (self->actors, load->run_id);
    }
  if (known != NULL)
    return g_object_ref (known);
  bundle = dex_await_boxed (bh_store_load_run (self->context->store, load->run_id), error);
  if (bundle == NULL)
    return NULL;
  actor = bh_run_actor_new_for_bundle (self->context, bundle);
  bh_run_table_add (self, actor);
  return actor;
}

static DexFuture *
load_fiber (gpointer data)
{
  Load *load = data;
  GError *error = NULL;
  BhRunActor *actor = load_actor (load, &error);

  g_hash_table_remove (load->table->loading, load->run_id);
  if (actor == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_object (actor);
}

DexFuture *
bh_run_table_get (BhRunTable *self, const char *run_id)
{
  BhRunActor *known;
  DexFuture *future;
  Load *load;

  if (g_hash_table_contains (self->deleting, run_id))
    return deleted_error (run_id);
  known = g_hash_table_lookup (self->actors, run_id);
  if (known != NULL && !bh_run_actor_is_closed (known))
    return dex_future_new_for_object (known);
  future = g_hash_table_lookup (self->loading, run_id);
  if (future != NULL)
    return dex_ref (future);
  load = g_new0 (Load, 1);
  load->table = self;
  load->run_id = g_strdup (run_id);
  future = dex_scheduler_spawn (NULL, 0, load_fiber, load, load_free);
  dex_future_disown (dex_ref (future));
  g_hash_table_insert (self->loading, g_strdup (run_id), dex_ref (future));
  return future;
}

gboolean
bh_run_table_begin_delete (BhRunTable *self, const char *run_id)
{
  return g_hash_table_add (self->deleting, g_strdup (run_id));
}

void
bh_run_table_abort_delete (BhRunTable *self, const char *run_id)
{
  g_hash_table_remove (self->deleting, run_id);
}

gboolean
bh_run_table_is_deleting (BhRunTable *self, const char *run_id)
{
  return g_hash_table_contains (self->deleting, run_id);
}

/* --- drivers --- */

void
bh_run_table_driver_started (BhRunTable *self, BhRunActor *actor)
{
  g_hash_table_add (self->active, g_object_ref (actor));
  g_hash_table_remove (self->watches, bh_run_actor_get_id (actor));
}

static gboolean
has_driver (BhRunTable *self, const char *run_id)
{
  GHashTableIter iter;
  gpointer actor;

  g_hash_table_iter_init (&iter, self->active);
  while (g_hash_table_iter_next (&iter, &actor, NULL))
    if (g_str_equal (bh_run_actor_get_id (actor), run_id))
      return TRUE;
  return FALSE;
}

void
bh_run_table_driver_ended (BhRunTable *self, BhRunActor *actor)
{
  g_autofree char *id = g_strdup (bh_run_actor_get_id (actor));
  g_autoptr (DexPromise) promise = NULL;
  gpointer key = NULL;

  g_hash_table_remove (self->active, actor);
  if (has_driver (self, id) || !g_hash_table_steal_extended (self->resting, id, &key, (gpointer *) &promise))
    return;
  g_free (key);
  dex_promise_resolve_boolean (promise, TRUE);
}

guint
bh_run_table_count_active (BhRunTable *self)
{
  GHashTableIter iter;
  gpointer actor;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->active);
  while (g_hash_table_iter_next (&iter, &actor, NULL))
    count += !bh_run_actor_is_closed (actor);
  return count;
}

GHashTable *
bh_run_table_active_boxes (BhRunTable *self)
{
  GHashTable *boxes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer actor;

  g_hash_table_iter_init (&iter, self->active);
  while (g_hash_table_iter_next (&iter, &actor, NULL))
    {
      const BhRun *run = bh_run_actor_get_run (actor);

      if (!bh_run_actor_is_closed (actor) && run->box_id != NULL)
        g_hash_table_add (boxes, g_strdup (run->box_id));
    }
  return boxes;
}

DexFuture *
bh_run_table_at_rest (BhRunTable *self, const char *run_id)
{
  DexPromise *promise;

  if (!has_driver (self, run_id))
    return dex_future_new_for_boolean (TRUE);
  promise = g_hash_table_lookup (self->resting, run_id);
  if (promise == NULL)
    {
      promise = dex_promise_new ();
      g_hash_table_insert (self->resting, g_strdup (run_id), promise);
    }
  return dex_ref (DEX_FUTURE (promise));
}

void
bh_run_table_let_go (BhRunTable *self, gboolean broken_only)
{
  g_autoptr (GPtrArray) actors = g_hash_table_get_values_as_ptr_array (self->actors);

  g_ptr_array_foreach (actors, (GFunc) (void (*) (void)) g_object_ref, NULL);
  g_ptr_array_set_free_func (actors, g_object_unref);
  for (guint i = 0; i < actors->len; i++)
    {
      BhRunActor *actor = g_ptr_array_index (actors, i);

      if (!broken_only || bh_journal_is_broken (bh_run_actor_get_journal (actor)))
        bh_run_actor_let_go (actor, NULL);
    }
  if (!broken_only)
    g_hash_table_remove_all (self->watches);
}

/* --- boxes of Runs that ended --- */

static DexFuture *
gone_fiber (gpointer data)
{
  Load *load = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunActor) actor = dex_await_object (bh_run_table_get (load->table, load->run_id), &error);

  if (actor == NULL || !bh_run_state_is_terminal (bh_run_actor_get_run (actor)->state) ||
      g_strcmp0 (bh_run_actor_get_run (actor)->box_state, "running") != 0 ||
      !bh_run_actor_begin_ending (actor))
    return dex_future_new_for_boolean (FALSE);
  if (!dex_await (bh_run_actor_set_box_state (actor, "gone"), &error))
    g_message ("the end of the DevBox of %s could not be stored: %s", load->run_id, error->message);
  bh_run_actor_finish_ending (actor);
  return dex_future_new_for_boolean (TRUE);
}

static void
watched_gone_cb (BhBox *box, const char *reason, Watch *watch)
{
  Load *load = g_new0 (Load, 1);

  load->table = watch->table;
  load->run_id = g_strdup (watch->run_id);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, gone_fiber, load, load_free));
  g_hash_table_remove (watch->table->watches, load->run_id);
}

void
bh_run_table_watch_box (BhRunTable *self, const char *run_id, BhBox *box)
{
  Watch *watch = g_new0 (Watch, 1);

  watch->table = self;
  watch->run_id = g_strdup (run_id);
  watch->box = g_object_ref (box);
  watch->handler = g_signal_connect (box, "gone", G_CALLBACK (watched_gone_cb), watch);
  g_hash_table_insert (self->watches, g_strdup (run_id), watch);
}

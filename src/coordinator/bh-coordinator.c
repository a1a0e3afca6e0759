/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/bh-coordinator.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "coordinator/bh-coordinator-private.h"
#include "coordinator/runs/bh-box-ending.h"
#include "coordinator/runs/bh-lock-file.h"
#include "coordinator/runs/bh-run-driver.h"

G_DEFINE_FINAL_TYPE (BhCoordinator, bh_coordinator, G_TYPE_OBJECT)

static void
bh_coordinator_dispose (GObject *object)
{
  BhCoordinator *self = BH_COORDINATOR (object);

  if (self->context.workers != NULL)
    g_signal_handlers_disconnect_by_data (self->context.workers, self);
  if (self->context.store != NULL)
    g_signal_handlers_disconnect_by_data (self->context.store, self);
  G_OBJECT_CLASS (bh_coordinator_parent_class)->dispose (object);
}

static void
bh_coordinator_finalize (GObject *object)
{
  BhCoordinator *self = BH_COORDINATOR (object);

  g_clear_pointer (&self->context.table, bh_run_table_free);
  g_clear_object (&self->context.slots);
  g_clear_object (&self->context.engines);
  g_clear_object (&self->context.sign_ins);
  g_clear_object (&self->context.keys);
  g_clear_object (&self->context.workers);
  g_clear_object (&self->context.store);
  g_clear_pointer (&self->removals, bh_removals_free);
  g_hash_table_unref (self->online);
  g_hash_table_unref (self->creating);
  g_free (self->data_dir);
  g_clear_fd (&self->lock_fd, NULL);
  G_OBJECT_CLASS (bh_coordinator_parent_class)->finalize (object);
}

static void
bh_coordinator_class_init (BhCoordinatorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_coordinator_dispose;
  object_class->finalize = bh_coordinator_finalize;
}

static void
bh_coordinator_init (BhCoordinator *self)
{
  self->lock_fd = -1;
  self->online = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->creating = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
}

/* --- workers come and go --- */

/* A box has its slot as long as it runs: also when its Run has ended and it is kept, or still being stopped.
 */
static int
slot_limit (const char *worker, gpointer data)
{
  BhCoordinator *self = data;
  g_autoptr (BhWorkerInfo) info = bh_workers_lookup (self->context.workers, worker);
  g_autoptr (GHashTable) at_work = NULL;
  guint others;

  if (info == NULL || !info->online)
    return -1;
  if (info->max_boxes == 0)
    return 0;
  at_work = bh_run_table_active_boxes (self->context.table);
  others = bh_workers_count_running (self->context.workers, worker, at_work);
  return info->max_boxes > others ? (int) MIN (info->max_boxes - others, (guint) G_MAXINT) : -1;
}

static void
worker_changed_cb (BhWorkers *workers, BhWorkerInfo *info, BhCoordinator *self)
{
  if (!info->online)
    {
      g_hash_table_remove (self->online, info->name);
      return;
    }
  bh_slots_update (self->context.slots);
  if (!g_hash_table_add (self->online, g_strdup (info->name)))
    return;
  bh_box_ending_reconcile (&self->context, self->removals, info->name);
}

BhCoordinator *
bh_coordinator_new (const char *data_dir)
{
  BhCoordinator *self;
  g_autofree char *database = NULL, *keys = NULL;

  g_return_val_if_fail (data_dir != NULL, NULL);

  self = g_object_new (BH_TYPE_COORDINATOR, NULL);
  self->data_dir = g_strdup (data_dir);
  database = g_build_filename (data_dir, "coordinator.db", NULL);
  self->context.store = bh_store_new (database);
  self->context.workers = bh_workers_new ();
  keys = g_build_filename (data_dir, "keys", NULL);
  self->context.keys = bh_keys_new (keys);
  self->context.engines = bh_engines_new ();
  self->context.sign_ins = bh_sign_ins_new (self->context.store, self->context.workers);
  bh_engines_use_sign_ins (self->context.engines, self->context.sign_ins);
  bh_engines_set_keys (self->context.engines, self->context.keys);
  self->context.slots = bh_slots_new (slot_limit, self);
  self->context.table = bh_run_table_new (&self->context);
  return self;
}

BhStore *
bh_coordinator_get_store (BhCoordinator *self)
{
  g_return_val_if_fail (BH_IS_COORDINATOR (self), NULL);

  return self->context.store;
}

BhWorkers *
bh_coordinator_get_workers (BhCoordinator *self)
{
  g_return_val_if_fail (BH_IS_COORDINATOR (self), NULL);

  return self->context.workers;
}

BhEngines *
bh_coordinator_get_engines (BhCoordinator *self)
{
  g_return_val_if_fail (BH_IS_COORDINATOR (self), NULL);

  return self->context.engines;
}

BhSignIns *
bh_coordinator_get_sign_ins (BhCoordinator *self)
{
  g_return_val_if_fail (BH_IS_COORDINATOR (self), NULL);

  return self->context.sign_ins;
}

BhKeys *
bh_coordinator_get_keys (BhCoordinator *self)
{
  g_return_val_if_fail (BH_IS_COORDINATOR (self), NULL);

  return self->context.keys;
}

guint
bh_coordinator_count_active (BhCoordinator *self)
{
  g_return_val_if_fail (BH_IS_COORDINATOR (self), 0);

  return bh_run_table_count_active (self->context.table);
}

/* --- start and end --- */

/* Drivers for every Run that is not terminal and has none. */
static gboolean
take_up_runs (BhCoordinator *self, GError **error)
{
  g_auto (GStrv) ids = dex_await_boxed (bh_store_active_runs (self->context.store), error);

  if (ids == NULL)
    return FALSE;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (BhRunActor) actor =
          dex_await_object (bh_run_table_get (self->context.table, ids[i]), &local_error);
      g_autoptr (BhRunDriver) driver = NULL;

      if (actor == NULL)
        {
          g_warning ("The Run %s cannot be taken up: %s", ids[i], local_error->message);
          continue;
        }
      if (bh_run_actor_get_driver (actor) != NULL || bh_run_actor_is_closed (actor) ||
          bh_run_state_is_terminal (bh_run_actor_get_run (actor)->state))
        continue;
      driver = bh_run_driver_new (actor);
      bh_run_driver_start (driver, NULL);
    }
  return TRUE;
}

/* Changes that were on their way when the store recovered are refused still: only after a sync has followed
 * them does every journal know whether it is broken. One that learnt it later would have its Run let go of
 * for good. */
static DexFuture *
recovered_fiber (gpointer data)
{
  BhCoordinator *self = data;
  g_autoptr (GError) error = NULL;

  if (!dex_await (bh_store_sync (self->context.store), &error))
    {
      g_message ("The database fails again: %s", error->message);
      return dex_future_new_for_boolean (FALSE);
    }
  bh_run_table_let_go (self->context.table, TRUE);
  if (!take_up_runs (self, &error))
    g_warning ("The Runs cannot be taken up again: %s", error->message);
  return dex_future_new_for_boolean (TRUE);
}

static void
store_recovered_cb (BhStore *store, BhCoordinator *self)
{
  g_message ("The database can be written again.");
  dex_future_disown (dex_scheduler_spawn (NULL, 0, recovered_fiber, g_object_ref (self), g_object_unref));
}

static gboolean
prepare_data_dir (BhCoordinator *self, GError **error)
{
  g_autofree char *lock = g_build_filename (self->data_dir, "coordinator.lock", NULL);
  g_autofree char *removals = g_build_filename (self->data_dir, "removals", NULL);

  if (g_mkdir_with_parents (self->data_dir, 0700) != 0)
    {
      bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "The folder %s cannot be made: %s.", self->data_dir,
                    g_strerror (errno));
      return FALSE;
    }
  self->lock_fd = bh_lock_file_take (lock, error);
  if (self->lock_fd < 0)
    return FALSE;
  self->removals = bh_removals_new (removals);
  return TRUE;
}

static DexFuture *
start_fiber (gpointer data)
{
  BhCoordinator *self = data;
  GError *error = NULL;

  if (!prepare_data_dir (self, &error) || !dex_await (bh_store_open (self->context.store), &error) ||
      !dex_await (bh_sign_ins_load (self->context.sign_ins), &error))
    return dex_future_new_for_error (error);
  self->started_at = g_get_monotonic_time ();
  /* not waited for: nobody may need a key */
  dex_future_disown (bh_keys_stored_in (self->context.keys));
  g_signal_connect_object (self->context.workers, "changed", G_CALLBACK (worker_changed_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (self->context.store, "recovered", G_CALLBACK (store_recovered_cb), self,
                           G_CONNECT_DEFAULT);
  if (!take_up_runs (self, &error))
    return dex_future_new_for_error (error);
  bh_slots_open (self->context.slots);
  return dex_future_new_for_boolean (TRUE);
}

DexFuture *
bh_coordinator_start (BhCoordinator *self)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));
  dex_return_error_if_fail (self->lock_fd < 0);

  return bh_coordinator_spawn (start_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
shutdown_fiber (gpointer data)
{
  BhCoordinator *self = data;
  GError *error = NULL;

  self->shutting_down = TRUE;
  bh_run_table_let_go (self->context.table, FALSE);
  if (!dex_await (bh_store_close (self->context.store), &error))
    return dex_future_new_for_error (error);
  g_clear_fd (&self->lock_fd, NULL);
  return dex_future_new_for_boolean (TRUE);
}

DexFuture *
bh_coordinator_shutdown (BhCoordinator *self)
{
  dex_return_error_if_fail (BH_IS_COORDINATOR (self));

  return bh_coordinator_spawn (shutdown_fiber, g_object_ref (self), g_object_unref);
}

/* Who asks may go away (an HTTP client that hangs up): what was begun is done all the same. */
DexFuture *
bh_coordinator_spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  DexFuture *future = dex_scheduler_spawn (NULL, 0, func, data, destroy);

  dex_future_disown (dex_ref (future));
  return future;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-sweep.h"

#include "coordinator/engines/bh-engines.h"

struct _BhSweep
{
  BhWorkers *workers;
  GHashTable *seen; /* names of workers */
  gulong handler;
};

typedef struct
{
  BhWorkers *workers;
  char *worker;
} Visit;

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  g_object_unref (visit->workers);
  g_free (visit->worker);
  g_free (visit);
}

static void
sweep_box (Visit *visit, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBox) box = dex_await_object (bh_workers_open (visit->workers, visit->worker, id), &error);

  if (box == NULL || !dex_await (bh_box_hang_up_strangers (box), &error))
    g_debug ("what was left in %s is left there: %s", id, error->message);
}

static DexFuture *
visit_fiber (gpointer data)
{
  Visit *visit = data;
  g_autoptr (GPtrArray) boxes = dex_await_boxed (bh_workers_boxes (visit->workers), NULL);

  for (guint i = 0; boxes != NULL && i < boxes->len; i++)
    {
      BhBoxInfo *box = g_ptr_array_index (boxes, i);

      if (g_strcmp0 (box->worker, visit->worker) == 0 && bh_engines_is_left_behind (box->id))
        dex_future_disown (bh_workers_remove_box (visit->workers, box->worker, box->id));
      else if (g_strcmp0 (box->worker, visit->worker) == 0 && g_strcmp0 (box->state, "running") == 0)
        sweep_box (visit, box->id);
    }
  return NULL;
}

static void
on_changed (BhWorkers *workers, BhWorkerInfo *info, BhSweep *self)
{
  Visit *visit;

  if (!info->online || !g_hash_table_add (self->seen, g_strdup (info->name)))
    return;
  visit = g_new0 (Visit, 1);
  visit->workers = g_object_ref (workers);
  visit->worker = g_strdup (info->name);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, visit_fiber, visit, visit_free));
}

BhSweep *
bh_sweep_new (BhWorkers *workers)
{
  BhSweep *self = g_new0 (BhSweep, 1);

  self->workers = g_object_ref (workers);
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->handler = g_signal_connect (workers, "changed", G_CALLBACK (on_changed), self);
  return self;
}

void
bh_sweep_free (BhSweep *self)
{
  g_clear_signal_handler (&self->handler, self->workers);
  g_clear_object (&self->workers);
  g_hash_table_unref (self->seen);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-future.h"

static DexFuture *
settled_cb (DexFuture *future, gpointer data)
{
  DexPromise *promise = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    dex_promise_resolve (promise, value);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
  return dex_future_new_true ();
}

DexFuture *
bh_future_detached (DexFuture *fiber)
{
  DexPromise *promise = dex_promise_new ();

  dex_future_disown (dex_future_finally (fiber, settled_cb, dex_ref (promise), dex_unref));
  return DEX_FUTURE (promise);
}

GWeakRef *
bh_weak_ref_new (gpointer object)
{
  GWeakRef *self = g_new0 (GWeakRef, 1);

  g_weak_ref_init (self, object);
  return self;
}

void
bh_weak_ref_free (gpointer weak_ref)
{
  g_weak_ref_clear (weak_ref);
  g_free (weak_ref);
}

typedef struct
{
  GType type;
  BhThreadFunc func;
  gpointer data;
  GDestroyNotify destroy;
  DexPromise *promise;
  gpointer result;
  GError *error;
} ThreadWork;

static void
thread_work_free (ThreadWork *self)
{
  if (self->destroy != NULL)
    self->destroy (self->data);
  if (self->result != NULL)
    g_boxed_free (self->type, self->result);
  g_clear_error (&self->error);
  dex_clear (&self->promise);
  g_free (self);
}

static void
work_cb (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  ThreadWork *self = data;

  self->result = self->func (self->data, &self->error);
  g_task_return_boolean (task, TRUE);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ThreadWork *self = g_task_get_task_data (G_TASK (result));

  if (self->result != NULL)
    dex_promise_resolve_boxed (self->promise, self->type, g_steal_pointer (&self->result));
  else if (self->error != NULL)
    dex_promise_reject (self->promise, g_steal_pointer (&self->error));
  else
    dex_promise_reject (self->promise,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "Nothing came of it"));
}

DexFuture *
bh_future_in_thread (GType type, BhThreadFunc func, gpointer data, GDestroyNotify destroy)
{
  ThreadWork *work = g_new0 (ThreadWork, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, done_cb, NULL);

  work->type = type;
  work->func = func;
  work->data = data;
  work->destroy = destroy;
  work->promise = dex_promise_new ();
  g_task_set_source_tag (task, bh_future_in_thread);
  g_task_set_task_data (task, work, (GDestroyNotify) thread_work_free);
  g_task_run_in_thread (task, work_cb);
  return dex_ref (work->promise);
}

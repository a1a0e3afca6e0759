/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-write-queue.h"

struct _BhWriteQueue
{
  GAsyncQueue *queue;
  GThread *holder; /* (nullable): only compared with oneself */
};

void
bh_write_request_free (gpointer data)
{
  BhWriteRequest *request = data;

  g_clear_pointer (&request->change, bh_change_unref);
  g_clear_error (&request->error);
  dex_clear (&request->promise);
  g_free (request->first);
  g_free (request->second);
  g_free (request);
}

BhWriteQueue *
bh_write_queue_new (void)
{
  BhWriteQueue *self = g_new0 (BhWriteQueue, 1);

  self->queue = g_async_queue_new_full (bh_write_request_free);
  return self;
}

void
bh_write_queue_free (BhWriteQueue *self)
{
  g_async_queue_unref (self->queue);
  g_free (self);
}

void
bh_write_queue_push (BhWriteQueue *self, BhWriteRequest request)
{
  BhWriteRequest *copy = g_new (BhWriteRequest, 1);

  *copy = request;
  if (copy->promise != NULL)
    dex_ref (copy->promise);
  if (g_atomic_pointer_get (&self->holder) == g_thread_self ())
    g_async_queue_push_unlocked (self->queue, copy);
  else
    g_async_queue_push (self->queue, copy);
}

void
bh_write_queue_hold (BhWriteQueue *self)
{
  g_async_queue_lock (self->queue);
  g_atomic_pointer_set (&self->holder, g_thread_self ());
}

void
bh_write_queue_release (BhWriteQueue *self)
{
  g_atomic_pointer_set (&self->holder, NULL);
  g_async_queue_unlock (self->queue);
}

BhWriteRequest *
bh_write_queue_pop (BhWriteQueue *self, gint64 wait_us)
{
  if (wait_us < 0)
    return g_async_queue_pop (self->queue);
  return wait_us > 0 ? g_async_queue_timeout_pop (self->queue, (guint64) wait_us)
                     : g_async_queue_try_pop (self->queue);
}

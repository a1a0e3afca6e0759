/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-mailbox.h"

typedef struct
{
  GSource source;
  BhMailbox *mailbox;
} MailboxSource;

struct _BhMailbox
{
  GSource *source;
  BhMailboxFunc func;
  gpointer user_data;

  GMutex mutex;
  GArray *waiting; /* BhDelivery; under the mutex */
  GArray *spare;   /* main context: empty, to be swapped for `waiting` */
  gboolean delivering, freed;
};

static void
settle (BhDelivery *delivery)
{
  if (delivery->error != NULL)
    dex_promise_reject (delivery->promise, g_steal_pointer (&delivery->error));
  else
    dex_promise_resolve (delivery->promise, &delivery->value);
}

static void
clear (BhDelivery *delivery)
{
  g_clear_pointer (&delivery->change, bh_change_unref);
  g_clear_error (&delivery->error);
  if (G_IS_VALUE (&delivery->value))
    g_value_unset (&delivery->value);
  dex_clear (&delivery->promise);
}

static void
destroy (BhMailbox *self)
{
  g_array_unref (self->waiting);
  g_clear_pointer (&self->spare, g_array_unref);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
deliver (BhMailbox *self, GArray *deliveries)
{
  self->delivering = TRUE;
  for (guint i = 0; i < deliveries->len; i++)
    {
      BhDelivery *delivery = &g_array_index (deliveries, BhDelivery, i);

      if (delivery->kind == BH_DELIVERY_PROMISE)
        settle (delivery);
      else if (!self->freed)
        self->func (delivery, self->user_data);
      clear (delivery);
    }
  self->delivering = FALSE;
}

static gboolean
dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  BhMailbox *self = ((MailboxSource *) source)->mailbox;
  g_autoptr (GArray) deliveries =
      self->spare != NULL ? g_steal_pointer (&self->spare) : g_array_new (FALSE, TRUE, sizeof (BhDelivery));

  g_mutex_lock (&self->mutex);
  g_source_set_ready_time (source, -1);
  {
    GArray *arrived = self->waiting;

    self->waiting = g_steal_pointer (&deliveries);
    deliveries = arrived;
  }
  g_mutex_unlock (&self->mutex);

  deliver (self, deliveries);
  if (self->freed)
    {
      destroy (self);
      return G_SOURCE_REMOVE;
    }
  /* after a flood do not keep its room */
  if (deliveries->len <= 1024)
    {
      g_array_set_size (deliveries, 0);
      self->spare = g_steal_pointer (&deliveries);
    }
  return G_SOURCE_CONTINUE;
}

BhMailbox *
bh_mailbox_new (BhMailboxFunc func, gpointer user_data)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  BhMailbox *self = g_new0 (BhMailbox, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->func = func;
  self->user_data = user_data;
  g_mutex_init (&self->mutex);
  self->waiting = g_array_new (FALSE, TRUE, sizeof (BhDelivery));
  self->source = g_source_new (&funcs, sizeof (MailboxSource));
  ((MailboxSource *) self->source)->mailbox = self;
  g_source_set_static_name (self->source, "bellhop store");
  g_source_set_priority (self->source, G_PRIORITY_DEFAULT);
  g_source_set_can_recurse (self->source, FALSE);
  g_source_attach (self->source, context);
  return self;
}

void
bh_mailbox_free (BhMailbox *self)
{
  g_return_if_fail (self != NULL);

  for (guint i = 0; i < self->waiting->len; i++)
    {
      BhDelivery *delivery = &g_array_index (self->waiting, BhDelivery, i);

      if (delivery->kind == BH_DELIVERY_PROMISE)
        settle (delivery);
      clear (delivery);
    }
  g_array_set_size (self->waiting, 0);
  self->freed = TRUE;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  /* freed from within a delivery: dispatch() still needs it */
  if (!self->delivering)
    destroy (self);
}

void
bh_mailbox_post (BhMailbox *self, const BhDelivery *deliveries, guint count)
{
  g_mutex_lock (&self->mutex);
  g_array_append_vals (self->waiting, deliveries, count);
  g_source_set_ready_time (self->source, 0);
  g_mutex_unlock (&self->mutex);
}

void
bh_mailbox_settle (BhMailbox *self, DexPromise *promise, GValue *value, GError *error)
{
  BhDelivery delivery = { .kind = BH_DELIVERY_PROMISE, .promise = promise, .error = error };

  if (error == NULL)
    delivery.value = *value;
  else if (G_IS_VALUE (value))
    g_value_unset (value);
  bh_mailbox_post (self, &delivery, 1);
}

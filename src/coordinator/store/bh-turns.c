/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-turns.h"

/* How long after a turn the next one is, at the least, by how many took part: every Run that writes dirties
 * pages of its own, so what counts for the disk is how often each Run is written, not how much. A lone Run
 * waits for nobody. */
#define APART_EACH_US 200
#define APART_MAX_US 40000

typedef struct
{
  BhTurnFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
} Waiter;

struct _BhTurns
{
  BhTurnFunc begin, end;
  gpointer user_data;
  GArray *waiting; /* Waiter */
  guint sent;      /* and not done yet */
  gint64 next;     /* monotonic; no turn before */
  GSource *timer;
};

static void
clear_waiter (gpointer data)
{
  Waiter *waiter = data;

  waiter->destroy (waiter->user_data);
}

static GArray *
waiter_array_new (void)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (Waiter));

  g_array_set_clear_func (array, clear_waiter);
  return array;
}

static void
give_turn (BhTurns *self)
{
  g_autoptr (GArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = waiter_array_new ();
  self->next = g_get_monotonic_time () + MIN (waiting->len * APART_EACH_US, APART_MAX_US);
  self->begin (self->user_data);
  for (guint i = 0; i < waiting->len; i++)
    {
      Waiter *waiter = &g_array_index (waiting, Waiter, i);

      waiter->func (waiter->user_data);
    }
  self->end (self->user_data);
}

/* Gives a turn if it is time for one, else sees to it that it will be given. */
static void
consider (BhTurns *self)
{
  if (self->sent > 0 || self->waiting->len == 0)
    return;
  if (g_get_monotonic_time () >= self->next)
    give_turn (self);
  else
    g_source_set_ready_time (self->timer, self->next);
}

static gboolean
on_timer (gpointer user_data)
{
  BhTurns *self = user_data;

  g_source_set_ready_time (self->timer, -1);
  consider (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_timer (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

BhTurns *
bh_turns_new (BhTurnFunc begin, BhTurnFunc end, gpointer user_data)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_timer };
  BhTurns *self = g_new0 (BhTurns, 1);
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();

  self->begin = begin;
  self->end = end;
  self->user_data = user_data;
  self->waiting = waiter_array_new ();
  self->timer = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (self->timer, "bellhop store turns");
  g_source_set_callback (self->timer, on_timer, self, NULL);
  g_source_attach (self->timer, context);
  return self;
}

void
bh_turns_free (BhTurns *self)
{
  g_source_destroy (self->timer);
  g_source_unref (self->timer);
  g_array_unref (self->waiting);
  g_free (self);
}

void
bh_turns_note_sent (BhTurns *self)
{
  self->sent++;
}

void
bh_turns_note_done (BhTurns *self, guint count)
{
  g_assert (count <= self->sent);
  self->sent -= count;
  consider (self);
}

gboolean
bh_turns_is_free (BhTurns *self)
{
  return self->sent == 0 && self->waiting->len == 0 && g_get_monotonic_time () >= self->next;
}

void
bh_turns_await (BhTurns *self, BhTurnFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Waiter waiter = { func, user_data, destroy };

  g_array_append_val (self->waiting, waiter);
  /* never from in here: who asks is in the middle of something */
  if (self->sent == 0)
    g_source_set_ready_time (self->timer, self->next);
}

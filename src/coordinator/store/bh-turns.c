/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-turns.h"

#include <string.h>

/* How long after a turn the next one is, at the least, by how many took part: a turn costs by its Runs, not
 * by how much each has to say. A lone Run waits for nobody. */
#define APART_EACH_US 200
#define APART_MAX_US 40000
/* Of those who asked to be sent later, so many go along at most: after a hiccup all of them are due, and who
 * is watched would wait for a batch of hundreds. */
#define PATIENT_MAX 16

typedef struct
{
  BhTurnFunc func;
  gpointer user_data;
  GDestroyNotify destroy;
  gint64 due;
  gboolean patient; /* was not due at once */
} Waiter;

struct _BhTurns
{
  BhTurnFunc begin, end;
  gpointer user_data;
  GArray *waiting; /* Waiter, who has waited longest first */
  guint sent;      /* and not done yet */
  gint64 next;     /* monotonic; no turn before */
  gint64 first;    /* when the first of those waiting is due */
  GSource *timer;
};

static void
clear_waiter (gpointer data)
{
  Waiter *waiter = data;

  if (waiter->destroy != NULL)
    waiter->destroy (waiter->user_data);
}

static GArray *
waiter_array_new (void)
{
  GArray *array = g_array_new (FALSE, FALSE, sizeof (Waiter));

  g_array_set_clear_func (array, clear_waiter);
  return array;
}

/* Those who are due leave `waiting`. (transfer full) */
static GArray *
take_due (BhTurns *self, gint64 now)
{
  GArray *due = waiter_array_new ();
  guint left = 0, patient = 0;

  self->first = G_MAXINT64;
  for (guint i = 0; i < self->waiting->len; i++)
    {
      Waiter waiter = g_array_index (self->waiting, Waiter, i);

      if (waiter.due <= now && (!waiter.patient || patient < PATIENT_MAX))
        {
          patient += waiter.patient;
          g_array_append_val (due, waiter);
          continue;
        }
      self->first = MIN (self->first, waiter.due);
      g_array_index (self->waiting, Waiter, left++) = waiter;
    }
  /* those that were taken are not to be cleared */
  memset (&g_array_index (self->waiting, Waiter, left), 0, (self->waiting->len - left) * sizeof (Waiter));
  g_array_set_size (self->waiting, left);
  return due;
}

/* Who had their turn; letting go of them may be the end of the store. (transfer full) */
static GArray *
give_turn (BhTurns *self, gint64 now)
{
  GArray *due = take_due (self, now);

  self->next = now + MIN (due->len * APART_EACH_US, APART_MAX_US);
  self->begin (self->user_data);
  for (guint i = 0; i < due->len; i++)
    {
      Waiter *waiter = &g_array_index (due, Waiter, i);

      waiter->func (waiter->user_data);
    }
  self->end (self->user_data);
  return due;
}

/* Sees to it that the next turn comes in time, unless something is being done: its end does. */
static void
set_timer (BhTurns *self)
{
  if (self->sent == 0 && self->waiting->len > 0)
    g_source_set_ready_time (self->timer, MAX (self->next, self->first));
}

static void
consider (BhTurns *self)
{
  g_autoptr (GArray) due = NULL;
  gint64 now;

  if (self->sent > 0 || self->waiting->len == 0)
    return;
  now = g_get_monotonic_time ();
  if (now >= MAX (self->next, self->first))
    due = give_turn (self, now);
  /* it may be that none of those who were due had anything to send */
  set_timer (self);
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
  self->first = G_MAXINT64;
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
  gint64 now = g_get_monotonic_time ();

  return self->sent == 0 && now >= self->next && now < self->first;
}

void
bh_turns_await (BhTurns *self, gint64 due, BhTurnFunc func, gpointer user_data, GDestroyNotify destroy)
{
  Waiter waiter = { func, user_data, destroy, due, due > g_get_monotonic_time () };

  g_array_append_val (self->waiting, waiter);
  self->first = MIN (self->first, due);
  /* never from in here: who asks is in the middle of something */
  set_timer (self);
}

void
bh_turns_hurry (BhTurns *self)
{
  for (guint i = 0; i < self->waiting->len; i++)
    {
      Waiter *waiter = &g_array_index (self->waiting, Waiter, i);

      waiter->due = 0;
      waiter->patient = FALSE;
    }
  if (self->waiting->len == 0)
    return;
  self->first = 0;
  set_timer (self);
}

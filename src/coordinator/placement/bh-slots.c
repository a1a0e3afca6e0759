/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/placement/bh-slots.h"
#include "protocol/bh-error.h"

typedef struct
{
  char *worker;
  char *run_id;
  gint64 since;
  guint position; /* last told */
  BhSlotsMoved moved;
  gpointer moved_data;
  DexPromise *promise;
} Waiter;

struct _BhSlots
{
  GObject parent;
  BhSlotsLimit limit;
  gpointer limit_data;
  gboolean open;
  GHashTable *taken;  /* run id -> worker */
  GPtrArray *waiting; /* Waiter, oldest first */
  guint update_source;
};

G_DEFINE_FINAL_TYPE (BhSlots, bh_slots, G_TYPE_OBJECT)

static void
waiter_free (gpointer data)
{
  Waiter *waiter = data;

  g_free (waiter->worker);
  g_free (waiter->run_id);
  dex_unref (waiter->promise);
  g_free (waiter);
}

static void
bh_slots_dispose (GObject *object)
{
  BhSlots *self = BH_SLOTS (object);

  g_clear_handle_id (&self->update_source, g_source_remove);
  G_OBJECT_CLASS (bh_slots_parent_class)->dispose (object);
}

static void
bh_slots_finalize (GObject *object)
{
  BhSlots *self = BH_SLOTS (object);

  g_hash_table_unref (self->taken);
  g_ptr_array_unref (self->waiting);
  G_OBJECT_CLASS (bh_slots_parent_class)->finalize (object);
}

static void
bh_slots_class_init (BhSlotsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_slots_dispose;
  object_class->finalize = bh_slots_finalize;
}

static void
bh_slots_init (BhSlots *self)
{
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->waiting = g_ptr_array_new_with_free_func (waiter_free);
}

BhSlots *
bh_slots_new (BhSlotsLimit limit, gpointer data)
{
  BhSlots *self = g_object_new (BH_TYPE_SLOTS, NULL);

  self->limit = limit;
  self->limit_data = data;
  return self;
}

static guint
count_taken (BhSlots *self, const char *worker)
{
  GHashTableIter iter;
  gpointer value;
  guint count = 0;

  g_hash_table_iter_init (&iter, self->taken);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    count += g_str_equal (value, worker);
  return count;
}

static gboolean
has_room (BhSlots *self, const char *worker)
{
  int limit = self->limit (worker, self->limit_data);

  return limit == 0 || (limit > 0 && count_taken (self, worker) < (guint) limit);
}

static void
let_in (BhSlots *self)
{
  g_autoptr (GPtrArray) let = g_ptr_array_new_with_free_func (waiter_free);
  g_autoptr (GHashTable) full = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->waiting->len;)
    {
      Waiter *waiter = g_ptr_array_index (self->waiting, i);

      if (g_hash_table_contains (full, waiter->worker) || !has_room (self, waiter->worker))
        {
          g_hash_table_add (full, waiter->worker);
          i++;
          continue;
        }
      bh_slots_take (self, waiter->worker, waiter->run_id);
      g_ptr_array_add (let, g_ptr_array_steal_index (self->waiting, i));
    }
  for (guint i = 0; i < let->len; i++)
    dex_promise_resolve_boolean (((Waiter *) g_ptr_array_index (let, i))->promise, TRUE);
}

static void
tell_positions (BhSlots *self)
{
  g_autoptr (GHashTable) lengths = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->waiting->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (self->waiting, i);
      guint position = GPOINTER_TO_UINT (g_hash_table_lookup (lengths, waiter->worker)) + 1;

      g_hash_table_insert (lengths, waiter->worker, GUINT_TO_POINTER (position));
      if (waiter->position == position)
        continue;
      waiter->position = position;
      waiter->moved (position, waiter->moved_data);
    }
}

static gboolean
update_cb (gpointer data)
{
  BhSlots *self = data;

  self->update_source = 0;
  if (!self->open)
    return G_SOURCE_REMOVE;
  let_in (self);
  tell_positions (self);
  return G_SOURCE_REMOVE;
}

/* Later, from the main loop: callers hold half-changed Runs. */
void
bh_slots_update (BhSlots *self)
{
  g_return_if_fail (BH_IS_SLOTS (self));

  if (self->update_source == 0)
    self->update_source = g_idle_add_full (G_PRIORITY_DEFAULT, update_cb, self, NULL);
}

void
bh_slots_open (BhSlots *self)
{
  g_return_if_fail (BH_IS_SLOTS (self));

  self->open = TRUE;
  bh_slots_update (self);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const Waiter *left = *(const Waiter *const *) a, *right = *(const Waiter *const *) b;

  if (left->since != right->since)
    return left->since < right->since ? -1 : 1;
  return strcmp (left->run_id, right->run_id);
}

DexFuture *
bh_slots_wait (BhSlots *self,
               const char *worker,
               const char *run_id,
               gint64 since,
               BhSlotsMoved moved,
               gpointer moved_data)
{
  Waiter *waiter;
  DexFuture *future;

  dex_return_error_if_fail (BH_IS_SLOTS (self));
  dex_return_error_if_fail (worker != NULL && run_id != NULL && moved != NULL);

  waiter = g_new0 (Waiter, 1);
  waiter->worker = g_strdup (worker);
  waiter->run_id = g_strdup (run_id);
  waiter->since = since;
  waiter->moved = moved;
  waiter->moved_data = moved_data;
  waiter->promise = dex_promise_new ();
  future = dex_ref (DEX_FUTURE (waiter->promise));
  g_ptr_array_add (self->waiting, waiter);
  g_ptr_array_sort (self->waiting, compare);
  if (self->open)
    let_in (self);
  if (dex_future_is_pending (future))
    bh_slots_update (self);
  return future;
}

void
bh_slots_take (BhSlots *self, const char *worker, const char *run_id)
{
  g_return_if_fail (BH_IS_SLOTS (self));
  g_return_if_fail (worker != NULL && run_id != NULL);

  g_hash_table_insert (self->taken, g_strdup (run_id), g_strdup (worker));
}

void
bh_slots_release (BhSlots *self, const char *run_id)
{
  g_return_if_fail (BH_IS_SLOTS (self));
  g_return_if_fail (run_id != NULL);

  for (guint i = 0; i < self->waiting->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (self->waiting, i);

      if (!g_str_equal (waiter->run_id, run_id))
        continue;
      g_ptr_array_steal_index (self->waiting, i);
      dex_promise_reject (waiter->promise, bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL,
                                                         "The Run does not wait for a slot any more."));
      waiter_free (waiter);
      break;
    }
  g_hash_table_remove (self->taken, run_id);
  bh_slots_update (self);
}

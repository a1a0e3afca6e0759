/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-row-pool.h"

/* Of each kind: as many as a list view holds, or a jump to rows that are not loaded yet would make all anew.
 */
#define SPARE_MAX 256

struct _BhRowPool
{
  GHashTable *spare; /* GType → GPtrArray of BhRowView */
};

BhRowPool *
bh_row_pool_new (void)
{
  BhRowPool *self = g_rc_box_new0 (BhRowPool);

  self->spare = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  return self;
}

BhRowPool *
bh_row_pool_ref (BhRowPool *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  g_hash_table_unref (((BhRowPool *) data)->spare);
}

void
bh_row_pool_unref (BhRowPool *self)
{
  g_rc_box_release_full (self, clear);
}

static GPtrArray *
get_spare (BhRowPool *self, GType type)
{
  GPtrArray *spare = g_hash_table_lookup (self->spare, GSIZE_TO_POINTER (type));

  if (spare == NULL)
    {
      spare = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->spare, GSIZE_TO_POINTER (type), spare);
    }
  return spare;
}

BhRowView *
bh_row_pool_take (BhRowPool *self, GType type)
{
  GPtrArray *spare = get_spare (self, type);

  if (spare->len > 0)
    return g_ptr_array_steal_index_fast (spare, spare->len - 1);
  return g_object_ref_sink (g_object_new (type, NULL));
}

void
bh_row_pool_give (BhRowPool *self, BhRowView *view)
{
  GPtrArray *spare = get_spare (self, G_OBJECT_TYPE (view));

  if (spare->len < SPARE_MAX)
    g_ptr_array_add (spare, view);
  else
    g_object_unref (view);
}

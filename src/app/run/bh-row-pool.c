/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/run/bh-row-pool.h"

/* Of each kind: as many as a list view holds, or a jump to rows that are not loaded yet would make all anew.
 */
#define SPARE_MAX 256
/* Of each kind that was asked for: a screen of them, and no more than may be in use at a time. */
#define READY 16
#define MADE_MAX 256
/* px, before any was seen */
#define FIRST_GUESS 64
/* how many of the last ones count, and by how much of it a guess may be wrong */
#define MEAN_OF 16
#define GUESS_OFF 0.2

typedef struct
{
  double mean;
  int guess;
} Height;

typedef struct
{
  GPtrArray *views; /* BhRowView */
  guint n_made;
} Spare;

struct _BhRowPool
{
  GHashTable *spare;   /* GType → Spare */
  GHashTable *heights; /* GType → Height */
  guint n_guesses;
  guint prepare_source;
};

static void
spare_free (gpointer data)
{
  g_ptr_array_unref (((Spare *) data)->views);
  g_free (data);
}

BhRowPool *
bh_row_pool_new (void)
{
  BhRowPool *self = g_rc_box_new0 (BhRowPool);

  self->spare = g_hash_table_new_full (NULL, NULL, NULL, spare_free);
  self->heights = g_hash_table_new_full (NULL, NULL, NULL, g_free);
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
  BhRowPool *self = data;

  g_clear_handle_id (&self->prepare_source, g_source_remove);
  g_hash_table_unref (self->spare);
  g_hash_table_unref (self->heights);
}

void
bh_row_pool_unref (BhRowPool *self)
{
  g_rc_box_release_full (self, clear);
}

/* --- spare ones ---------------------------------------------------------------------------------------- */

static Spare *
get_spare (BhRowPool *self, GType type)
{
  Spare *spare = g_hash_table_lookup (self->spare, GSIZE_TO_POINTER (type));

  if (spare == NULL)
    {
      spare = g_new0 (Spare, 1);
      spare->views = g_ptr_array_new_with_free_func (g_object_unref);
      g_hash_table_insert (self->spare, GSIZE_TO_POINTER (type), spare);
    }
  return spare;
}

static BhRowView *
make (Spare *spare, GType type)
{
  spare->n_made++;
  return g_object_ref_sink (g_object_new (type, NULL));
}

static gboolean
is_short (const Spare *spare)
{
  return spare->views->len < READY && spare->n_made < MADE_MAX;
}

/* One at a time: whoever types or scrolls meanwhile notices none of it. */
static gboolean
prepare_cb (gpointer data)
{
  BhRowPool *self = data;
  GHashTableIter iter;
  gpointer type, spare;

  g_hash_table_iter_init (&iter, self->spare);
  while (g_hash_table_iter_next (&iter, &type, &spare))
    if (is_short (spare))
      {
        g_ptr_array_add (((Spare *) spare)->views, make (spare, GPOINTER_TO_SIZE (type)));
        return G_SOURCE_CONTINUE;
      }
  self->prepare_source = 0;
  return G_SOURCE_REMOVE;
}

static void
schedule (BhRowPool *self, const Spare *spare)
{
  if (self->prepare_source == 0 && is_short (spare))
    self->prepare_source = g_idle_add_full (G_PRIORITY_LOW, prepare_cb, self, NULL);
}

void
bh_row_pool_prepare (BhRowPool *self, GType type)
{
  schedule (self, get_spare (self, type));
}

BhRowView *
bh_row_pool_take (BhRowPool *self, GType type)
{
  Spare *spare = get_spare (self, type);
  BhRowView *view;

  if (spare->views->len > 0)
    view = g_ptr_array_steal_index_fast (spare->views, spare->views->len - 1);
  else
    view = make (spare, type);
  /* who needed one is likely to need the next */
  schedule (self, spare);
  return view;
}

void
bh_row_pool_give (BhRowPool *self, BhRowView *view)
{
  Spare *spare = get_spare (self, G_OBJECT_TYPE (view));

  if (spare->views->len < SPARE_MAX)
    g_ptr_array_add (spare->views, view);
  else
    g_object_unref (view);
}

/* --- heights ------------------------------------------------------------------------------------------- */

int
bh_row_pool_guess_height (BhRowPool *self, GType type)
{
  const Height *height = g_hash_table_lookup (self->heights, GSIZE_TO_POINTER (type));

  if (height == NULL)
    height = g_hash_table_lookup (self->heights, GSIZE_TO_POINTER (G_TYPE_NONE));
  return height != NULL ? height->guess : FIRST_GUESS;
}

static void
note (BhRowPool *self, GType type, int seen)
{
  Height *height = g_hash_table_lookup (self->heights, GSIZE_TO_POINTER (type));

  if (height == NULL)
    {
      height = g_new0 (Height, 1);
      height->mean = seen;
      g_hash_table_insert (self->heights, GSIZE_TO_POINTER (type), height);
    }
  height->mean += (seen - height->mean) / MEAN_OF;
  if (ABS (height->mean - height->guess) <= height->guess * GUESS_OFF)
    return;
  height->guess = (int) (height->mean + 0.5);
  self->n_guesses++;
}

void
bh_row_pool_note_height (BhRowPool *self, GType type, int height)
{
  note (self, type, height);
  note (self, G_TYPE_NONE, height);
}

guint
bh_row_pool_get_n_guesses (BhRowPool *self)
{
  return self->n_guesses;
}

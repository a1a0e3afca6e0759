/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-timeline-private.h"

#include <string.h>

#include "client/bh-engine-names.h"
#include "client/bh-future.h"

/* Find in timeline: page by page, away from where the person is, without keeping them. */

#define STEP 500

typedef struct
{
  GWeakRef weak; /* BhTimeline */
  BhConnection *connection;
  char *run_id;
  char *needle; /* case folded */
  guint number;
  guint64 n_rows;
  guint64 position;
  gboolean backwards;
} Find;

static void
find_free (gpointer data)
{
  Find *self = data;

  g_weak_ref_clear (&self->weak);
  g_object_unref (self->connection);
  g_free (self->run_id);
  g_free (self->needle);
  g_free (self);
}

/* --- looking at rows ----------------------------------------------------------------------------------- */

typedef struct
{
  BhListing *list;
  char *needle;
  guint64 from, to; /* [from, to) */
  gboolean backwards;
} Look;

static void
look_free (gpointer data)
{
  Look *self = data;

  bh_listing_unref (self->list);
  g_free (self->needle);
  g_free (self);
}

static gboolean
holds (const char *text, const char *needle)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, needle) != NULL;
}

static gboolean
matches (const BhRow *row, const char *needle)
{
  g_autofree char *name = NULL;

  if (holds (row->title, needle) || holds (row->head, needle) || holds (row->author, needle))
    return TRUE;
  /* what is shown of the author */
  name = bh_engine_names_lookup_author (row->author);
  return holds (name, needle);
}

/* A thread's: the row that was found, as a list of one or none. */
static gpointer
look (gpointer data, GError **error)
{
  const Look *self = data;
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_row_unref);
  guint n = self->list->records->len;

  for (guint i = 0; i < n && found->len == 0; i++)
    {
      BhRow *row = g_ptr_array_index (self->list->records, self->backwards ? n - 1 - i : i);

      if (row->n >= self->from && row->n < self->to && matches (row, self->needle))
        g_ptr_array_add (found, bh_row_ref (row));
    }
  return found;
}

/* --- asking for them ----------------------------------------------------------------------------------- */

static gboolean
is_current (Find *self)
{
  g_autoptr (BhTimeline) timeline = g_weak_ref_get (&self->weak);

  return timeline != NULL && timeline->find == self->number;
}

/* (transfer full) (nullable): NULL without an error is none. */
static BhRow *
look_at (Find *self, guint64 from, guint64 to, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;
  Look *work = g_new0 (Look, 1);

  work->list =
      dex_await_boxed (bh_connection_list_rows (self->connection, self->run_id, from, (guint) (to - from)),
                       error);
  if (work->list == NULL)
    {
      g_free (work);
      return NULL;
    }
  work->needle = g_strdup (self->needle);
  work->from = from;
  work->to = to;
  work->backwards = self->backwards;
  found = dex_await_boxed (bh_future_in_thread (G_TYPE_PTR_ARRAY, look, work, look_free), error);
  return found != NULL && found->len > 0 ? bh_row_ref (g_ptr_array_index (found, 0)) : NULL;
}

/* [from, to) from the end that is nearer to where it began. */
static BhRow *
look_through (Find *self, guint64 from, guint64 to, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (from < to)
    {
      guint64 length = MIN (to - from, STEP);
      guint64 at = self->backwards ? to - length : from;
      BhRow *row = look_at (self, at, at + length, &local);

      if (row != NULL)
        return row;
      if (local == NULL && !is_current (self))
        g_set_error_literal (&local, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Another search took its place");
      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (self->backwards)
        to = at;
      else
        from = at + length;
    }
  return NULL;
}

static DexFuture *
find_fiber (gpointer data)
{
  Find *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRow) row = NULL;
  guint64 next = MIN (self->position + 1, self->n_rows), here = MIN (self->position, self->n_rows);

  /* what lies ahead, then around to where it began, which counts as the last */
  row = self->backwards ? look_through (self, 0, here, &error)
                        : look_through (self, next, self->n_rows, &error);
  if (row == NULL && error == NULL)
    row = self->backwards ? look_through (self, here, self->n_rows, &error)
                          : look_through (self, 0, next, &error);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (row == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing in this Run reads like that");
  return dex_future_new_for_uint ((guint) row->n);
}

DexFuture *
bh_timeline_find (BhTimeline *self, const char *text, guint position, gboolean backwards)
{
  Find *find;

  dex_return_error_if_fail (BH_IS_TIMELINE (self));
  dex_return_error_if_fail (text != NULL);
  find = g_new0 (Find, 1);
  g_weak_ref_init (&find->weak, self);
  find->connection = g_object_ref (self->connection);
  find->run_id = g_strdup (self->run_id);
  find->needle = g_utf8_casefold (text, -1);
  find->number = ++self->find;
  find->n_rows = self->n_told;
  find->position = position;
  find->backwards = backwards;
  return bh_future_detached (dex_scheduler_spawn (NULL, 0, find_fiber, find, find_free));
}

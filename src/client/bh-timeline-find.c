/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-timeline-private.h"

#include <string.h>

#include "client/bh-engine-names.h"
#include "client/bh-future.h"

/* Find in timeline: page by page, away from where the person is, without keeping them. What the rows
 * themselves show is looked at here, where the names of engines are known; what they hold besides by the
 * coordinator. */

#define STEP 500
#define DEEP_MAX 256 /* bytes of a text that coordinators find */

typedef struct
{
  GWeakRef weak; /* BhTimeline */
  BhConnection *connection;
  char *run_id;
  char *text;
  char *needle;     /* the same, case folded */
  gboolean shallow; /* the coordinator cannot find */
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
  g_free (self->text);
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

/* -1: none, or there is no answer. */
static gint64
read_number (JsonNode *answer, const char *name)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;

  if (object == NULL || !json_object_has_member (object, name) || json_object_get_null_member (object, name))
    return -1;
  return json_object_get_int_member_with_default (object, name, -1);
}

/* Which of [from, to) holds it in what is not shown of it. -1: none, or `error`. */
static gint64
look_deep (Find *self, guint64 from, guint64 to, GError **error)
{
  while (from < to && !self->shallow && is_current (self))
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (JsonNode) answer =
          dex_await_boxed (bh_connection_find_row (self->connection, self->run_id, self->text, from,
                                                   (guint) (to - from), self->backwards),
                           &local);
      gint64 row = answer != NULL ? read_number (answer, "row") : -1;
      gint64 next = answer != NULL ? read_number (answer, "next") : -1;

      self->shallow = g_error_matches (local, BH_ERROR, BH_ERROR_NOT_FOUND);
      if (local != NULL && !self->shallow)
        g_propagate_error (error, g_steal_pointer (&local));
      if (row >= (gint64) from && row < (gint64) to)
        return row;
      /* what does not lead on would be followed for ever */
      if (next < (gint64) from + !self->backwards || next > (gint64) to - self->backwards)
        break;
      *(self->backwards ? &to : &from) = (guint64) next;
    }
  return -1;
}

/* [from, to), at most a step of it. */
static gint64
look_in_step (Find *self, guint64 from, guint64 to, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (BhRow) row = look_at (self, from, to, &local);
  gint64 found = row != NULL ? (gint64) row->n : -1, deep = -1;

  if (local == NULL)
    /* only what is nearer than what was found */
    deep = look_deep (self, found >= 0 && self->backwards ? (guint64) found + 1 : from,
                      found >= 0 && !self->backwards ? (guint64) found : to, &local);
  if (local == NULL && !is_current (self))
    g_set_error_literal (&local, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Another search took its place");
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return -1;
    }
  return deep >= 0 ? deep : found;
}

/* [from, to) from the end that is nearer to where it began. -1: none, or `error`. */
static gint64
look_through (Find *self, guint64 from, guint64 to, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (from < to && local == NULL)
    {
      guint64 length = MIN (to - from, STEP);
      guint64 at = self->backwards ? to - length : from;
      gint64 row = look_in_step (self, at, at + length, &local);

      if (row >= 0)
        return row;
      if (self->backwards)
        to = at;
      else
        from = at + length;
    }
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return -1;
}

static DexFuture *
find_fiber (gpointer data)
{
  Find *self = data;
  g_autoptr (GError) error = NULL;
  gint64 row;
  guint64 next = MIN (self->position + 1, self->n_rows), here = MIN (self->position, self->n_rows);

  /* what lies ahead, then around to where it began, which counts as the last */
  row = self->backwards ? look_through (self, 0, here, &error)
                        : look_through (self, next, self->n_rows, &error);
  if (row < 0 && error == NULL)
    row = self->backwards ? look_through (self, here, self->n_rows, &error)
                          : look_through (self, 0, next, &error);
  if (error != NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (row < 0)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "Nothing in this Run reads like that");
  return dex_future_new_for_uint ((guint) row);
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
  find->text = g_strdup (text);
  find->needle = g_utf8_casefold (text, -1);
  find->shallow = *text == '\0' || strlen (text) > DEEP_MAX;
  find->number = ++self->find;
  find->n_rows = self->n_told;
  find->position = position;
  find->backwards = backwards;
  return bh_future_detached (dex_scheduler_spawn (NULL, 0, find_fiber, find, find_free));
}

void
bh_timeline_cancel_find (BhTimeline *self)
{
  g_return_if_fail (BH_IS_TIMELINE (self));
  self->find++;
}

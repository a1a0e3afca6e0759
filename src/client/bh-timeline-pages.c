/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-timeline-private.h"

#include <glib/gi18n-lib.h>

/* Records of rows, a page at a time. */

#define IN_FLIGHT_MAX 2

/* --- pages --------------------------------------------------------------------------------------------- */

void
bh_timeline_page_free (BhTimelinePage *page)
{
  for (guint i = 0; i < BH_TIMELINE_PAGE; i++)
    g_clear_pointer (&page->rows[i], bh_row_unref);
  g_free (page->problem);
  g_free (page);
}

static BhTimelinePage *
find_page (BhTimeline *self, guint index)
{
  return g_hash_table_lookup (self->pages, GUINT_TO_POINTER (index));
}

static void
touch (BhTimeline *self, BhTimelinePage *page)
{
  if (self->lru.head == &page->link)
    return;
  g_queue_unlink (&self->lru, &page->link);
  g_queue_push_head_link (&self->lru, &page->link);
}

static void
remove_page (BhTimeline *self, BhTimelinePage *page)
{
  g_queue_unlink (&self->lru, &page->link);
  g_hash_table_remove (self->pages, GUINT_TO_POINTER (page->index));
}

/* Those that were used longest ago go; one under way has to be there when it comes. */
static void
evict (BhTimeline *self)
{
  GList *link = self->lru.tail;

  while (link != NULL && self->lru.length > BH_TIMELINE_PAGES_MAX)
    {
      BhTimelinePage *page = link->data;

      link = link->prev;
      if (!page->loading)
        remove_page (self, page);
    }
}

static BhTimelinePage *
add_page (BhTimeline *self, guint index)
{
  BhTimelinePage *page = g_new0 (BhTimelinePage, 1);

  page->index = index;
  page->link.data = page;
  g_hash_table_insert (self->pages, GUINT_TO_POINTER (index), page);
  g_queue_push_head_link (&self->lru, &page->link);
  evict (self);
  return page;
}

BhRow *
bh_timeline_peek (BhTimeline *self, guint position)
{
  BhTimelinePage *page = find_page (self, position / BH_TIMELINE_PAGE);

  if (page == NULL)
    return NULL;
  touch (self, page);
  return page->rows[position % BH_TIMELINE_PAGE];
}

static BhTimelineRow *
find_object (BhTimeline *self, guint64 n)
{
  return n < G_MAXINT ? g_hash_table_lookup (self->objects, GUINT_TO_POINTER ((guint) n)) : NULL;
}

/* --- what comes ---------------------------------------------------------------------------------------- */

static void
put_in_page (BhTimeline *self, BhTimelinePage *page, BhRow *row)
{
  guint at = (guint) (row->n % BH_TIMELINE_PAGE);

  bh_row_ref (row);
  g_clear_pointer (&page->rows[at], bh_row_unref);
  page->rows[at] = row;
}

/* How far a row that is no longer under way has come is in its record. */
static void
note_end (BhTimeline *self, const BhRow *row)
{
  if (row->state != BH_ROW_OPEN)
    g_hash_table_remove (self->grown, GUINT_TO_POINTER ((guint) row->n));
}

void
bh_timeline_put_row (BhTimeline *self, BhRow *row)
{
  guint index = (guint) (row->n / BH_TIMELINE_PAGE);
  BhTimelinePage *page = find_page (self, index);
  BhTimelineRow *object = find_object (self, row->n);

  note_end (self, row);
  /* the first row of a page is all of it, so far */
  if (page == NULL && row->n == self->n_known && row->n % BH_TIMELINE_PAGE == 0)
    {
      page = add_page (self, index);
      page->loaded = TRUE;
    }
  if (page != NULL)
    {
      put_in_page (self, page, row);
      if (page->loading)
        page->touched[row->n % BH_TIMELINE_PAGE] = TRUE;
    }
  if (object != NULL)
    bh_timeline_row_set_row (object, row);
}

static void
take_record (BhTimeline *self, BhTimelinePage *page, BhRow *row)
{
  BhTimelineRow *object = find_object (self, row->n);

  if (row->n / BH_TIMELINE_PAGE != page->index || page->touched[row->n % BH_TIMELINE_PAGE])
    return;
  put_in_page (self, page, row);
  if (object != NULL)
    bh_timeline_row_set_row (object, row);
  bh_timeline_look_for_message (self, row);
}

/* So that the last page, the one that is shown first, is never cleared away by the rows before it. */
static gboolean
is_end (BhTimeline *self, const BhTimelinePage *page)
{
  return self->n_told == 0 || page->index == (self->n_told - 1) / BH_TIMELINE_PAGE;
}

typedef struct
{
  GWeakRef timeline;
  guint index;
} Fetch;

static void
fetch_free (gpointer data)
{
  g_weak_ref_clear (&((Fetch *) data)->timeline);
  g_free (data);
}

static void
fail_page (BhTimeline *self, BhTimelinePage *page, const char *problem)
{
  g_set_str (&page->problem, problem);
  for (guint i = 0; i < BH_TIMELINE_PAGE; i++)
    {
      BhTimelineRow *object = find_object (self, (guint64) page->index * BH_TIMELINE_PAGE + i);

      if (object != NULL && !bh_timeline_row_get_loaded (object))
        bh_timeline_row_set_problem (object, problem);
    }
}

/* What the page ought to hold and does not is not asked for again and again. */
static void
note_missing (BhTimeline *self, BhTimelinePage *page, const char *bad)
{
  guint64 first = (guint64) page->index * BH_TIMELINE_PAGE;

  for (guint i = 0; i < BH_TIMELINE_PAGE && first + i < self->n_known; i++)
    if (page->rows[i] == NULL)
      {
        fail_page (self, page, bad != NULL ? bad : _ ("The coordinator has not sent this row"));
        return;
      }
}

static void
take_page (BhTimeline *self, BhTimelinePage *page, BhListing *list)
{
  page->loaded = TRUE;
  for (guint i = 0; i < list->records->len; i++)
    take_record (self, page, g_ptr_array_index (list->records, i));
  if (list->total > self->n_known)
    {
      self->n_known = MIN (list->total, G_MAXINT);
      bh_timeline_schedule_flush (self);
    }
  if (!page->again)
    note_missing (self, page, list->bad);
  for (guint i = 0; i < BH_TIMELINE_PAGE; i++)
    page->touched[i] = FALSE;
  if (is_end (self, page))
    bh_timeline_set_ready (self);
}

static void schedule_fetch (BhTimeline *self);

static DexFuture *
fetched_cb (DexFuture *future, gpointer data)
{
  Fetch *asked = data;
  g_autoptr (BhTimeline) self = g_weak_ref_get (&asked->timeline);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  BhTimelinePage *page;

  if (self == NULL || self->connection == NULL)
    return dex_future_new_true ();
  page = find_page (self, asked->index);
  self->n_fetching--;
  if (page != NULL)
    {
      page->loading = FALSE;
      if (value != NULL)
        take_page (self, page, g_value_get_boxed (value));
      else
        fail_page (self, page, error->message);
      if (page->again)
        bh_timeline_fetch_page (self, page->index);
    }
  evict (self);
  schedule_fetch (self);
  return dex_future_new_true ();
}

/* --- asking -------------------------------------------------------------------------------------------- */

void
bh_timeline_fetch_page (BhTimeline *self, guint index)
{
  BhTimelinePage *page = find_page (self, index);
  Fetch *asked;

  if (page != NULL && page->loading)
    return;
  if (page == NULL)
    page = add_page (self, index);
  page->loading = TRUE;
  page->again = FALSE;
  g_clear_pointer (&page->problem, g_free);
  self->n_fetching++;
  asked = g_new0 (Fetch, 1);
  g_weak_ref_init (&asked->timeline, self);
  asked->index = index;
  dex_future_disown (
      dex_future_finally (bh_connection_list_rows (self->connection, self->run_id,
                                                   (guint64) index * BH_TIMELINE_PAGE, BH_TIMELINE_PAGE),
                          fetched_cb, asked, fetch_free));
}

/* The page nearest to the focus that somebody waits for; G_MAXUINT: none. What was asked for and is held by
 * nobody any more has been scrolled past. */
static guint
next_wanted (BhTimeline *self)
{
  guint best = G_MAXUINT, distance = G_MAXUINT;
  GHashTableIter iter;
  gpointer position, row;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &position, &row))
    {
      guint index = GPOINTER_TO_UINT (position) / BH_TIMELINE_PAGE;
      guint away = index > self->focus ? index - self->focus : self->focus - index;
      BhTimelinePage *page;

      if (away >= distance || bh_timeline_row_get_loaded (row))
        continue;
      page = find_page (self, index);
      if (page != NULL && (page->loading || page->problem != NULL))
        continue;
      best = index;
      distance = away;
    }
  return best;
}

static gboolean
fetch_cb (gpointer data)
{
  BhTimeline *self = data;

  self->fetch_source = 0;
  while (self->n_fetching < IN_FLIGHT_MAX)
    {
      guint index = next_wanted (self);

      if (index == G_MAXUINT)
        break;
      bh_timeline_fetch_page (self, index);
    }
  return G_SOURCE_REMOVE;
}

/* Whoever scrolls asks for many rows at once: the last says where the person is. */
static void
schedule_fetch (BhTimeline *self)
{
  if (self->fetch_source == 0 && self->n_fetching < IN_FLIGHT_MAX)
    self->fetch_source = g_idle_add_full (G_PRIORITY_DEFAULT, fetch_cb, self, NULL);
}

void
bh_timeline_want (BhTimeline *self, guint position)
{
  BhTimelinePage *page;

  self->focus = position / BH_TIMELINE_PAGE;
  page = find_page (self, self->focus);
  if (page == NULL || (!page->loading && page->problem == NULL))
    schedule_fetch (self);
  else if (!page->loading)
    bh_timeline_row_set_problem (find_object (self, position), page->problem);
}

void
bh_timeline_retry_pages (BhTimeline *self)
{
  for (GList *link = self->lru.head; link != NULL; link = link->next)
    g_clear_pointer (&((BhTimelinePage *) link->data)->problem, g_free);
  schedule_fetch (self);
}

void
bh_timeline_invalidate (BhTimeline *self)
{
  g_autoptr (GHashTable) held = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer position, row;

  for (GList *link = self->lru.head; link != NULL;)
    {
      BhTimelinePage *page = link->data;

      link = link->next;
      page->again = page->loading;
      if (!page->loading)
        remove_page (self, page);
    }
  g_hash_table_remove_all (self->grown);
  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, &position, &row))
    {
      bh_timeline_row_reload (row);
      g_hash_table_add (held, GUINT_TO_POINTER (GPOINTER_TO_UINT (position) / BH_TIMELINE_PAGE));
    }
  g_hash_table_iter_init (&iter, held);
  while (g_hash_table_iter_next (&iter, &position, NULL))
    bh_timeline_fetch_page (self, GPOINTER_TO_UINT (position));
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-connection-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "client/bh-future.h"
#include "client/bh-info-item.h"
#include "client/bh-run-item-private.h"

#define PAGE 200 /* what the coordinator gives at most */
#define ACTIVE "needs_you,running,launching,queued"

static void
emit_item (BhConnection *self, int signal, BhRunItem *item)
{
  if (bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[signal], 0, item);
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

BhRunItem *
bh_connection_lookup_run (BhConnection *self, const char *run_id)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  g_return_val_if_fail (run_id != NULL, NULL);
  return g_hash_table_lookup (self->runs, run_id);
}

GPtrArray *
bh_connection_get_run_items (BhConnection *self)
{
  GPtrArray *items;
  GHashTableIter iter;
  gpointer item;

  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  items = g_ptr_array_new_full (g_hash_table_size (self->runs), g_object_unref);
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    g_ptr_array_add (items, g_object_ref (item));
  return items;
}

static BhRunItem *
add_run (BhConnection *self, BhRun *run)
{
  BhRunItem *item = bh_run_item_new (self, run);

  g_hash_table_insert (self->runs, g_strdup (run->id), item);
  return item;
}

static BhRunItem *
take_run (BhConnection *self, BhRun *run, gboolean tell)
{
  BhRunItem *item = g_hash_table_lookup (self->runs, run->id);
  gboolean is_new = item == NULL;
  gboolean newer = is_new || run->last_seq > bh_run_item_get_run (item)->last_seq;

  if (is_new)
    item = add_run (self, run);
  else if (!bh_run_item_set_run (item, run, TRUE))
    return item;
  emit_item (self, is_new ? BH_CONNECTION_ITEM_ADDED : BH_CONNECTION_ITEM_CHANGED, item);
  if (tell && newer && bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_RUN_CHANGED], 0, run);
  return item;
}

BhRunItem *
bh_connection_take_run (BhConnection *self, BhRun *run)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  g_return_val_if_fail (run != NULL, NULL);
  if (self->touched != NULL)
    g_hash_table_add (self->touched, g_strdup (run->id));
  return take_run (self, run, TRUE);
}

void
bh_connection_remove_run (BhConnection *self, const char *run_id)
{
  g_autoptr (BhRunItem) item = NULL;
  g_autofree char *key = NULL;

  if (!g_hash_table_steal_extended (self->runs, run_id, (gpointer *) &key, (gpointer *) &item))
    return;
  bh_run_item_set_removed (item);
  emit_item (self, BH_CONNECTION_ITEM_REMOVED, item);
  if (bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_RUN_DELETED], 0, key);
}

/* A page of a list: those that are new are told of together. */
static void
take_page (BhConnection *self, GPtrArray *runs, GHashTable *seen)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < runs->len; i++)
    {
      BhRun *run = g_ptr_array_index (runs, i);

      if (seen != NULL)
        g_hash_table_add (seen, g_strdup (run->id));
      if (g_hash_table_contains (self->runs, run->id))
        take_run (self, run, self->listed);
      else
        g_ptr_array_add (added, g_object_ref (add_run (self, run)));
    }
  if (added->len > 0 && bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_ITEMS_LISTED], 0, added);
}

/* --- questions, workers, engines ----------------------------------------------------------------------- */

void
bh_connection_take_question (BhConnection *self, BhQuestionSet *set)
{
  BhRunItem *item = set->run != NULL ? g_hash_table_lookup (self->runs, set->run) : NULL;

  if (item != NULL && !bh_run_item_take_question (item, set))
    return;
  if (item != NULL)
    emit_item (self, BH_CONNECTION_ITEM_CHANGED, item);
  if (bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_QUESTION], 0, set);
}

static const char *
worker_name (BhInfoItem *item)
{
  return ((const BhWorkerInfo *) bh_info_item_get (item))->name;
}

static int
compare_workers (gconstpointer a, gconstpointer b, gpointer data)
{
  return g_strcmp0 (worker_name ((BhInfoItem *) a), worker_name ((BhInfoItem *) b));
}

static void
put_worker (BhConnection *self, BhWorkerInfo *info)
{
  g_autoptr (BhInfoItem) item = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->workers)); i++)
    {
      g_autoptr (BhInfoItem) known = g_list_model_get_item (G_LIST_MODEL (self->workers), i);

      if (g_strcmp0 (worker_name (known), info->name) == 0)
        {
          bh_info_item_set (known, info);
          return;
        }
    }
  item = bh_info_item_new (BH_TYPE_WORKER_INFO, info);
  g_list_store_insert_sorted (self->workers, item, compare_workers, NULL);
}

void
bh_connection_take_worker (BhConnection *self, BhWorkerInfo *info)
{
  put_worker (self, info);
  if (bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_WORKER], 0, info);
}

static gboolean
has_worker (GPtrArray *infos, const char *name)
{
  for (guint i = 0; i < infos->len; i++)
    if (g_strcmp0 (((BhWorkerInfo *) g_ptr_array_index (infos, i))->name, name) == 0)
      return TRUE;
  return FALSE;
}

static void
set_workers (BhConnection *self, GPtrArray *infos)
{
  for (guint i = 0; i < infos->len; i++)
    put_worker (self, g_ptr_array_index (infos, i));
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (self->workers)); i > 0; i--)
    {
      g_autoptr (BhInfoItem) item = g_list_model_get_item (G_LIST_MODEL (self->workers), i - 1);

      if (!has_worker (infos, worker_name (item)))
        g_list_store_remove (self->workers, i - 1);
    }
}

static int
compare_engines (gconstpointer a, gconstpointer b)
{
  const BhEngineInfo *first = *(BhEngineInfo *const *) a, *second = *(BhEngineInfo *const *) b;

  return first->rank != second->rank ? (first->rank < second->rank ? -1 : 1)
                                     : g_strcmp0 (first->id, second->id);
}

static gboolean
is_engine (BhInfoItem *item, const BhEngineInfo *info)
{
  return item != NULL && g_strcmp0 (((const BhEngineInfo *) bh_info_item_get (item))->id, info->id) == 0;
}

/* They are few and seldom others: exchanged one by one where they are the same in the same place. */
static void
set_engines (BhConnection *self, GPtrArray *infos)
{
  guint i;

  g_ptr_array_sort (infos, compare_engines);
  for (i = 0; i < infos->len; i++)
    {
      BhEngineInfo *info = g_ptr_array_index (infos, i);
      g_autoptr (BhInfoItem) known = g_list_model_get_item (G_LIST_MODEL (self->engines), i);
      g_autoptr (BhInfoItem) item = NULL;

      if (is_engine (known, info))
        {
          bh_info_item_set (known, info);
          continue;
        }
      item = bh_info_item_new (BH_TYPE_ENGINE_INFO, info);
      g_list_store_splice (self->engines, i, known != NULL ? 1 : 0, (gpointer *) &item, 1);
    }
  g_list_store_splice (self->engines, i, g_list_model_get_n_items (G_LIST_MODEL (self->engines)) - i, NULL,
                       0);
  if (bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_ENGINES_LISTED], 0);
}

static DexFuture *
engines_cb (DexFuture *future, gpointer data)
{
  set_engines (data, g_value_get_boxed (dex_future_get_value (future, NULL)));
  return dex_future_new_true ();
}

void
bh_connection_refresh_engines (BhConnection *self)
{
  g_return_if_fail (BH_IS_CONNECTION (self));
  dex_future_disown (
      dex_future_then (bh_connection_list_engines (self), engines_cb, g_object_ref (self), g_object_unref));
}

/* --- events -------------------------------------------------------------------------------------------- */

void
bh_connection_take_event (BhConnection *self, BhFeedEvent *event)
{
  switch (event->kind)
    {
    case BH_FEED_RUN:
      bh_connection_take_run (self, event->record);
      break;
    case BH_FEED_RUN_DELETED:
      bh_connection_remove_run (self, event->text);
      break;
    case BH_FEED_QUESTION:
      bh_connection_take_question (self, event->record);
      break;
    case BH_FEED_WORKER:
      bh_connection_take_worker (self, event->record);
      break;
    case BH_FEED_UNKNOWN:
    case BH_FEED_BAD:
    case BH_FEED_HELLO:
    case BH_FEED_ROW:
    case BH_FEED_DELTA:
    case BH_FEED_MESSAGE:
    default:
      break;
    }
}

/* --- listing ------------------------------------------------------------------------------------------- */

typedef struct
{
  GHashTable *seen;  /* ids */
  gboolean complete; /* all of it could be read */
} Listed;

static void
take_listing (BhConnection *self, const BhListing *page, Listed *listed)
{
  take_page (self, page->records, listed->seen);
  listed->complete &= page->bad == NULL;
}

/* Whether a page holds a Run that those before it did not; they are in `ids`. */
static gboolean
goes_on (const BhListing *page, GHashTable *ids)
{
  gboolean found = FALSE;

  for (guint i = 0; i < page->records->len; i++)
    found |= g_hash_table_add (ids, g_strdup (((BhRun *) g_ptr_array_index (page->records, i))->id));
  return found;
}

/* All that are not over, however old they are. */
static gboolean
list_active (BhConnection *self, Listed *listed, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *before = NULL;

  do
    {
      g_autoptr (BhListing) page =
          dex_await_boxed (bh_connection_list_runs (self, ACTIVE, NULL, before), error);

      if (page == NULL)
        return FALSE;
      take_listing (self, page, listed);
      if (!goes_on (page, ids) && page->next != NULL)
        {
          bh_set_error (error, BH_ERROR_BAD_JSON, NULL, _ ("Its list of Runs comes to no end"));
          return FALSE;
        }
      g_set_str (&before, page->next);
    }
  while (before != NULL);
  return TRUE;
}

static void
note_listed (BhConnection *self, const BhListing *page, guint n)
{
  self->has_more = page->next != NULL;
  self->n_listed = n;
  if (page->records->len > 0)
    {
      const BhRun *last = g_ptr_array_index (page->records, page->records->len - 1);

      self->listed_until = last->created_at;
      g_set_str (&self->listed_last, last->id);
    }
}

/* As many of the newest as were known without a gap, at least a page. */
static gboolean
list_newest (BhConnection *self, Listed *listed, GError **error)
{
  guint want = MAX (self->n_listed, PAGE), n = 0;
  g_autofree char *before = NULL;

  do
    {
      g_autoptr (BhListing) page =
          dex_await_boxed (bh_connection_list_runs (self, NULL, NULL, before), error);

      if (page == NULL)
        return FALSE;
      n += page->records->len;
      note_listed (self, page, n);
      take_listing (self, page, listed);
      g_set_str (&before, page->next);
    }
  while (before != NULL && n < want);
  return TRUE;
}

/* Those that ought to have been listed and were not have been deleted meanwhile. */
static void
prune (BhConnection *self, GHashTable *seen)
{
  g_autoptr (GPtrArray) items = bh_connection_get_run_items (self);

  for (guint i = 0; i < items->len; i++)
    {
      const BhRun *run = bh_run_item_get_run (g_ptr_array_index (items, i));
      gboolean covered =
          !self->has_more || run->created_at > self->listed_until || !bh_run_state_is_terminal (run->state);

      if (covered && !g_hash_table_contains (seen, run->id) &&
          !g_hash_table_contains (self->touched, run->id))
        bh_connection_remove_run (self, run->id);
    }
}

static void
list_run_questions (BhConnection *self, BhRunItem *item, gboolean all)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sets =
      dex_await_boxed (bh_connection_list_questions (self, bh_run_item_get_id (item), all), &error);

  if (sets == NULL)
    g_info ("Questions of %s: %s", bh_run_item_get_id (item), error->message);
}

/* Open questions come with their Runs; of those that were open it is learnt what became of them. */
static void
list_questions (BhConnection *self)
{
  g_autoptr (GPtrArray) items = bh_connection_get_run_items (self);

  for (guint i = 0; i < items->len && bh_connection_is_open (self); i++)
    {
      BhRunItem *item = g_ptr_array_index (items, i);
      gboolean had = bh_run_item_has_questions (item);

      if (had || bh_run_item_get_state (item) == BH_RUN_NEEDS_YOU)
        list_run_questions (self, item, had);
    }
}

static gboolean
list_runs (BhConnection *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) mine = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Listed listed = { seen, TRUE };

  /* two may be under way: what comes is noted by the later, which alone may say what is gone */
  g_clear_pointer (&self->touched, g_hash_table_unref);
  self->touched = g_hash_table_ref (mine);
  if (!list_newest (self, &listed, error) || !list_active (self, &listed, error))
    return FALSE;
  if (self->touched == mine)
    {
      /* what could not be read may be any of them */
      if (listed.complete)
        prune (self, seen);
      g_clear_pointer (&self->touched, g_hash_table_unref);
    }
  return TRUE;
}

static DexFuture *
list_fiber (gpointer data)
{
  BhConnection *self = data;
  g_autoptr (DexFuture) asked_workers = bh_connection_list_workers (self);
  g_autoptr (DexFuture) asked_engines = bh_connection_list_engines (self);
  g_autoptr (GPtrArray) workers = NULL, engines = NULL;
  g_autoptr (GError) error = NULL;

  if (!list_runs (self, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  workers = dex_await_boxed (g_steal_pointer (&asked_workers), &error);
  if (workers == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  set_workers (self, workers);
  engines = dex_await_boxed (g_steal_pointer (&asked_engines), &error);
  if (engines == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  set_engines (self, engines);
  list_questions (self);
  self->listed = TRUE;
  return dex_future_new_true ();
}

DexFuture *
bh_connection_list_all (BhConnection *self)
{
  g_clear_pointer (&self->unread, g_free);
  self->missed = FALSE;
  return dex_scheduler_spawn (NULL, 0, list_fiber, g_object_ref (self), g_object_unref);
}

/* --- more ---------------------------------------------------------------------------------------------- */

gboolean
bh_connection_has_more (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), FALSE);
  return self->has_more;
}

/* The oldest of those known without a gap: the last that was listed, or if that was deleted another one. Of
 * those made in the same moment only the coordinator knows which is older. */
static char *
oldest_listed (BhConnection *self)
{
  const BhRun *oldest = NULL;
  GHashTableIter iter;
  gpointer item;

  if (self->listed_last != NULL && g_hash_table_contains (self->runs, self->listed_last))
    return g_strdup (self->listed_last);
  g_hash_table_iter_init (&iter, self->runs);
  while (g_hash_table_iter_next (&iter, NULL, &item))
    {
      const BhRun *run = bh_run_item_get_run (item);

      if (run->created_at < self->listed_until)
        continue;
      if (oldest == NULL || run->created_at < oldest->created_at)
        oldest = run;
    }
  return oldest != NULL ? g_strdup (oldest->id) : NULL;
}

static DexFuture *
more_fiber (gpointer data)
{
  BhConnection *self = data;
  g_autofree char *before = oldest_listed (self);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhListing) page = dex_await_boxed (bh_connection_list_runs (self, NULL, NULL, before), &error);

  if (page == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  note_listed (self, page, self->n_listed + page->records->len);
  take_page (self, page->records, NULL);
  return dex_future_new_for_boolean (self->has_more);
}

DexFuture *
bh_connection_load_more (BhConnection *self)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  if (self->more != NULL && dex_future_is_pending (self->more))
    return dex_ref (self->more);
  if (!self->has_more)
    return dex_future_new_false ();
  dex_clear (&self->more);
  self->more =
      bh_future_detached (dex_scheduler_spawn (NULL, 0, more_fiber, g_object_ref (self), g_object_unref));
  return dex_ref (self->more);
}

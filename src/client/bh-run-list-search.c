/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-run-list-private.h"

#include <string.h>

#include "client/bh-connection-private.h"

/* Asking coordinators: for what is older, and for what is searched. The list may be gone when they answer. */

typedef struct
{
  GWeakRef list;
  BhConnection *connection;
  guint search; /* its number; 0: more was asked for */
} Asked;

static Asked *
asked_new (BhRunList *list, BhConnection *connection, guint search)
{
  Asked *self = g_new0 (Asked, 1);

  g_weak_ref_init (&self->list, list);
  self->connection = g_object_ref (connection);
  self->search = search;
  return self;
}

static void
asked_free (gpointer data)
{
  Asked *self = data;

  g_weak_ref_clear (&self->list);
  g_object_unref (self->connection);
  g_free (self);
}

/* --- what was found ------------------------------------------------------------------------------------ */

void
bh_run_found_free (BhRunFound *self)
{
  g_hash_table_unref (self->set);
  g_ptr_array_unref (self->ids);
  g_free (self);
}

static BhRunFound *
found_new (void)
{
  BhRunFound *self = g_new0 (BhRunFound, 1);

  self->ids = g_ptr_array_new_with_free_func (g_free);
  self->set = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

/* A page that holds nothing new leads nowhere, whatever it says of a next one. */
static void
note_found (BhRunFound *self, const BhListing *page)
{
  gboolean goes_on = FALSE;

  for (guint i = 0; i < page->records->len; i++)
    {
      const BhRun *run = g_ptr_array_index (page->records, i);
      char *id;

      if (g_hash_table_contains (self->set, run->id))
        continue;
      id = g_strdup (run->id);
      g_ptr_array_add (self->ids, id);
      g_hash_table_add (self->set, id);
      goes_on = TRUE;
    }
  self->has_more = goes_on && page->next != NULL;
}

gboolean
bh_run_list_has_more_of (BhRunList *self, BhConnection *connection)
{
  BhRunFound *found = g_hash_table_lookup (self->found, connection);

  return self->searches ? found != NULL && found->has_more : bh_connection_has_more (connection);
}

/* The items of a page: those that the connection knows are its own. */
static void
add_items (BhRunList *self, BhConnection *connection, GPtrArray *runs, GPtrArray *items)
{
  for (guint i = 0; i < runs->len; i++)
    {
      BhRun *run = g_ptr_array_index (runs, i);
      BhRunItem *item = bh_connection_lookup_run (connection, run->id);

      if (item == NULL)
        item = bh_run_list_lookup (self, bh_connection_get_id (connection), run->id);
      if (item == NULL)
        g_ptr_array_add (items, bh_run_item_new (connection, run));
      else if (bh_run_list_wants (self, bh_run_item_get_run (item)))
        g_ptr_array_add (items, g_object_ref (item));
    }
}

/* --- more ---------------------------------------------------------------------------------------------- */

static DexFuture *
more_cb (DexFuture *future, gpointer data)
{
  Asked *asked = data;
  g_autoptr (BhRunList) self = g_weak_ref_get (&asked->list);
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return dex_future_new_true ();
  if (dex_future_get_value (future, &error) == NULL)
    bh_run_list_set_error (self, error->message);
  self->n_loading--;
  bh_run_list_update_flags (self);
  return dex_future_new_true ();
}

static void ask_for_more (BhRunList *self, BhConnection *connection, BhRunFound *found);

static void
take_more (BhRunList *self, BhConnection *connection, BhRunFound *found, const BhListing *page)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  note_found (found, page);
  add_items (self, connection, page->records, items);
  bh_run_list_add (self, connection, items);
}

static DexFuture *
found_more_cb (DexFuture *future, gpointer data)
{
  Asked *asked = data;
  g_autoptr (BhRunList) self = g_weak_ref_get (&asked->list);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  BhRunFound *found;

  /* another search has taken its place */
  if (self == NULL || self->search != asked->search)
    return dex_future_new_true ();
  self->n_loading--;
  found = g_hash_table_lookup (self->found, asked->connection);
  if (found != NULL && value != NULL)
    take_more (self, asked->connection, found, g_value_get_boxed (value));
  else if (found != NULL && found->ids->len > 0 && g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND))
    {
      /* the last was deleted meanwhile: it goes on behind the one before */
      g_hash_table_remove (found->set, g_ptr_array_index (found->ids, found->ids->len - 1));
      g_ptr_array_set_size (found->ids, (int) found->ids->len - 1);
      ask_for_more (self, asked->connection, found);
    }
  else if (found != NULL)
    bh_run_list_set_error (self, error->message);
  bh_run_list_update_flags (self);
  return dex_future_new_true ();
}

static void
ask_for_more (BhRunList *self, BhConnection *connection, BhRunFound *found)
{
  const char *last = found->ids->len > 0 ? g_ptr_array_index (found->ids, found->ids->len - 1) : NULL;

  self->n_loading++;
  dex_future_disown (
      dex_future_finally (bh_connection_find_runs (connection, self->query, self->states, last),
                          found_more_cb, asked_new (self, connection, self->search), asked_free));
}

static void
load_more_of (BhRunList *self, BhConnection *connection)
{
  if (self->searches)
    {
      ask_for_more (self, connection, g_hash_table_lookup (self->found, connection));
      return;
    }
  self->n_loading++;
  dex_future_disown (dex_future_finally (bh_connection_load_more (connection), more_cb,
                                         asked_new (self, connection, 0), asked_free));
}

void
bh_run_list_load_more (BhRunList *self)
{
  g_return_if_fail (BH_IS_RUN_LIST (self));
  if (self->n_loading > 0)
    return;
  bh_run_list_set_error (self, NULL);
  for (guint i = 0; i < self->followed->len; i++)
    if (bh_run_list_has_more_of (self, g_ptr_array_index (self->followed, i)))
      load_more_of (self, g_ptr_array_index (self->followed, i));
  bh_run_list_update_flags (self);
}

/* --- search -------------------------------------------------------------------------------------------- */

/* What was found in other connections, as it is. */
static GPtrArray *
items_of_others (BhRunList *self, BhConnection *connection)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *prefix = bh_run_list_key (connection, "");
  GHashTableIter iter;
  gpointer key, entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, &entry))
    if (!g_str_has_prefix (key, prefix))
      g_ptr_array_add (items, g_object_ref (((BhRunEntry *) entry)->item));
  return items;
}

/* `page` NULL: it could not say. */
static void
take_found (BhRunList *self, BhConnection *connection, const BhListing *page)
{
  g_autoptr (GPtrArray) items = items_of_others (self, connection);
  BhRunFound *found = found_new ();

  g_hash_table_insert (self->found, connection, found);
  if (page != NULL)
    {
      note_found (found, page);
      add_items (self, connection, page->records, items);
    }
  bh_run_list_replace (self, items);
}

static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  Asked *asked = data;
  g_autoptr (BhRunList) self = g_weak_ref_get (&asked->list);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  /* another search has taken its place */
  if (self == NULL || self->search != asked->search)
    return dex_future_new_true ();
  self->n_loading--;
  if (value == NULL)
    bh_run_list_set_error (self, error->message);
  if (g_ptr_array_find (self->followed, asked->connection, NULL))
    take_found (self, asked->connection, value != NULL ? g_value_get_boxed (value) : NULL);
  bh_run_list_update_flags (self);
  return dex_future_new_true ();
}

void
bh_run_list_search (BhRunList *self, const char *query, guint states)
{
  g_return_if_fail (BH_IS_RUN_LIST (self));
  g_return_if_fail (self->searches);
  if (query != NULL && *query == '\0')
    query = NULL;
  g_set_str (&self->query, query);
  self->states = states;
  self->search++;
  self->n_loading = 0;
  g_hash_table_remove_all (self->found);
  bh_run_list_set_error (self, NULL);
  if (query == NULL && states == 0)
    {
      g_autoptr (GPtrArray) none = g_ptr_array_new ();

      bh_run_list_replace (self, none);
    }
  else
    for (guint i = 0; i < self->followed->len; i++)
      {
        BhConnection *connection = g_ptr_array_index (self->followed, i);

        self->n_loading++;
        dex_future_disown (dex_future_finally (bh_connection_find_runs (connection, query, states, NULL),
                                               found_cb, asked_new (self, connection, self->search),
                                               asked_free));
      }
  bh_run_list_update_flags (self);
}

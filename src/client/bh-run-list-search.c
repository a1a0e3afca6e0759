/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-run-list-private.h"

#include <string.h>

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

void
bh_run_list_load_more (BhRunList *self)
{
  g_return_if_fail (BH_IS_RUN_LIST (self));
  if (self->searches || self->n_loading > 0)
    return;
  for (guint i = 0; i < self->followed->len; i++)
    {
      BhConnection *connection = g_ptr_array_index (self->followed, i);

      if (!bh_connection_has_more (connection))
        continue;
      self->n_loading++;
      dex_future_disown (dex_future_finally (bh_connection_load_more (connection), more_cb,
                                             asked_new (self, connection, 0), asked_free));
    }
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

static void
take_found (BhRunList *self, BhConnection *connection, GPtrArray *runs)
{
  g_autoptr (GPtrArray) items = items_of_others (self, connection);

  for (guint i = 0; runs != NULL && i < runs->len; i++)
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
        dex_future_disown (dex_future_finally (bh_connection_search (connection, query, states), found_cb,
                                               asked_new (self, connection, self->search), asked_free));
      }
  bh_run_list_update_flags (self);
}

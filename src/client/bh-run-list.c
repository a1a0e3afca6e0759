/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-run-list-private.h"

#include <string.h>

#define DAY_CHECK_S 300 /* timers stand still while the machine sleeps, midnight does not */

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhRunList,
                               bh_run_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

typedef enum
{
  PROP_LOADING = 1,
  PROP_HAS_MORE,
  PROP_N_ITEMS,
  PROP_ERROR,
  N_PROPS,
} BhRunListProp;

static GParamSpec *properties[N_PROPS];
static guint sections_changed;

/* --- the list model ------------------------------------------------------------------------------------ */

static GType
get_item_type (GListModel *model)
{
  return BH_TYPE_RUN_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return (guint) g_sequence_get_length (BH_RUN_LIST (model)->sequence);
}

static gpointer
get_item (GListModel *model, guint position)
{
  GSequenceIter *iter;

  if (position >= get_n_items (model))
    return NULL;
  iter = g_sequence_get_iter_at_pos (BH_RUN_LIST (model)->sequence, (int) position);
  return g_object_ref (((BhRunEntry *) g_sequence_get (iter))->item);
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

static void
items_changed (BhRunList *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
  if (removed != added)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ITEMS]);
}

/* --- order --------------------------------------------------------------------------------------------- */

char *
bh_run_list_key (BhConnection *connection, const char *run_id)
{
  return g_strconcat (bh_connection_get_id (connection), "\n", run_id, NULL);
}

static int
compare_entries (gconstpointer a, gconstpointer b, gpointer data)
{
  const BhRunEntry *first = a, *second = b;

  return bh_run_compare (bh_run_item_get_run (first->item), bh_run_item_get_run (second->item));
}

static void
entry_free (gpointer data)
{
  BhRunEntry *self = data;

  g_object_unref (self->item);
  g_free (self);
}

static BhSection
section_of (BhRunList *self, const BhRunEntry *entry)
{
  return bh_section_of (bh_run_item_get_run (entry->item), &self->days);
}

static void
insert (BhRunList *self, BhRunEntry *entry)
{
  entry->section = section_of (self, entry);
  entry->iter = g_sequence_insert_sorted (self->sequence, entry, compare_entries, NULL);
}

/* Whether it still stands where it belongs. */
static gboolean
is_in_place (BhRunEntry *entry)
{
  GSequenceIter *iter = entry->iter, *next = g_sequence_iter_next (iter);

  if (!g_sequence_iter_is_begin (iter) &&
      compare_entries (g_sequence_get (g_sequence_iter_prev (iter)), entry, NULL) > 0)
    return FALSE;
  return g_sequence_iter_is_end (next) || compare_entries (entry, g_sequence_get (next), NULL) <= 0;
}

void
bh_run_list_take_out (BhRunList *self, BhRunEntry *entry)
{
  guint position;

  if (entry->iter == NULL)
    return;
  position = (guint) g_sequence_iter_get_position (entry->iter);
  g_sequence_remove (g_steal_pointer (&entry->iter));
  items_changed (self, position, 1, 0);
}

void
bh_run_list_put_in (BhRunList *self, BhRunEntry *entry)
{
  if (entry->iter != NULL)
    return;
  insert (self, entry);
  items_changed (self, (guint) g_sequence_iter_get_position (entry->iter), 0, 1);
}

BhRunEntry *
bh_run_list_entry (BhRunList *self, BhConnection *connection, const char *run_id)
{
  g_autofree char *key = bh_run_list_key (connection, run_id);

  return g_hash_table_lookup (self->entries, key);
}

static BhRunEntry *
add_entry (BhRunList *self, BhConnection *connection, BhRunItem *item)
{
  BhRunEntry *entry = g_new0 (BhRunEntry, 1);

  entry->item = g_object_ref (item);
  g_hash_table_insert (self->entries, bh_run_list_key (connection, bh_run_item_get_id (item)), entry);
  return entry;
}

static void
remove_entry (BhRunList *self, const char *key)
{
  BhRunEntry *entry = g_hash_table_lookup (self->entries, key);

  if (entry == NULL)
    return;
  bh_run_list_take_out (self, entry);
  g_hash_table_remove (self->entries, key);
}

/* --- days ---------------------------------------------------------------------------------------------- */

static void
check_day (BhRunList *self)
{
  gint64 now = g_get_real_time ();
  guint n = get_n_items (G_LIST_MODEL (self));

  if (now >= self->days.today && now < self->days.tomorrow)
    return;
  bh_days_init (&self->days, now);
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->sequence); !g_sequence_iter_is_end (iter);
       iter = g_sequence_iter_next (iter))
    {
      BhRunEntry *entry = g_sequence_get (iter);

      entry->section = section_of (self, entry);
    }
  if (n > 0)
    g_signal_emit (self, sections_changed, 0, 0, n);
}

static gboolean
day_cb (gpointer data)
{
  check_day (data);
  return G_SOURCE_CONTINUE;
}

/* Of an entry that stands where it belongs. */
static void
check_section (BhRunList *self, BhRunEntry *entry)
{
  BhSection section = section_of (self, entry);

  if (section == entry->section)
    return;
  entry->section = section;
  g_signal_emit (self, sections_changed, 0, (guint) g_sequence_iter_get_position (entry->iter), 1);
}

/* --- what connections say ------------------------------------------------------------------------------ */

gboolean
bh_run_list_wants (BhRunList *self, const BhRun *run)
{
  return self->states == 0 || (self->states & (1u << run->state)) != 0;
}

static void
item_changed_cb (BhConnection *connection, BhRunItem *item, BhRunList *self)
{
  BhRunEntry *entry = bh_run_list_entry (self, connection, bh_run_item_get_id (item));
  BhRun *run = bh_run_item_get_run (item);

  check_day (self);
  if (entry == NULL)
    return;
  /* found by a search, and not known to the connection then */
  if (entry->item != item)
    bh_run_item_set_run (entry->item, run, FALSE);
  if (!bh_run_list_wants (self, run))
    {
      g_autofree char *key = bh_run_list_key (connection, run->id);

      remove_entry (self, key);
    }
  else if (entry->iter != NULL && !is_in_place (entry))
    {
      bh_run_list_take_out (self, entry);
      bh_run_list_put_in (self, entry);
    }
  else if (entry->iter != NULL)
    check_section (self, entry);
}

static void
item_added_cb (BhConnection *connection, BhRunItem *item, BhRunList *self)
{
  check_day (self);
  if (bh_run_list_entry (self, connection, bh_run_item_get_id (item)) != NULL)
    item_changed_cb (connection, item, self);
  /* whether it is what was searched for only the coordinator knows */
  else if (!self->searches ||
           (self->states != 0 && self->query == NULL && bh_run_list_wants (self, bh_run_item_get_run (item))))
    bh_run_list_put_in (self, add_entry (self, connection, item));
}

static void
item_changed_or_wanted_cb (BhConnection *connection, BhRunItem *item, BhRunList *self)
{
  item_added_cb (connection, item, self);
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  return bh_run_compare (bh_run_item_get_run (*(BhRunItem *const *) a),
                         bh_run_item_get_run (*(BhRunItem *const *) b));
}

/* How many of `items` from `at` on belong before `next`, which is what stands after the first of them. */
static guint
count_adjacent (GPtrArray *items, guint at, GSequenceIter *next)
{
  guint n = 1;

  for (; at + n < items->len; n++)
    {
      const BhRunEntry *after = g_sequence_iter_is_end (next) ? NULL : g_sequence_get (next);

      if (after != NULL && bh_run_compare (bh_run_item_get_run (g_ptr_array_index (items, at + n)),
                                           bh_run_item_get_run (after->item)) > 0)
        break;
    }
  return n;
}

/* What comes to stand side by side is told of at once. */
void
bh_run_list_add (BhRunList *self, BhConnection *connection, GPtrArray *listed)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  check_day (self);
  for (guint i = 0; i < listed->len; i++)
    {
      BhRunItem *item = g_ptr_array_index (listed, i);

      /* a page of a coordinator may name one twice */
      if (bh_run_list_entry (self, connection, bh_run_item_get_id (item)) == NULL &&
          g_hash_table_add (ids, (gpointer) bh_run_item_get_id (item)))
        g_ptr_array_add (items, item);
    }
  g_ptr_array_sort (items, compare_items);
  for (guint at = 0; at < items->len;)
    {
      BhRunEntry *entry = add_entry (self, connection, g_ptr_array_index (items, at));
      GSequenceIter *next;
      guint n;

      insert (self, entry);
      next = g_sequence_iter_next (entry->iter);
      n = count_adjacent (items, at, next);
      for (guint i = 1; i < n; i++)
        {
          BhRunEntry *follower = add_entry (self, connection, g_ptr_array_index (items, at + i));

          follower->section = section_of (self, follower);
          follower->iter = g_sequence_insert_before (next, follower);
        }
      items_changed (self, (guint) g_sequence_iter_get_position (entry->iter), 0, n);
      at += n;
    }
}

static void
items_listed_cb (BhConnection *connection, GPtrArray *listed, BhRunList *self)
{
  if (!self->searches)
    bh_run_list_add (self, connection, listed);
  bh_run_list_update_flags (self);
}

static void
item_removed_cb (BhConnection *connection, BhRunItem *item, BhRunList *self)
{
  g_autofree char *key = bh_run_list_key (connection, bh_run_item_get_id (item));

  remove_entry (self, key);
}

static void
state_cb (BhConnection *connection, GParamSpec *pspec, BhRunList *self)
{
  bh_run_list_update_flags (self);
}

/* --- which connections there are ----------------------------------------------------------------------- */

static void
follow (BhRunList *self, BhConnection *connection)
{
  g_autoptr (GPtrArray) known = bh_connection_get_run_items (connection);

  g_ptr_array_add (self->followed, g_object_ref (connection));
  g_signal_connect (connection, "item-added", G_CALLBACK (item_added_cb), self);
  g_signal_connect (connection, "item-changed",
                    self->searches ? G_CALLBACK (item_changed_or_wanted_cb) : G_CALLBACK (item_changed_cb),
                    self);
  g_signal_connect (connection, "items-listed", G_CALLBACK (items_listed_cb), self);
  g_signal_connect (connection, "item-removed", G_CALLBACK (item_removed_cb), self);
  g_signal_connect (connection, "notify::state", G_CALLBACK (state_cb), self);
  items_listed_cb (connection, known, self);
}

/* With everything of it. */
static void
unfollow (BhRunList *self, guint at)
{
  BhConnection *connection = g_ptr_array_index (self->followed, at);
  g_autofree char *prefix = bh_run_list_key (connection, "");
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key;

  g_signal_handlers_disconnect_by_data (connection, self);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    if (g_str_has_prefix (key, prefix))
      g_ptr_array_add (keys, g_strdup (key));
  for (guint i = 0; i < keys->len; i++)
    remove_entry (self, g_ptr_array_index (keys, i));
  g_hash_table_remove (self->found, connection);
  g_ptr_array_remove_index (self->followed, at);
}

static gboolean
is_there (BhRunList *self, BhConnection *connection)
{
  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    if (bh_connections_get (self->connections, i) == connection)
      return TRUE;
  return FALSE;
}

static void
connections_cb (GListModel *model, guint position, guint removed, guint added, BhRunList *self)
{
  for (guint i = self->followed->len; i > 0; i--)
    if (!is_there (self, g_ptr_array_index (self->followed, i - 1)))
      unfollow (self, i - 1);
  for (guint i = 0; i < bh_connections_get_n (self->connections); i++)
    {
      BhConnection *connection = bh_connections_get (self->connections, i);

      if (!g_ptr_array_find (self->followed, connection, NULL))
        follow (self, connection);
    }
  bh_run_list_update_flags (self);
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_run_list_dispose (GObject *object)
{
  BhRunList *self = BH_RUN_LIST (object);

  for (guint i = 0; i < self->followed->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->followed, i), self);
  g_ptr_array_set_size (self->followed, 0);
  if (self->connections != NULL)
    g_signal_handlers_disconnect_by_data (self->connections, self);
  g_clear_object (&self->connections);
  g_clear_handle_id (&self->day_source, g_source_remove);
  self->search++;
  G_OBJECT_CLASS (bh_run_list_parent_class)->dispose (object);
}

static void
bh_run_list_finalize (GObject *object)
{
  BhRunList *self = BH_RUN_LIST (object);

  g_sequence_free (self->sequence);
  g_hash_table_unref (self->entries);
  g_hash_table_unref (self->found);
  g_ptr_array_unref (self->followed);
  g_free (self->query);
  g_free (self->error);
  G_OBJECT_CLASS (bh_run_list_parent_class)->finalize (object);
}

static void
bh_run_list_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhRunList *self = BH_RUN_LIST (object);

  switch ((BhRunListProp) prop_id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_HAS_MORE:
      g_value_set_boolean (value, self->has_more);
      break;
    case PROP_N_ITEMS:
      g_value_set_uint (value, get_n_items (G_LIST_MODEL (self)));
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_run_list_class_init (BhRunListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = bh_run_list_dispose;
  object_class->finalize = bh_run_list_finalize;
  object_class->get_property = bh_run_list_get_property;
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_HAS_MORE] = g_param_spec_boolean ("has-more", NULL, NULL, FALSE, flags);
  properties[PROP_N_ITEMS] = g_param_spec_uint ("n-items", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  sections_changed = g_signal_new ("sections-changed", BH_TYPE_RUN_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static void
bh_run_list_init (BhRunList *self)
{
  self->followed = g_ptr_array_new_with_free_func (g_object_unref);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  self->found = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) bh_run_found_free);
  self->sequence = g_sequence_new (NULL);
  bh_days_init (&self->days, g_get_real_time ());
  self->day_source = g_timeout_add_seconds (DAY_CHECK_S, day_cb, self);
}

static BhRunList *
new_list (BhConnections *connections, gboolean searches)
{
  BhRunList *self = g_object_new (BH_TYPE_RUN_LIST, NULL);

  self->connections = g_object_ref (connections);
  self->searches = searches;
  g_signal_connect (connections, "items-changed", G_CALLBACK (connections_cb), self);
  connections_cb (G_LIST_MODEL (connections), 0, 0, 0, self);
  return self;
}

BhRunList *
bh_run_list_new (BhConnections *connections)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  return new_list (connections, FALSE);
}

BhRunList *
bh_run_list_new_search (BhConnections *connections)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  return new_list (connections, TRUE);
}

/* --- for the search ------------------------------------------------------------------------------------ */

void
bh_run_list_replace (BhRunList *self, GPtrArray *items)
{
  GHashTable *old = self->entries;
  guint before = get_n_items (G_LIST_MODEL (self));

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  g_sequence_remove_range (g_sequence_get_begin_iter (self->sequence),
                           g_sequence_get_end_iter (self->sequence));
  for (guint i = 0; i < items->len; i++)
    {
      BhRunItem *item = g_ptr_array_index (items, i);
      BhConnection *connection = bh_run_item_get_connection (item);
      BhRunEntry *known;

      if (connection == NULL || bh_run_list_entry (self, connection, bh_run_item_get_id (item)) != NULL)
        continue;
      {
        g_autofree char *key = bh_run_list_key (connection, bh_run_item_get_id (item));
        known = g_hash_table_lookup (old, key);
      }
      if (known != NULL && known->iter == NULL)
        add_entry (self, connection, item);
      else
        insert (self, add_entry (self, connection, item));
    }
  g_hash_table_unref (old);
  items_changed (self, 0, before, get_n_items (G_LIST_MODEL (self)));
}

void
bh_run_list_update_flags (BhRunList *self)
{
  gboolean has_more = FALSE, waiting = FALSE;

  for (guint i = 0; i < self->followed->len; i++)
    {
      BhConnection *connection = g_ptr_array_index (self->followed, i);

      has_more = has_more || bh_run_list_has_more_of (self, connection);
      waiting = waiting || bh_connection_get_state (connection) == BH_CONNECTION_CONNECTING;
    }
  waiting = self->n_loading > 0 || (waiting && !self->searches && get_n_items (G_LIST_MODEL (self)) == 0);
  if (waiting != self->loading)
    {
      self->loading = waiting;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
    }
  if (has_more != self->has_more)
    {
      self->has_more = has_more;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_MORE]);
    }
}

void
bh_run_list_set_error (BhRunList *self, const char *error)
{
  if (g_set_str (&self->error, error))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

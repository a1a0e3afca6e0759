/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/bh-unread.h"

#define UNREAD "unread-runs"
#define SEEN "seen-until"
/* the oldest are forgotten: a Run may have been deleted while nobody listened */
#define UNREAD_MAX 500

struct _BhUnread
{
  GObject parent_instance;

  BhConnections *connections;
  GSettings *settings;
  GQueue keys;        /* "connection\nrun", those that are unread, the oldest first; owned by `links` */
  GHashTable *links;  /* key → where it stands */
  GHashTable *before; /* connection → the last end that was known when the app started, µs of its clock */
  GHashTable *newest; /* likewise, as it is now */
};

G_DEFINE_FINAL_TYPE (BhUnread, bh_unread, G_TYPE_OBJECT)

static void
bh_unread_finalize (GObject *object)
{
  BhUnread *self = BH_UNREAD (object);

  g_queue_clear (&self->keys);
  g_hash_table_unref (self->links);
  g_hash_table_unref (self->before);
  g_hash_table_unref (self->newest);
  g_clear_object (&self->connections);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (bh_unread_parent_class)->finalize (object);
}

static void
bh_unread_class_init (BhUnreadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_unread_finalize;
}

static void
bh_unread_init (BhUnread *self)
{
  g_queue_init (&self->keys);
  self->links = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->before = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->newest = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* --- what is remembered -------------------------------------------------------------------------------- */

static char *
key_of (BhRunItem *item)
{
  BhConnection *connection = bh_run_item_get_connection (item);

  return connection != NULL
             ? g_strconcat (bh_connection_get_id (connection), "\n", bh_run_item_get_id (item), NULL)
             : NULL;
}

static gboolean
remove_key (BhUnread *self, const char *key)
{
  GList *link = g_hash_table_lookup (self->links, key);

  if (link == NULL)
    return FALSE;
  g_queue_delete_link (&self->keys, link);
  return g_hash_table_remove (self->links, key);
}

/* Takes `key`. */
static gboolean
add_key (BhUnread *self, char *key)
{
  if (g_hash_table_contains (self->links, key))
    {
      g_free (key);
      return FALSE;
    }
  if (self->keys.length >= UNREAD_MAX)
    remove_key (self, self->keys.head->data);
  g_queue_push_tail (&self->keys, key);
  return g_hash_table_insert (self->links, key, self->keys.tail);
}

static void
save_unread (BhUnread *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  for (GList *link = self->keys.head; link != NULL; link = link->next)
    {
      g_auto (GStrv) parts = g_strsplit (link->data, "\n", 2);

      g_variant_builder_add (&builder, "(ss)", parts[0], parts[1]);
    }
  g_settings_set_value (self->settings, UNREAD, g_variant_builder_end (&builder));
}

static void
save_seen (BhUnread *self)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer id, time;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{sx}"));
  g_hash_table_iter_init (&iter, self->newest);
  while (g_hash_table_iter_next (&iter, &id, &time))
    g_variant_builder_add (&builder, "{sx}", (const char *) id, *(gint64 *) time);
  g_settings_set_value (self->settings, SEEN, g_variant_builder_end (&builder));
}

static void
load (BhUnread *self)
{
  g_autoptr (GVariant) unread = g_settings_get_value (self->settings, UNREAD);
  g_autoptr (GVariant) seen = g_settings_get_value (self->settings, SEEN);
  const char *connection, *run;
  GVariantIter iter;
  gint64 time;

  g_variant_iter_init (&iter, unread);
  while (g_variant_iter_next (&iter, "(&s&s)", &connection, &run))
    add_key (self, g_strconcat (connection, "\n", run, NULL));
  g_variant_iter_init (&iter, seen);
  while (g_variant_iter_next (&iter, "{&sx}", &connection, &time))
    {
      g_hash_table_insert (self->before, g_strdup (connection), g_memdup2 (&time, sizeof time));
      g_hash_table_insert (self->newest, g_strdup (connection), g_memdup2 (&time, sizeof time));
    }
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

/* By the coordinator's own clock, so that ours may be wrong. TRUE: it is later than all before. */
static gboolean
see_end (BhUnread *self, const char *connection_id, gint64 time)
{
  const gint64 *newest = g_hash_table_lookup (self->newest, connection_id);

  if (newest != NULL && time <= *newest)
    return FALSE;
  g_hash_table_insert (self->newest, g_strdup (connection_id), g_memdup2 (&time, sizeof time));
  return TRUE;
}

static void
unread_cb (BhUnread *self, GParamSpec *pspec, BhRunItem *item)
{
  g_autofree char *key = NULL;

  if (bh_run_item_get_unread (item))
    return;
  g_signal_handlers_disconnect_by_func (item, unread_cb, self);
  key = key_of (item);
  if (key != NULL && remove_key (self, key))
    save_unread (self);
}

/* Follows one that is unread. TRUE: it was not before. */
static gboolean
follow (BhUnread *self, BhRunItem *item)
{
  char *key = bh_run_item_get_unread (item) ? key_of (item) : NULL;

  if (key == NULL)
    return FALSE;
  g_signal_handlers_disconnect_by_func (item, unread_cb, self);
  g_signal_connect_object (item, "notify::unread", G_CALLBACK (unread_cb), self, G_CONNECT_SWAPPED);
  return add_key (self, key);
}

static gboolean
ended_meanwhile (BhUnread *self, const char *connection_id, const BhRun *run)
{
  const gint64 *before = g_hash_table_lookup (self->before, connection_id);

  return before != NULL && bh_run_state_is_terminal (run->state) && run->completed_at > *before;
}

/* A Run that has become known. */
static gboolean
take (BhUnread *self, BhConnection *connection, BhRunItem *item)
{
  const char *id = bh_connection_get_id (connection);
  const BhRun *run = bh_run_item_get_run (item);
  g_autofree char *key = key_of (item);

  if (key != NULL && (g_hash_table_contains (self->links, key) || ended_meanwhile (self, id, run)))
    bh_run_item_set_unread (item, TRUE);
  see_end (self, id, run->completed_at);
  return follow (self, item);
}

static void
items_listed_cb (BhUnread *self, GPtrArray *items, BhConnection *connection)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < items->len; i++)
    changed = take (self, connection, g_ptr_array_index (items, i)) || changed;
  if (changed)
    save_unread (self);
}

static void
item_added_cb (BhUnread *self, BhRunItem *item, BhConnection *connection)
{
  if (take (self, connection, item))
    save_unread (self);
}

static void
item_changed_cb (BhUnread *self, BhRunItem *item, BhConnection *connection)
{
  if (follow (self, item))
    save_unread (self);
  if (see_end (self, bh_connection_get_id (connection), bh_run_item_get_run (item)->completed_at) &&
      bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED)
    save_seen (self);
}

static void
item_removed_cb (BhUnread *self, BhRunItem *item, BhConnection *connection)
{
  g_autofree char *key = key_of (item);

  if (key != NULL && remove_key (self, key))
    save_unread (self);
}

/* --- connections --------------------------------------------------------------------------------------- */

/* All that is new is marked by now: who is ended before loses no mark. */
static void
state_changed_cb (BhUnread *self, BhConnection *connection)
{
  if (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED)
    save_seen (self);
}

static void
follow_connection (BhUnread *self, BhConnection *connection)
{
  g_autoptr (GPtrArray) items = bh_connection_get_run_items (connection);

  g_signal_connect_object (connection, "items-listed", G_CALLBACK (items_listed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "item-added", G_CALLBACK (item_added_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "item-changed", G_CALLBACK (item_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "item-removed", G_CALLBACK (item_removed_cb), self, G_CONNECT_SWAPPED);
  items_listed_cb (self, items, connection);
}

static gboolean
is_of_none (gpointer id, gpointer time, gpointer connections)
{
  return bh_connections_lookup (connections, id) == NULL;
}

static void
forget_connections (BhUnread *self)
{
  for (GList *link = self->keys.head, *next; link != NULL; link = next)
    {
      g_auto (GStrv) parts = g_strsplit (link->data, "\n", 2);

      next = link->next;
      if (bh_connections_lookup (self->connections, parts[0]) == NULL)
        remove_key (self, link->data);
    }
  g_hash_table_foreach_remove (self->before, is_of_none, self->connections);
  g_hash_table_foreach_remove (self->newest, is_of_none, self->connections);
  save_unread (self);
  save_seen (self);
}

static void
items_changed_cb (BhUnread *self, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    follow_connection (self, bh_connections_get (self->connections, i));
  if (removed > 0)
    forget_connections (self);
}

BhUnread *
bh_unread_new (BhConnections *connections, GSettings *settings)
{
  BhUnread *self;

  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  g_return_val_if_fail (G_IS_SETTINGS (settings), NULL);
  self = g_object_new (BH_TYPE_UNREAD, NULL);
  self->connections = g_object_ref (connections);
  self->settings = g_object_ref (settings);
  load (self);
  g_signal_connect_object (connections, "state-changed", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, bh_connections_get_n (connections));
  return self;
}

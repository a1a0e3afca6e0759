/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/bh-active-runs.h"

struct _BhActiveRuns
{
  GObject parent_instance;

  BhConnections *connections;
  GHashTable *keys; /* "connection\nrun" */
};

G_DEFINE_FINAL_TYPE (BhActiveRuns, bh_active_runs, G_TYPE_OBJECT)

enum
{
  PROP_N = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint ended;

static void
bh_active_runs_finalize (GObject *object)
{
  BhActiveRuns *self = BH_ACTIVE_RUNS (object);

  g_clear_object (&self->connections);
  g_hash_table_unref (self->keys);
  G_OBJECT_CLASS (bh_active_runs_parent_class)->finalize (object);
}

static void
bh_active_runs_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_N)
    g_value_set_uint (value, bh_active_runs_get_n (BH_ACTIVE_RUNS (object)));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bh_active_runs_class_init (BhActiveRunsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = bh_active_runs_finalize;
  object_class->get_property = bh_active_runs_get_property;
  properties[PROP_N] =
      g_param_spec_uint ("n", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  ended = g_signal_new ("ended", BH_TYPE_ACTIVE_RUNS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                        BH_TYPE_CONNECTION, BH_TYPE_RUN);
}

static void
bh_active_runs_init (BhActiveRuns *self)
{
  self->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

static char *
key_of (BhConnection *connection, const char *run_id)
{
  return g_strconcat (bh_connection_get_id (connection), "\n", run_id, NULL);
}

static gboolean
take (BhActiveRuns *self, char *key, gboolean is_active)
{
  gboolean changed;

  if (is_active)
    return g_hash_table_add (self->keys, key);
  changed = g_hash_table_remove (self->keys, key);
  g_free (key);
  return changed;
}

static void
notify_n (BhActiveRuns *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N]);
}

static void
run_changed_cb (BhActiveRuns *self, BhConnection *connection, BhRun *run)
{
  gboolean is_active = !bh_run_state_is_terminal (run->state);

  if (!take (self, key_of (connection, run->id), is_active))
    return;
  notify_n (self);
  if (!is_active)
    g_signal_emit (self, ended, 0, connection, run);
}

static void
run_deleted_cb (BhActiveRuns *self, BhConnection *connection, const char *run_id)
{
  if (take (self, key_of (connection, run_id), FALSE))
    notify_n (self);
}

/* What was listed first comes without a word on each. */
static void
state_changed_cb (BhActiveRuns *self, BhConnection *connection)
{
  g_autoptr (GPtrArray) items = NULL;
  gboolean changed = FALSE;

  if (bh_connection_get_state (connection) != BH_CONNECTION_CONNECTED)
    return;
  items = bh_connection_get_run_items (connection);
  for (guint i = 0; i < items->len; i++)
    {
      const BhRun *run = bh_run_item_get_run (g_ptr_array_index (items, i));

      if (!bh_run_state_is_terminal (run->state))
        changed = take (self, key_of (connection, run->id), TRUE) || changed;
    }
  if (changed)
    notify_n (self);
}

static gboolean
is_of_none (gpointer key, gpointer value, gpointer data)
{
  g_auto (GStrv) parts = g_strsplit (key, "\n", 2);

  return bh_connections_lookup (data, parts[0]) == NULL;
}

static void
items_changed_cb (BhActiveRuns *self, guint position, guint removed, guint added)
{
  if (removed > 0 && g_hash_table_foreach_remove (self->keys, is_of_none, self->connections) > 0)
    notify_n (self);
}

BhActiveRuns *
bh_active_runs_new (BhConnections *connections)
{
  BhActiveRuns *self;

  g_return_val_if_fail (BH_IS_CONNECTIONS (connections), NULL);
  self = g_object_new (BH_TYPE_ACTIVE_RUNS, NULL);
  self->connections = g_object_ref (connections);
  g_signal_connect_object (connections, "run-changed", G_CALLBACK (run_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "run-deleted", G_CALLBACK (run_deleted_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "state-changed", G_CALLBACK (state_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  for (guint i = 0; i < bh_connections_get_n (connections); i++)
    state_changed_cb (self, bh_connections_get (connections, i));
  return self;
}

guint
bh_active_runs_get_n (BhActiveRuns *self)
{
  g_return_val_if_fail (BH_IS_ACTIVE_RUNS (self), 0);
  return g_hash_table_size (self->keys);
}

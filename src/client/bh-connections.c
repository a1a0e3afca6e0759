/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-connections.h"

#include <string.h>

struct _BhConnections
{
  GObject parent_instance;

  GPtrArray *list; /* BhConnection; that of this computer first */
  gboolean connected;
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (BhConnections,
                               bh_connections,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum
{
  PROP_CONNECTED = 1,
  N_PROPS
};

enum
{
  RUN_CHANGED,
  RUN_DELETED,
  QUESTION,
  STATE_CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* --- the list model ------------------------------------------------------------------------------------ */

static GType
get_item_type (GListModel *model)
{
  return BH_TYPE_CONNECTION;
}

static guint
get_n_items (GListModel *model)
{
  return BH_CONNECTIONS (model)->list->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  BhConnections *self = BH_CONNECTIONS (model);

  return position < self->list->len ? g_object_ref (g_ptr_array_index (self->list, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
let_go (BhConnections *self, BhConnection *connection)
{
  g_signal_handlers_disconnect_by_data (connection, self);
  bh_connection_close (connection);
}

static void
let_go_of_all (BhConnections *self)
{
  for (guint i = 0; i < self->list->len; i++)
    let_go (self, g_ptr_array_index (self->list, i));
  g_ptr_array_set_size (self->list, 0);
}

static void
bh_connections_dispose (GObject *object)
{
  let_go_of_all (BH_CONNECTIONS (object));
  G_OBJECT_CLASS (bh_connections_parent_class)->dispose (object);
}

static void
bh_connections_finalize (GObject *object)
{
  g_ptr_array_unref (BH_CONNECTIONS (object)->list);
  G_OBJECT_CLASS (bh_connections_parent_class)->finalize (object);
}

static void
bh_connections_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_CONNECTED)
    g_value_set_boolean (value, BH_CONNECTIONS (object)->connected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static guint
add_signal (const char *name, GType second)
{
  return g_signal_new (name, BH_TYPE_CONNECTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       second != G_TYPE_NONE ? 2 : 1, BH_TYPE_CONNECTION, second);
}

static void
bh_connections_class_init (BhConnectionsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_connections_dispose;
  object_class->finalize = bh_connections_finalize;
  object_class->get_property = bh_connections_get_property;
  properties[PROP_CONNECTED] =
      g_param_spec_boolean ("connected", NULL, NULL, FALSE,
                            G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[RUN_CHANGED] = add_signal ("run-changed", BH_TYPE_RUN);
  signals[RUN_DELETED] = add_signal ("run-deleted", G_TYPE_STRING);
  signals[QUESTION] = add_signal ("question", BH_TYPE_QUESTION_SET);
  signals[STATE_CHANGED] = add_signal ("state-changed", G_TYPE_NONE);
}

static void
bh_connections_init (BhConnections *self)
{
  self->list = g_ptr_array_new_with_free_func (g_object_unref);
}

/* --- their end ----------------------------------------------------------------------------------------- */

/* Each one's client is held by all that it has under way. */
typedef struct
{
  DexPromise *gone;
  guint left;
} Closing;

static void
gone_cb (gpointer data, GObject *client)
{
  Closing *self = data;

  if (--self->left > 0)
    return;
  dex_promise_resolve_boolean (self->gone, TRUE);
  dex_unref (self->gone);
  g_free (self);
}

DexFuture *
bh_connections_close (BhConnections *self)
{
  Closing *closing;
  DexFuture *gone;

  dex_return_error_if_fail (BH_IS_CONNECTIONS (self));
  if (self->list->len == 0)
    return dex_future_new_true ();
  closing = g_new0 (Closing, 1);
  closing->gone = dex_promise_new ();
  closing->left = self->list->len;
  gone = dex_ref (closing->gone);
  for (guint i = 0; i < self->list->len; i++)
    g_object_weak_ref (G_OBJECT (bh_connection_get_client (g_ptr_array_index (self->list, i))), gone_cb,
                       closing);
  let_go_of_all (self);
  return gone;
}

/* --- what they say ------------------------------------------------------------------------------------- */

static void
run_changed_cb (BhConnection *connection, BhRun *run, BhConnections *self)
{
  g_signal_emit (self, signals[RUN_CHANGED], 0, connection, run);
}

static void
run_deleted_cb (BhConnection *connection, const char *run_id, BhConnections *self)
{
  g_signal_emit (self, signals[RUN_DELETED], 0, connection, run_id);
}

static void
question_cb (BhConnection *connection, BhQuestionSet *set, BhConnections *self)
{
  g_signal_emit (self, signals[QUESTION], 0, connection, set);
}

static void
update_connected (BhConnections *self)
{
  gboolean connected = FALSE;

  for (guint i = 0; i < self->list->len; i++)
    connected =
        connected || bh_connection_get_state (g_ptr_array_index (self->list, i)) == BH_CONNECTION_CONNECTED;
  if (connected == self->connected)
    return;
  self->connected = connected;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTED]);
}

static void
state_cb (BhConnection *connection, GParamSpec *pspec, BhConnections *self)
{
  update_connected (self);
  g_signal_emit (self, signals[STATE_CHANGED], 0, connection);
}

static void
take (BhConnections *self, BhConnection *connection)
{
  g_ptr_array_add (self->list, connection);
  g_signal_connect (connection, "run-changed", G_CALLBACK (run_changed_cb), self);
  g_signal_connect (connection, "run-deleted", G_CALLBACK (run_deleted_cb), self);
  g_signal_connect (connection, "question", G_CALLBACK (question_cb), self);
  g_signal_connect (connection, "notify::state", G_CALLBACK (state_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), self->list->len - 1, 0, 1);
  bh_connection_open (connection);
}

BhConnections *
bh_connections_new (BhConnection *local)
{
  BhConnections *self;

  g_return_val_if_fail (BH_IS_CONNECTION (local), NULL);
  self = g_object_new (BH_TYPE_CONNECTIONS, NULL);
  take (self, g_object_ref (local));
  return self;
}

BhConnection *
bh_connections_get_local (BhConnections *self)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (self), NULL);
  return g_ptr_array_index (self->list, 0);
}

BhConnection *
bh_connections_add (BhConnections *self,
                    const char *id,
                    const char *name,
                    const char *url,
                    const char *token,
                    const char *fingerprint)
{
  BhConnection *connection;

  g_return_val_if_fail (BH_IS_CONNECTIONS (self), NULL);
  connection = bh_connection_new_remote (id, name, url, token, fingerprint);
  g_return_val_if_fail (connection != NULL, NULL);
  bh_connections_remove (self, id);
  take (self, connection);
  return connection;
}

gboolean
bh_connections_remove (BhConnections *self, const char *id)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (self), FALSE);
  g_return_val_if_fail (id != NULL, FALSE);
  for (guint i = 1; i < self->list->len; i++)
    {
      g_autoptr (BhConnection) connection = g_object_ref (g_ptr_array_index (self->list, i));

      if (strcmp (bh_connection_get_id (connection), id) != 0)
        continue;
      let_go (self, connection);
      g_ptr_array_remove_index (self->list, i);
      g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
      update_connected (self);
      return TRUE;
    }
  return FALSE;
}

BhConnection *
bh_connections_lookup (BhConnections *self, const char *id)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);
  for (guint i = 0; i < self->list->len; i++)
    if (strcmp (bh_connection_get_id (g_ptr_array_index (self->list, i)), id) == 0)
      return g_ptr_array_index (self->list, i);
  return NULL;
}

BhRunItem *
bh_connections_find_run (BhConnections *self, const char *run_id)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (self), NULL);
  g_return_val_if_fail (run_id != NULL, NULL);
  for (guint i = 0; i < self->list->len; i++)
    {
      BhRunItem *item = bh_connection_lookup_run (g_ptr_array_index (self->list, i), run_id);

      if (item != NULL)
        return item;
    }
  return NULL;
}

guint
bh_connections_get_n (BhConnections *self)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (self), 0);
  return self->list->len;
}

BhConnection *
bh_connections_get (BhConnections *self, guint position)
{
  g_return_val_if_fail (BH_IS_CONNECTIONS (self), NULL);
  g_return_val_if_fail (position < self->list->len, NULL);
  return g_ptr_array_index (self->list, position);
}

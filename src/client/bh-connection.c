/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-connection-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "client/bh-client-private.h"
#include "client/bh-info-item.h"
#include "client/bh-snapshot.h"

G_DEFINE_FINAL_TYPE (BhConnection, bh_connection, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (BhConnectionState,
                    bh_connection_state,
                    G_DEFINE_ENUM_VALUE (BH_CONNECTION_CONNECTING, "connecting"),
                    G_DEFINE_ENUM_VALUE (BH_CONNECTION_CONNECTED, "connected"),
                    G_DEFINE_ENUM_VALUE (BH_CONNECTION_LOST, "lost"),
                    G_DEFINE_ENUM_VALUE (BH_CONNECTION_REFUSED, "refused"))

typedef enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_URL,
  PROP_DETAIL,
  PROP_VERSION,
  PROP_HOST,
  PROP_STATE,
  N_PROPS,
} BhConnectionProp;

static GParamSpec *properties[N_PROPS];
guint bh_connection_signals[BH_CONNECTION_N_SIGNALS];

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_connection_dispose (GObject *object)
{
  bh_connection_close (BH_CONNECTION (object));
  G_OBJECT_CLASS (bh_connection_parent_class)->dispose (object);
}

static void
bh_connection_finalize (GObject *object)
{
  BhConnection *self = BH_CONNECTION (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->url);
  g_free (self->detail);
  g_free (self->unread);
  g_free (self->listed_last);
  g_clear_object (&self->client);
  g_clear_error (&self->problem);
  g_clear_pointer (&self->info, json_node_unref);
  dex_clear (&self->closed);
  dex_clear (&self->wake);
  dex_clear (&self->opened);
  dex_clear (&self->lost);
  dex_clear (&self->more);
  g_clear_object (&self->workers);
  g_clear_object (&self->engines);
  g_clear_pointer (&self->runs, g_hash_table_unref);
  g_clear_pointer (&self->touched, g_hash_table_unref);
  G_OBJECT_CLASS (bh_connection_parent_class)->finalize (object);
}

static void
bh_connection_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  BhConnection *self = BH_CONNECTION (object);

  switch ((BhConnectionProp) prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_URL:
      g_value_set_string (value, self->url);
      break;
    case PROP_DETAIL:
      g_value_set_string (value, self->detail);
      break;
    case PROP_VERSION:
      g_value_set_string (value, bh_connection_get_version (self));
      break;
    case PROP_HOST:
      g_value_set_string (value, bh_connection_get_host (self));
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bh_connection_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_NAME)
    bh_connection_set_name (BH_CONNECTION (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static GParamSpec *
string_spec (const char *name, GParamFlags more)
{
  return g_param_spec_string (name, NULL, NULL, NULL, BH_SNAPSHOT_READ | more);
}

static void
add_signal (int at, const char *name, GType argument)
{
  bh_connection_signals[at] = g_signal_new (name, BH_TYPE_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, argument != G_TYPE_NONE ? 1 : 0, argument);
}

static void
bh_connection_class_init (BhConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = bh_connection_dispose;
  object_class->finalize = bh_connection_finalize;
  object_class->get_property = bh_connection_get_property;
  object_class->set_property = bh_connection_set_property;
  properties[PROP_ID] = string_spec ("id", 0);
  properties[PROP_NAME] = string_spec ("name", G_PARAM_WRITABLE);
  properties[PROP_URL] = string_spec ("url", 0);
  properties[PROP_DETAIL] = string_spec ("detail", 0);
  properties[PROP_VERSION] = string_spec ("version", 0);
  properties[PROP_HOST] = string_spec ("host", 0);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, BH_TYPE_CONNECTION_STATE,
                                              BH_CONNECTION_CONNECTING, BH_SNAPSHOT_READ);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  add_signal (BH_CONNECTION_RUN_CHANGED, "run-changed", BH_TYPE_RUN);
  add_signal (BH_CONNECTION_RUN_DELETED, "run-deleted", G_TYPE_STRING);
  add_signal (BH_CONNECTION_QUESTION, "question", BH_TYPE_QUESTION_SET);
  add_signal (BH_CONNECTION_WORKER, "worker", BH_TYPE_WORKER_INFO);
  add_signal (BH_CONNECTION_ITEM_ADDED, "item-added", BH_TYPE_RUN_ITEM);
  add_signal (BH_CONNECTION_ITEMS_LISTED, "items-listed", G_TYPE_PTR_ARRAY);
  add_signal (BH_CONNECTION_ITEM_CHANGED, "item-changed", BH_TYPE_RUN_ITEM);
  add_signal (BH_CONNECTION_ITEM_REMOVED, "item-removed", BH_TYPE_RUN_ITEM);
  add_signal (BH_CONNECTION_ENGINES_LISTED, "engines-listed", G_TYPE_NONE);
  add_signal (BH_CONNECTION_RECONNECTED, "reconnected", G_TYPE_NONE);
}

static void
bh_connection_init (BhConnection *self)
{
  self->closed = dex_promise_new ();
  self->wake = dex_promise_new ();
  self->workers = g_list_store_new (BH_TYPE_INFO_ITEM);
  self->engines = g_list_store_new (BH_TYPE_INFO_ITEM);
  /* the key is the item's own */
  self->runs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

BhConnection *
bh_connection_new_local (const char *name, const char *socket_path)
{
  BhConnection *self = g_object_new (BH_TYPE_CONNECTION, NULL);

  self->id = g_strdup (BH_CONNECTION_LOCAL_ID);
  self->name = g_strdup (name);
  self->client = bh_client_new_local (socket_path);
  self->url = g_strdup (bh_client_get_socket (self->client));
  return self;
}

BhConnection *
bh_connection_new_remote (
    const char *id, const char *name, const char *url, const char *token, const char *fingerprint)
{
  BhConnection *self;

  g_return_val_if_fail (id != NULL && strcmp (id, BH_CONNECTION_LOCAL_ID) != 0, NULL);
  g_return_val_if_fail (url != NULL, NULL);
  self = g_object_new (BH_TYPE_CONNECTION, NULL);
  self->id = g_strdup (id);
  self->name = g_strdup (name != NULL ? name : url);
  self->url = g_strdup (url);
  self->client = bh_client_new_remote (url, token, fingerprint);
  return self;
}

/* --- state --------------------------------------------------------------------------------------------- */

gboolean
bh_connection_is_open (BhConnection *self)
{
  return dex_future_is_pending (DEX_FUTURE (self->closed));
}

static gboolean
is_certificate (const GError *error)
{
  return error->domain == BH_ERROR && bh_error_get_extra (error, BH_CLIENT_CERTIFICATE) != NULL;
}

/* It answered, and trying again soon would not change the answer. */
gboolean
bh_connection_is_refusal (const GError *error)
{
  return is_certificate (error) || g_error_matches (error, BH_ERROR, BH_ERROR_VERSION_MISMATCH) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_UNAUTHORIZED) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_FORBIDDEN) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_BAD_HOST) ||
         g_error_matches (error, BH_ERROR, BH_ERROR_BAD_JSON);
}

static char *
describe (BhConnection *self, const GError *error)
{
  if (!is_certificate (error) || bh_connection_get_seen_fingerprint (self) == NULL)
    return g_strdup (error->message);
  return g_strdup_printf (
      _ ("%s presents a certificate that was not accepted before. Look at it in the preferences of this "
         "connection: somebody else may be answering"),
      self->url);
}

void
bh_connection_set_state (BhConnection *self, BhConnectionState state, GError *problem)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };

  bh_snapshot_take (G_OBJECT (self), properties, N_PROPS, before);
  self->state = state;
  g_clear_error (&self->problem);
  self->problem = problem;
  g_free (self->detail);
  self->detail = problem != NULL ? describe (self, problem) : NULL;
  bh_snapshot_notify (G_OBJECT (self), properties, N_PROPS, before);
}

void
bh_connection_set_info (BhConnection *self, JsonNode *info)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };

  bh_snapshot_take (G_OBJECT (self), properties, N_PROPS, before);
  g_clear_pointer (&self->info, json_node_unref);
  self->info = json_node_ref (info);
  bh_snapshot_notify (G_OBJECT (self), properties, N_PROPS, before);
}

static void
note (BhConnection *self, const char *what)
{
  g_info ("%s: %s", self->url, what);
  if (!bh_connection_is_open (self) || self->state != BH_CONNECTION_CONNECTED)
    return;
  bh_connection_set_state (self, BH_CONNECTION_CONNECTED,
                           bh_error_new (BH_ERROR_BAD_JSON, NULL,
                                         _ ("%s. What is shown may be incomplete. Bring this program and "
                                            "the coordinator to the same release"),
                                         what));
}

void
bh_connection_note_bad (BhConnection *self, const char *what)
{
  self->missed = TRUE;
  bh_connection_note_unread (self, what);
  /* else when all has been listed */
  if (self->state == BH_CONNECTION_CONNECTED)
    bh_connection_list_again (self);
}

void
bh_connection_note_unread (BhConnection *self, const char *what)
{
  g_set_str (&self->unread, what);
  note (self, what);
}

void
bh_connection_set_connected (BhConnection *self)
{
  bh_connection_set_state (self, BH_CONNECTION_CONNECTED, NULL);
  if (self->unread != NULL)
    note (self, self->unread);
  if (self->missed)
    bh_connection_list_again (self);
}

/* --- reading ------------------------------------------------------------------------------------------- */

static const char *
info_string (BhConnection *self, const char *member)
{
  if (self->info == NULL || !JSON_NODE_HOLDS_OBJECT (self->info))
    return NULL;
  return json_object_get_string_member_with_default (json_node_get_object (self->info), member, NULL);
}

BhClient *
bh_connection_get_client (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->client;
}

const char *
bh_connection_get_id (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->id;
}

const char *
bh_connection_get_name (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->name;
}

void
bh_connection_set_name (BhConnection *self, const char *name)
{
  g_return_if_fail (BH_IS_CONNECTION (self));
  if (g_set_str (&self->name, name))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

const char *
bh_connection_get_url (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->url;
}

BhConnectionState
bh_connection_get_state (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), BH_CONNECTION_LOST);
  return self->state;
}

const char *
bh_connection_get_detail (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->detail;
}

const char *
bh_connection_get_version (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return info_string (self, "version");
}

const char *
bh_connection_get_host (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return info_string (self, "name");
}

JsonNode *
bh_connection_get_info (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->info;
}

const GError *
bh_connection_get_problem (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return self->problem;
}

const char *
bh_connection_get_seen_fingerprint (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return bh_client_get_seen_fingerprint (self->client);
}

GListModel *
bh_connection_get_workers (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return G_LIST_MODEL (self->workers);
}

GListModel *
bh_connection_get_engines (BhConnection *self)
{
  g_return_val_if_fail (BH_IS_CONNECTION (self), NULL);
  return G_LIST_MODEL (self->engines);
}

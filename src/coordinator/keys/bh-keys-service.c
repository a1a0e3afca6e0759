/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/keys/bh-keys-service.h"

#include <libsecret/secret.h>

#include "coordinator/keys/bh-keys-file.h"
#include "coordinator/keys/bh-keys.h"

/* How long a service may take that asks nobody, and one that asks the person. */
#define ANSWER_SECONDS 5
#define PERSON_SECONDS 30

/* A search needs an attribute that all of them have. */
#define ATTRIBUTE_USE "use"
#define USE "engine-key"
#define ATTRIBUTE_NAME "name"

static const SecretSchema schema = {
  .name = "org.bellhop.EngineKey",
  .flags = SECRET_SCHEMA_NONE,
  .attributes = { { ATTRIBUTE_USE, SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { ATTRIBUTE_NAME, SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

/* (nullable) name: of one key, else of all */
static GHashTable *
attributes_of (const char *name)
{
  return name != NULL ? secret_attributes_build (&schema, ATTRIBUTE_USE, USE, ATTRIBUTE_NAME, name, NULL)
                      : secret_attributes_build (&schema, ATTRIBUTE_USE, USE, NULL);
}

/* --- one call with an end --- */

typedef struct
{
  DexPromise *promise;
  GCancellable *cancellable;
  guint timer;
} Call;

static gboolean
timeout_cb (gpointer data)
{
  Call *call = data;

  call->timer = 0;
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_REMOVE;
}

/* `future`: (out) what the call is to be waited for by */
static Call *
call_new (guint seconds, DexFuture **future)
{
  Call *call = g_new0 (Call, 1);
  const char *limit = g_getenv ("BELLHOP_KEYS_WAIT_MS");
  guint64 ms = seconds * 1000;

  if (limit != NULL && !g_ascii_string_to_unsigned (limit, 10, 1, ms, &ms, NULL))
    ms = seconds * 1000;
  call->promise = dex_promise_new ();
  call->cancellable = g_cancellable_new ();
  call->timer = g_timeout_add ((guint) ms, timeout_cb, call);
  *future = dex_ref (DEX_FUTURE (call->promise));
  return call;
}

static void
call_free (Call *call)
{
  g_clear_handle_id (&call->timer, g_source_remove);
  g_object_unref (call->cancellable);
  dex_unref (call->promise);
  g_free (call);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Call, call_free)

/* Takes `error`. */
static void
reject (Call *call, GError *error)
{
  g_autoptr (GError) cause = error;
  gboolean late = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* one that was started anew does not know the session of before */
  secret_service_disconnect ();
  dex_promise_reject (call->promise,
                      bh_error_new (BH_ERROR_KEYS_UNAVAILABLE, NULL,
                                    "The password storage of this computer, which keeps the API keys, %s%s. "
                                    "Unlock it, and try again.",
                                    late ? "did not answer or was not unlocked in time" : "failed: ",
                                    late ? "" : cause->message));
}

/* Takes `error`. */
static void
settle (Call *call, gboolean good, GError *error)
{
  if (error != NULL)
    reject (call, error);
  else
    dex_promise_resolve_boolean (call->promise, good);
}

/* --- is there one? --- */

/* No bus where the address says, and nobody on it who could be started: whatever else goes wrong may be well
 * the next time, and says nothing about where keys are. */
static gboolean
means_none (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN);
}

static void
collection_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  GError *error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);

  settle (call, collection != NULL, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  GError *error = NULL;
  g_autoptr (SecretService) service = secret_service_get_finish (result, &error);
  GCancellable *cancellable = call->cancellable;

  if (service == NULL && means_none (error))
    {
      secret_service_disconnect ();
      settle (call, FALSE, NULL);
      g_error_free (error);
    }
  else if (service == NULL)
    reject (call, error);
  else
    secret_collection_for_alias (service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, cancellable,
                                 collection_cb, g_steal_pointer (&call));
}

/* GLib would start a bus where there is none. */
static gboolean
has_bus (void)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");

  return address != NULL ? !g_str_has_prefix (address, "disabled:") : g_file_test (path, G_FILE_TEST_EXISTS);
}

DexFuture *
bh_keys_service_probe (void)
{
  DexFuture *future;
  Call *call;

  if (!has_bus ())
    return dex_future_new_false ();
  call = call_new (ANSWER_SECONDS, &future);
  secret_service_get (SECRET_SERVICE_OPEN_SESSION, call->cancellable, opened_cb, call);
  return future;
}

/* --- what is in it --- */

static void
add_item (GHashTable *table, SecretItem *item)
{
  g_autoptr (GHashTable) attributes = secret_item_get_attributes (item);
  const char *name = g_hash_table_lookup (attributes, ATTRIBUTE_NAME);
  SecretValue *secret = secret_item_get_secret (item);
  const char *value = secret != NULL ? secret_value_get_text (secret) : NULL;

  if (name != NULL && bh_key_name_is_valid (name))
    g_hash_table_insert (table, g_strdup (name),
                         g_strdup (value != NULL && bh_key_value_check (value, NULL) ? value : ""));
  g_clear_pointer (&secret, secret_value_unref);
}

static void
searched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  GError *error = NULL;
  GList *items = secret_service_search_finish (NULL, result, &error);
  GHashTable *table;

  if (error != NULL)
    {
      reject (call, error);
      return;
    }
  table = bh_keys_table_new ();
  for (GList *l = items; l != NULL; l = l->next)
    add_item (table, l->data);
  g_list_free_full (items, g_object_unref);
  dex_promise_resolve_boxed (call->promise, G_TYPE_HASH_TABLE, table);
}

DexFuture *
bh_keys_service_search (gboolean values)
{
  g_autoptr (GHashTable) attributes = attributes_of (NULL);
  DexFuture *future;
  Call *call = call_new (values ? PERSON_SECONDS : ANSWER_SECONDS, &future);

  secret_service_search (NULL, &schema, attributes,
                         values ? SECRET_SEARCH_ALL | SECRET_SEARCH_UNLOCK | SECRET_SEARCH_LOAD_SECRETS
                                : SECRET_SEARCH_ALL,
                         call->cancellable, searched_cb, call);
  return future;
}

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  GError *error = NULL;
  gboolean good = secret_service_store_finish (NULL, result, &error);

  settle (call, good, error);
}

DexFuture *
bh_keys_service_store (const char *name, const char *value)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);
  g_autofree char *label = g_strdup_printf ("Bellhop: %s", name);
  SecretValue *secret = secret_value_new (value, -1, "text/plain");
  DexFuture *future;
  Call *call = call_new (PERSON_SECONDS, &future);

  secret_service_store (NULL, &schema, attributes, SECRET_COLLECTION_DEFAULT, label, secret,
                        call->cancellable, stored_cb, call);
  secret_value_unref (secret);
  return future;
}

static void
cleared_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Call) call = data;
  GError *error = NULL;

  secret_service_clear_finish (NULL, result, &error);
  settle (call, TRUE, error);
}

DexFuture *
bh_keys_service_clear (const char *name)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);
  DexFuture *future;
  Call *call = call_new (PERSON_SECONDS, &future);

  secret_service_clear (NULL, &schema, attributes, call->cancellable, cleared_cb, call);
  return future;
}

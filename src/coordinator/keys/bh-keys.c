/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/keys/bh-keys.h"

#include <string.h>

#include <libsecret/secret.h>

#include "coordinator/keys/bh-keys-file.h"
#include "coordinator/keys/bh-keys-service.h"

struct _BhKeys
{
  GObject parent_instance;

  char *path;
  DexFuture *place; /* (nullable) resolves where keys are stored */
  char **names;
  GMutex lock; /* held on threads, while the file is changed */
};

G_DEFINE_FINAL_TYPE (BhKeys, bh_keys, G_TYPE_OBJECT)

static void
bh_keys_finalize (GObject *object)
{
  BhKeys *self = BH_KEYS (object);

  dex_clear (&self->place);
  g_strfreev (self->names);
  g_free (self->path);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (bh_keys_parent_class)->finalize (object);
}

static void
bh_keys_class_init (BhKeysClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_keys_finalize;
}

static void
bh_keys_init (BhKeys *self)
{
  g_mutex_init (&self->lock);
  self->names = g_new0 (char *, 1);
}

BhKeys *
bh_keys_new (const char *path)
{
  BhKeys *self;

  g_return_val_if_fail (path != NULL, NULL);
  self = g_object_new (BH_TYPE_KEYS, NULL);
  self->path = g_strdup (path);
  return self;
}

gboolean
bh_key_name_is_valid (const char *name)
{
  gsize length = strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

  return length > 0 && length <= BH_KEY_NAME_MAX && name[length] == '\0' && !g_ascii_isdigit (name[0]);
}

gboolean
bh_key_value_check (const char *value, GError **error)
{
  gsize length = strlen (value);
  const char *why = NULL;

  if (length == 0)
    why = "An API key is not empty.";
  else if (length > BH_KEY_VALUE_MAX)
    why = "An API key has at most 16384 bytes.";
  else if (!g_utf8_validate (value, (gssize) length, NULL))
    why = "An API key is text.";
  for (const char *p = value; why == NULL && *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      why = "An API key holds no line breaks or other control characters.";
  if (why != NULL)
    bh_set_error (error, BH_ERROR_INVALID_FIELD, "value", "%s", why);
  return why == NULL;
}

/* --- changes --- */

typedef struct
{
  BhKeys *keys;
  char *name;  /* (nullable) nothing is to be changed */
  char *value; /* (nullable) it is to go */
} Change;

static Change *
change_new (BhKeys *keys, const char *name, const char *value)
{
  Change *self = g_new0 (Change, 1);

  self->keys = g_object_ref (keys);
  self->name = g_strdup (name);
  self->value = g_strdup (value);
  return self;
}

static void
change_free (gpointer data)
{
  Change *self = data;

  g_object_unref (self->keys);
  g_free (self->name);
  if (self->value != NULL)
    secret_password_wipe (self->value);
  g_free (self->value);
  g_free (self);
}

/* --- the file, on a thread --- */

static void
file_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Change *change = data;
  BhKeys *self = change->keys;
  GError *error = NULL;
  GHashTable *table = NULL;

  g_mutex_lock (&self->lock);
  if (change->name == NULL || bh_keys_file_change (self->path, change->name, change->value, &error))
    table = bh_keys_file_read (self->path, &error);
  g_mutex_unlock (&self->lock);
  if (table != NULL)
    g_task_return_pointer (task, table, (GDestroyNotify) g_hash_table_unref);
  else
    g_task_return_error (task, error);
}

static void
file_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GHashTable *table = g_task_propagate_pointer (G_TASK (result), &error);

  if (table != NULL)
    dex_promise_resolve_boxed (promise, G_TYPE_HASH_TABLE, table);
  else
    dex_promise_reject (promise, error);
}

/* Resolves what is in the file, after the change if `name` is given. */
static DexFuture *
use_file (BhKeys *self, const char *name, const char *value)
{
  DexPromise *promise = dex_promise_new ();
  g_autoptr (GTask) task = g_task_new (NULL, NULL, file_cb, dex_ref (promise));

  g_task_set_task_data (task, change_new (self, name, value), change_free);
  g_task_run_in_thread (task, file_thread);
  return DEX_FUTURE (promise);
}

/* --- the two together --- */

static DexFuture *
probed_cb (DexFuture *probe, gpointer data)
{
  gboolean in_service = g_value_get_boolean (dex_future_get_value (probe, NULL));

  return dex_future_new_take_string (g_strdup (in_service ? BH_KEYS_IN_SERVICE : BH_KEYS_IN_FILE));
}

DexFuture *
bh_keys_stored_in (BhKeys *self)
{
  dex_return_error_if_fail (BH_IS_KEYS (self));
  /* a service that could not say may be well by now: what is in it is not to be taken for removed */
  if (self->place != NULL && dex_future_is_rejected (self->place))
    dex_clear (&self->place);
  if (self->place == NULL)
    {
      self->place = dex_future_then (bh_keys_service_probe (), probed_cb, NULL, NULL);
      dex_future_disown (dex_ref (self->place));
    }
  return dex_ref (self->place);
}

static gboolean
find_place (BhKeys *self, gboolean *in_service, GError **error)
{
  g_autofree char *place = dex_await_string (bh_keys_stored_in (self), error);

  *in_service = g_strcmp0 (place, BH_KEYS_IN_SERVICE) == 0;
  return place != NULL;
}

/* What is in the service comes before what is in the file. */
static GHashTable *
read_all (BhKeys *self, gboolean values, GError **error)
{
  g_autoptr (GHashTable) file = dex_await_boxed (use_file (self, NULL, NULL), error);
  g_autoptr (GHashTable) service = NULL;
  GHashTable *all;
  GHashTableIter iter;
  gpointer name, value;
  gboolean in_service;

  if (file == NULL || !find_place (self, &in_service, error))
    return NULL;
  if (!in_service)
    return g_steal_pointer (&file);
  service = dex_await_boxed (bh_keys_service_search (values), error);
  if (service == NULL)
    return NULL;
  all = bh_keys_table_new ();
  g_hash_table_iter_init (&iter, file);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (all, g_strdup (name), g_strdup (value));
  g_hash_table_iter_init (&iter, service);
  while (g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (all, g_strdup (name), g_strdup (value));
  return all;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
remember_names (BhKeys *self, GHashTable *table)
{
  g_autoptr (GPtrArray) names = g_hash_table_get_keys_as_ptr_array (table);

  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  g_strfreev (self->names);
  self->names = g_strdupv ((char **) names->pdata);
}

static DexFuture *
names_fiber (gpointer data)
{
  BhKeys *self = data;
  GError *error = NULL;
  g_autoptr (GHashTable) all = read_all (self, FALSE, &error);

  if (all == NULL)
    return dex_future_new_for_error (error);
  remember_names (self, all);
  return dex_future_new_take_boxed (G_TYPE_STRV, g_strdupv (self->names));
}

DexFuture *
bh_keys_names (BhKeys *self)
{
  dex_return_error_if_fail (BH_IS_KEYS (self));
  return dex_scheduler_spawn (NULL, 0, names_fiber, g_object_ref (self), g_object_unref);
}

const char *const *
bh_keys_last_names (BhKeys *self)
{
  g_return_val_if_fail (BH_IS_KEYS (self), NULL);
  return (const char *const *) self->names;
}

/* --- values --- */

typedef struct
{
  BhKeys *keys;
  char **names;
  char *place; /* (nullable) wherever they are */
} Lookup;

static void
lookup_free (gpointer data)
{
  Lookup *self = data;

  g_object_unref (self->keys);
  g_strfreev (self->names);
  g_free (self->place);
  g_free (self);
}

static gboolean
has_any (GHashTable *table, char **names)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (g_hash_table_contains (table, names[i]))
      return TRUE;
  return FALSE;
}

static GHashTable *
choose (GHashTable *all, char **names, GError **error)
{
  g_autoptr (GHashTable) chosen = bh_keys_table_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *value = g_hash_table_lookup (all, names[i]);

      if (value == NULL)
        continue;
      if (*value == '\0')
        {
          bh_set_error (
              error, BH_ERROR_KEYS_UNAVAILABLE, NULL,
              "The API key %s is in the password storage of this computer, which is locked. Unlock it, "
              "and try again.",
              names[i]);
          return NULL;
        }
      g_hash_table_insert (chosen, g_strdup (names[i]), g_strdup (value));
    }
  return g_steal_pointer (&chosen);
}

/* Nobody is asked to unlock what is not needed. */
static GHashTable *
read_needed (Lookup *self, GError **error)
{
  g_autoptr (GHashTable) all = NULL;
  gboolean in_service;

  if (g_strcmp0 (self->place, BH_KEYS_IN_FILE) == 0)
    return dex_await_boxed (use_file (self->keys, NULL, NULL), error);
  if (!find_place (self->keys, &in_service, error))
    return NULL;
  if (!in_service && self->place != NULL)
    {
      bh_set_error (error, BH_ERROR_KEYS_UNAVAILABLE, NULL,
                    "The API keys that were given are in the password storage of this computer, which is not "
                    "there now. Restart Bellhop in a session that has it, and try again.");
      return NULL;
    }
  all = read_all (self->keys, FALSE, error);
  if (all == NULL || !in_service || !has_any (all, self->names))
    return g_steal_pointer (&all);
  return read_all (self->keys, TRUE, error);
}

static DexFuture *
lookup_fiber (gpointer data)
{
  Lookup *self = data;
  GError *error = NULL;
  g_autoptr (GHashTable) all = read_needed (self, &error);
  GHashTable *chosen;

  chosen = all != NULL ? choose (all, self->names, &error) : NULL;
  if (chosen == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_HASH_TABLE, chosen);
}

DexFuture *
bh_keys_lookup (BhKeys *self, const char *const *names)
{
  return bh_keys_lookup_in (self, names, NULL);
}

DexFuture *
bh_keys_lookup_in (BhKeys *self, const char *const *names, const char *place)
{
  Lookup *lookup;

  dex_return_error_if_fail (BH_IS_KEYS (self));
  dex_return_error_if_fail (names != NULL);
  lookup = g_new0 (Lookup, 1);
  lookup->keys = g_object_ref (self);
  lookup->names = g_strdupv ((char **) names);
  lookup->place = g_strdup (place);
  return dex_scheduler_spawn (NULL, 0, lookup_fiber, lookup, lookup_free);
}

/* --- changing --- */

/* What goes to the service goes out of the file: else it would be found again when there is no service. */
static DexFuture *
change_fiber (gpointer data)
{
  Change *self = data;
  GError *error = NULL;
  gboolean in_service;
  g_autoptr (GHashTable) file = NULL;

  if (!find_place (self->keys, &in_service, &error))
    return dex_future_new_for_error (error);
  if (in_service && !dex_await (self->value != NULL ? bh_keys_service_store (self->name, self->value)
                                                    : bh_keys_service_clear (self->name),
                                &error))
    return dex_future_new_for_error (error);
  file = dex_await_boxed (use_file (self->keys, self->name, in_service ? NULL : self->value), &error);
  if (file == NULL)
    return dex_future_new_for_error (error);
  return names_fiber (self->keys);
}

static DexFuture *
change (BhKeys *self, const char *name, const char *value)
{
  DexFuture *future =
      dex_scheduler_spawn (NULL, 0, change_fiber, change_new (self, name, value), change_free);

  /* who asked may go away: what was begun is done all the same */
  dex_future_disown (dex_ref (future));
  return future;
}

DexFuture *
bh_keys_set (BhKeys *self, const char *name, const char *value)
{
  GError *error = NULL;

  dex_return_error_if_fail (BH_IS_KEYS (self));
  dex_return_error_if_fail (name != NULL && bh_key_name_is_valid (name) && value != NULL);
  if (!bh_key_value_check (value, &error))
    return dex_future_new_for_error (error);
  return change (self, name, value);
}

DexFuture *
bh_keys_remove (BhKeys *self, const char *name)
{
  dex_return_error_if_fail (BH_IS_KEYS (self));
  dex_return_error_if_fail (name != NULL && bh_key_name_is_valid (name));
  return change (self, name, NULL);
}

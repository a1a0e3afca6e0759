/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/widgets/bh-unsent.h"

#include <string.h>

#include "app/widgets/bh-kept-file.h"
#include "protocol/bh-json-util.h"

#define SAVE_MS 1000
#define UNSENT_MAX 200
#define BYTES_MAX (4 * 1024 * 1024)

/* Never changed: threads read it. Counted by g_atomic_rc_box_*(). */
typedef struct
{
  char *key; /* connection\nRun\nwhat */
  char *text;
} Unsent;

struct _BhUnsent
{
  GObject parent_instance;

  BhKeptFile *file;
  BhConnections *connections; /* (nullable) */
  GPtrArray *all;             /* Unsent, the oldest first; a new array with each change that is written */
  GHashTable *gone;           /* (nullable): set of keys forgotten before the file was read */
  char *problem;              /* (nullable): what went wrong with the file last */
  gsize bytes;
  guint save_source;
};

G_DEFINE_FINAL_TYPE (BhUnsent, bh_unsent, G_TYPE_OBJECT)

static guint loaded_signal, failed_signal;

static void
unsent_clear (gpointer data)
{
  Unsent *self = data;

  g_free (self->key);
  g_free (self->text);
}

static gpointer
copy_unsent (gconstpointer unsent, gpointer data)
{
  return g_atomic_rc_box_acquire ((gpointer) unsent);
}

static void
unsent_unref (gpointer unsent)
{
  g_atomic_rc_box_release_full (unsent, unsent_clear);
}

/* Takes `key`. */
static Unsent *
unsent_new (char *key, const char *text)
{
  Unsent *self = g_atomic_rc_box_new0 (Unsent);

  self->key = key;
  self->text = g_strdup (text);
  return self;
}

static gsize
size_of (const Unsent *unsent)
{
  return strlen (unsent->key) + strlen (unsent->text);
}

/* --- the file, on a thread ----------------------------------------------------------------------------- */

static gboolean
read_all (JsonNode *node, GPtrArray *all, GError **error)
{
  g_auto (BhReader) reader;
  JsonArray *array;

  bh_reader_init (&reader, node);
  array = bh_reader_array (&reader, "unsent");
  for (guint i = 0; bh_reader_ok (&reader) && array != NULL && i < json_array_get_length (array); i++)
    {
      g_autofree char *key = NULL;
      BhReader entry;

      bh_reader_element (&reader, "unsent", array, i, &entry);
      key = bh_reader_string (&entry, "key");
      if (key != NULL && bh_reader_peek_string (&entry, "text") != NULL)
        g_ptr_array_add (all, unsent_new (g_steal_pointer (&key), bh_reader_peek_string (&entry, "text")));
    }
  return bh_reader_finish (&reader, error);
}

static gpointer
decode (JsonNode *node, GError **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (unsent_unref);

  return node == NULL || read_all (node, all, error) ? g_steal_pointer (&all) : NULL;
}

static JsonNode *
encode (gconstpointer data)
{
  const GPtrArray *all = data;
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < all->len; i++)
    {
      const Unsent *unsent = all->pdata[i];
      JsonObject *entry = json_object_new ();

      json_object_set_string_member (entry, "key", unsent->key);
      json_object_set_string_member (entry, "text", unsent->text);
      json_array_add_object_element (array, entry);
    }
  json_object_set_array_member (object, "unsent", array);
  return bh_json_take_object (object);
}

/* --- what there is ------------------------------------------------------------------------------------- */

static char *
make_key (const char *connection_id, const char *run_id, const char *what)
{
  return g_strconcat (connection_id, "\n", run_id, "\n", what, NULL);
}

/* There are few. */
static gboolean
find (BhUnsent *self, const char *key, guint *at)
{
  for (*at = 0; *at < self->all->len; ++*at)
    if (strcmp (((const Unsent *) self->all->pdata[*at])->key, key) == 0)
      return TRUE;
  return FALSE;
}

static void
remove_at (BhUnsent *self, guint at)
{
  const Unsent *unsent = self->all->pdata[at];

  if (self->gone != NULL)
    g_hash_table_add (self->gone, g_strdup (unsent->key));
  self->bytes -= size_of (unsent);
  g_ptr_array_remove_index (self->all, at);
}

/* Takes `unsent`. */
static void
insert (BhUnsent *self, guint at, Unsent *unsent)
{
  self->bytes += size_of (unsent);
  g_ptr_array_insert (self->all, (int) at, unsent);
  while (self->all->len > 1 && (self->all->len > UNSENT_MAX || self->bytes > BYTES_MAX))
    remove_at (self, 0);
}

/* What is still to be written keeps this object, for nobody reads what the file had, and the application. */
typedef struct
{
  BhUnsent *unsent;
  GApplication *held; /* (nullable): a weak pointer */
} Save;

static Save *
save_new (BhUnsent *self)
{
  Save *save = g_new0 (Save, 1);

  save->unsent = g_object_ref (self);
  if (g_set_weak_pointer (&save->held, g_application_get_default ()) && save->held != NULL)
    g_application_hold (save->held);
  return save;
}

static void
save_free (gpointer data)
{
  Save *save = data;

  if (save->held != NULL)
    g_application_release (save->held);
  g_clear_weak_pointer (&save->held);
  g_object_unref (save->unsent);
  g_free (save);
}

static gboolean
save_cb (gpointer data)
{
  BhUnsent *self = ((Save *) data)->unsent;

  self->save_source = 0;
  bh_kept_file_write (self->file, encode,
                      self->all->len > 0 ? g_ptr_array_copy (self->all, copy_unsent, NULL) : NULL,
                      (GDestroyNotify) g_ptr_array_unref);
  return G_SOURCE_REMOVE;
}

/* Before the file is read nothing is written over it. */
static void
save_soon (BhUnsent *self)
{
  if (self->save_source == 0 && self->gone == NULL)
    self->save_source = g_timeout_add_full (G_PRIORITY_DEFAULT, SAVE_MS, save_cb, save_new (self), save_free);
}

static void
take_loaded (BhUnsent *self, GPtrArray *loaded)
{
  guint n = 0, at;

  for (guint i = 0; i < loaded->len; i++)
    {
      Unsent *unsent = loaded->pdata[i];

      if (!find (self, unsent->key, &at) && !g_hash_table_contains (self->gone, unsent->key))
        insert (self, n++, g_atomic_rc_box_acquire (unsent));
    }
}

/* Mostly before anybody is there to be told. */
static void
failed_cb (BhUnsent *self, const char *text)
{
  g_set_str (&self->problem, text);
  g_signal_emit (self, failed_signal, 0, text);
}

const char *
bh_unsent_get_problem (BhUnsent *self)
{
  g_return_val_if_fail (BH_IS_UNSENT (self), NULL);
  return self->problem;
}

void
bh_unsent_dismiss_problem (BhUnsent *self)
{
  g_return_if_fail (BH_IS_UNSENT (self));
  g_clear_pointer (&self->problem, g_free);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  BhUnsent *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  gboolean changed = self->all->len > 0 || g_hash_table_size (self->gone) > 0;

  if (value != NULL)
    take_loaded (self, g_value_get_boxed (value));
  g_clear_pointer (&self->gone, g_hash_table_unref);
  if (changed)
    save_soon (self);
  if (value == NULL)
    failed_cb (self, error->message);
  g_signal_emit (self, loaded_signal, 0);
  return dex_future_new_true ();
}

const char *
bh_unsent_get_text (BhUnsent *self, const char *connection_id, const char *run_id, const char *what)
{
  g_autofree char *key = NULL;
  guint at;

  g_return_val_if_fail (BH_IS_UNSENT (self), NULL);
  g_return_val_if_fail (connection_id != NULL && run_id != NULL && what != NULL, NULL);
  key = make_key (connection_id, run_id, what);
  return find (self, key, &at) ? ((const Unsent *) self->all->pdata[at])->text : NULL;
}

void
bh_unsent_set_text (
    BhUnsent *self, const char *connection_id, const char *run_id, const char *what, const char *text)
{
  gboolean blank = text == NULL || text[strspn (text, " \t\r\n")] == '\0';
  g_autofree char *key = NULL;
  gboolean known;
  guint at;

  g_return_if_fail (BH_IS_UNSENT (self));
  g_return_if_fail (connection_id != NULL && run_id != NULL && what != NULL);
  key = make_key (connection_id, run_id, what);
  known = find (self, key, &at);
  if (known ? !blank && strcmp (((const Unsent *) self->all->pdata[at])->text, text) == 0
            : blank && self->gone == NULL)
    return;
  if (known)
    remove_at (self, at);
  else if (blank)
    g_hash_table_add (self->gone, g_strdup (key));
  if (!blank)
    insert (self, self->all->len, unsent_new (g_steal_pointer (&key), text));
  save_soon (self);
}

void
bh_unsent_save_now (BhUnsent *self)
{
  guint source;
  Save now = { 0 };

  g_return_if_fail (BH_IS_UNSENT (self));
  source = self->save_source;
  if (source == 0)
    return;
  now.unsent = self;
  save_cb (&now);
  /* it holds the application until the file does */
  g_source_remove (source);
}

gboolean
bh_unsent_is_loaded (BhUnsent *self)
{
  g_return_val_if_fail (BH_IS_UNSENT (self), FALSE);
  return self->gone == NULL;
}

/* --- what is over -------------------------------------------------------------------------------------- */

static void
run_deleted_cb (BhUnsent *self, BhConnection *connection, const char *run_id)
{
  g_autofree char *prefix = make_key (bh_connection_get_id (connection), run_id, "");

  for (guint i = self->all->len; i-- > 0;)
    if (g_str_has_prefix (((const Unsent *) self->all->pdata[i])->key, prefix))
      {
        remove_at (self, i);
        save_soon (self);
      }
}

static void
question_cb (BhUnsent *self, BhConnection *connection, const BhQuestionSet *set)
{
  if (set->state != BH_SET_OPEN && set->run != NULL)
    bh_unsent_set_text (self, bh_connection_get_id (connection), set->run, set->id, NULL);
}

void
bh_unsent_forget_connection (BhUnsent *self, const char *connection_id)
{
  g_autofree char *prefix = g_strconcat (connection_id, "\n", NULL);

  g_return_if_fail (BH_IS_UNSENT (self));
  for (guint i = self->all->len; i-- > 0;)
    if (g_str_has_prefix (((const Unsent *) self->all->pdata[i])->key, prefix))
      {
        remove_at (self, i);
        save_soon (self);
      }
}

void
bh_unsent_follow (BhUnsent *self, BhConnections *connections)
{
  g_return_if_fail (BH_IS_UNSENT (self));
  g_return_if_fail (connections == NULL || BH_IS_CONNECTIONS (connections));
  if (self->connections != NULL)
    g_signal_handlers_disconnect_by_data (self->connections, self);
  g_set_object (&self->connections, connections);
  if (connections == NULL)
    return;
  g_signal_connect_swapped (connections, "run-deleted", G_CALLBACK (run_deleted_cb), self);
  g_signal_connect_swapped (connections, "question", G_CALLBACK (question_cb), self);
}

/* --- the object ---------------------------------------------------------------------------------------- */

static void
bh_unsent_dispose (GObject *object)
{
  BhUnsent *self = BH_UNSENT (object);

  bh_unsent_follow (self, NULL);
  G_OBJECT_CLASS (bh_unsent_parent_class)->dispose (object);
}

static void
bh_unsent_finalize (GObject *object)
{
  BhUnsent *self = BH_UNSENT (object);

  g_clear_object (&self->file);
  g_free (self->problem);
  g_clear_pointer (&self->gone, g_hash_table_unref);
  g_ptr_array_unref (self->all);
  G_OBJECT_CLASS (bh_unsent_parent_class)->finalize (object);
}

static void
bh_unsent_class_init (BhUnsentClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_unsent_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_unsent_finalize;
  loaded_signal =
      g_signal_new ("loaded", BH_TYPE_UNSENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  failed_signal = g_signal_new ("failed", BH_TYPE_UNSENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                1, G_TYPE_STRING);
}

static void
bh_unsent_init (BhUnsent *self)
{
  self->all = g_ptr_array_new_with_free_func (unsent_unref);
  self->gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->file = bh_kept_file_new ("unsent.json", self);
  g_signal_connect_object (self->file, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
}

BhUnsent *
bh_unsent_get (void)
{
  static BhUnsent *only;

  if (only != NULL)
    return g_object_ref (only);
  only = g_object_new (BH_TYPE_UNSENT, NULL);
  g_object_add_weak_pointer (G_OBJECT (only), (gpointer *) &only);
  dex_future_disown (dex_future_finally (bh_kept_file_read (only->file, G_TYPE_PTR_ARRAY, decode), loaded_cb,
                                         g_object_ref (only), g_object_unref));
  return only;
}

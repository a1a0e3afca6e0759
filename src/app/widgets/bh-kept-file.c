/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-kept-file.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "client/bh-future.h"
#include "protocol/bh-json-util.h"

typedef struct
{
  char *path;
  BhKeptDecode decode;
  BhKeptEncode encode;
  gpointer data; /* (nullable) */
  GDestroyNotify destroy;
} Work;

struct _BhKeptFile
{
  GObject parent_instance;

  char *path;
  GObject *owner; /* borrowed, but while something is written */
  Work *next;     /* (nullable): to be written after what is being written */
  gboolean is_writing;
  gboolean is_locked; /* what could neither be read nor put aside is not written over */
  GApplication *held; /* (nullable): which does not end before that is done; a weak pointer */
};

G_DEFINE_FINAL_TYPE (BhKeptFile, bh_kept_file, G_TYPE_OBJECT)

static guint failed_signal;

static void
work_free (gpointer data)
{
  Work *self = data;

  if (self->data != NULL && self->destroy != NULL)
    self->destroy (self->data);
  g_free (self->path);
  g_free (self);
}

static void
bh_kept_file_finalize (GObject *object)
{
  BhKeptFile *self = BH_KEPT_FILE (object);

  g_free (self->path);
  g_clear_pointer (&self->next, work_free);
  g_clear_weak_pointer (&self->held);
  G_OBJECT_CLASS (bh_kept_file_parent_class)->finalize (object);
}

static void
bh_kept_file_class_init (BhKeptFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_kept_file_finalize;
  failed_signal = g_signal_new ("failed", BH_TYPE_KEPT_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bh_kept_file_init (BhKeptFile *self)
{
}

BhKeptFile *
bh_kept_file_new (const char *name, gpointer owner)
{
  BhKeptFile *self = g_object_new (BH_TYPE_KEPT_FILE, NULL);

  g_assert (name != NULL && G_IS_OBJECT (owner));
  self->owner = owner;
  self->path = g_build_filename (g_get_user_data_dir (), "bellhop", name, NULL);
  return self;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static void
put_aside (const char *path, const GError *problem, GError **error)
{
  g_autofree char *bad = g_strconcat (path, ".bad", NULL);

  if (g_rename (path, bad) != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY, _ ("Your draft could not be read: %s"),
                 problem->message);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Your draft could not be read. It is kept as %s"),
                 bad);
}

static gpointer
read_in_thread (gpointer data, GError **error)
{
  const Work *work = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  gpointer result;
  gsize length;

  if (!g_file_get_contents (work->path, &text, &length, &problem))
    {
      if (g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return work->decode (NULL, error);
      put_aside (work->path, problem, error);
      return NULL;
    }
  node = bh_json_parse (text, (gssize) length, &problem);
  result = node != NULL ? work->decode (node, &problem) : NULL;
  if (result == NULL)
    put_aside (work->path, problem, error);
  return result;
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  BhKeptFile *self = data;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  self->is_locked = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_READ_ONLY);
  return dex_ref (future);
}

DexFuture *
bh_kept_file_read (BhKeptFile *self, GType type, BhKeptDecode decode)
{
  Work *work;

  dex_return_error_if_fail (BH_IS_KEPT_FILE (self));
  dex_return_error_if_fail (decode != NULL);
  work = g_new0 (Work, 1);
  work->path = g_strdup (self->path);
  work->decode = decode;
  return dex_future_finally (bh_future_in_thread (type, read_in_thread, work, work_free), read_cb,
                             g_object_ref (self), g_object_unref);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static gboolean
remove_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
write_file (const Work *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (self->data == NULL)
    return remove_file (self->path, error);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  node = self->encode (self->data);
  text = json_to_string (node, TRUE);
  /* there may be secrets in it: for nobody else's eyes */
  return g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

/* A thread has to return something boxed. */
static gpointer
write_in_thread (gpointer data, GError **error)
{
  return write_file (data, error) ? g_new0 (char *, 1) : NULL;
}

static void write_now (BhKeptFile *self, Work *work);

static DexFuture *
written_cb (DexFuture *future, gpointer data)
{
  BhKeptFile *self = data;
  GApplication *held = self->held;
  g_autoptr (GError) error = NULL;

  self->is_writing = FALSE;
  g_clear_weak_pointer (&self->held);
  if (dex_future_get_value (future, &error) == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Your draft cannot be kept: %s"), error->message);

      g_signal_emit (self, failed_signal, 0, text);
    }
  if (self->next != NULL && !self->is_writing)
    write_now (self, g_steal_pointer (&self->next));
  if (held != NULL)
    g_application_release (held);
  g_object_unref (self->owner);
  return dex_future_new_true ();
}

/* Takes `work`. */
static void
write_now (BhKeptFile *self, Work *work)
{
  self->is_writing = TRUE;
  g_object_ref (self->owner);
  /* the default may be another one, or none, when it is written */
  if (g_set_weak_pointer (&self->held, g_application_get_default ()) && self->held != NULL)
    g_application_hold (self->held);
  dex_future_disown (dex_future_finally (bh_future_in_thread (G_TYPE_STRV, write_in_thread, work, work_free),
                                         written_cb, g_object_ref (self), g_object_unref));
}

void
bh_kept_file_write (BhKeptFile *self, BhKeptEncode encode, gpointer data, GDestroyNotify destroy)
{
  Work *work;

  g_return_if_fail (BH_IS_KEPT_FILE (self));
  g_return_if_fail (data == NULL || encode != NULL);
  work = g_new0 (Work, 1);
  work->path = g_strdup (self->path);
  work->encode = encode;
  work->data = data;
  work->destroy = destroy;
  if (self->is_locked)
    {
      work_free (work);
      return;
    }
  g_clear_pointer (&self->next, work_free);
  if (self->is_writing)
    self->next = work;
  else
    write_now (self, work);
}

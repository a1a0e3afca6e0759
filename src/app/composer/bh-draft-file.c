/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-draft-file.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "client/bh-future.h"

struct _BhDraftFile
{
  GObject parent_instance;

  char *path;
  BhDraft *latest; /* what is, or will be, in the file; once `is_known` */
  gboolean is_known;
  gboolean is_writing;
  GApplication *held; /* (nullable): which does not end before that is done; a weak pointer */
  gboolean is_stale;  /* `latest` is newer than what is being written */
};

G_DEFINE_FINAL_TYPE (BhDraftFile, bh_draft_file, G_TYPE_OBJECT)

static guint failed_signal;

static void
bh_draft_file_finalize (GObject *object)
{
  BhDraftFile *self = BH_DRAFT_FILE (object);

  g_free (self->path);
  g_clear_weak_pointer (&self->held);
  g_clear_pointer (&self->latest, bh_draft_unref);
  G_OBJECT_CLASS (bh_draft_file_parent_class)->finalize (object);
}

static void
bh_draft_file_class_init (BhDraftFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_draft_file_finalize;
  failed_signal = g_signal_new ("failed", BH_TYPE_DRAFT_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bh_draft_file_init (BhDraftFile *self)
{
  self->path = g_build_filename (g_get_user_data_dir (), "bellhop", "draft.json", NULL);
}

BhDraftFile *
bh_draft_file_get (void)
{
  static BhDraftFile *only;

  if (only != NULL)
    return g_object_ref (only);
  only = g_object_new (BH_TYPE_DRAFT_FILE, NULL);
  g_object_add_weak_pointer (G_OBJECT (only), (gpointer *) &only);
  return only;
}

/* --- reading ------------------------------------------------------------------------------------------- */

static BhDraft *
put_aside (const char *path, const GError *problem, GError **error)
{
  g_autofree char *bad = g_strconcat (path, ".bad", NULL);

  if (g_rename (path, bad) != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Your draft could not be read: %s"),
                 problem->message);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Your draft could not be read. It is kept as %s"),
                 bad);
  return NULL;
}

static BhDraft *
read_file (const char *path, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  BhDraft *draft;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &problem))
    {
      if (!g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Your draft could not be read: %s"),
                     problem->message);
      return NULL;
    }
  node = bh_json_parse (text, (gssize) length, &problem);
  draft = node != NULL ? bh_draft_from_json (node, &problem) : NULL;
  return draft != NULL ? draft : put_aside (path, problem, error);
}

static gpointer
read_in_thread (gpointer path, GError **error)
{
  BhDraft *draft = read_file (path, error);

  /* none is no error, but a thread has to return something */
  return draft != NULL || (error != NULL && *error != NULL) ? draft : bh_draft_new ();
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  BhDraftFile *self = data;
  const GValue *value = dex_future_get_value (future, NULL);

  if (!self->is_known)
    {
      self->is_known = TRUE;
      self->latest = value != NULL ? g_value_dup_boxed (value) : NULL;
    }
  return dex_ref (future);
}

DexFuture *
bh_draft_file_load (BhDraftFile *self)
{
  dex_return_error_if_fail (BH_IS_DRAFT_FILE (self));
  if (self->is_known)
    return dex_future_new_take_boxed (BH_TYPE_DRAFT,
                                      self->latest != NULL ? bh_draft_ref (self->latest) : bh_draft_new ());
  return dex_future_finally (bh_future_in_thread (BH_TYPE_DRAFT, read_in_thread, g_strdup (self->path),
                                                  g_free),
                             read_cb, g_object_ref (self), g_object_unref);
}

/* --- writing ------------------------------------------------------------------------------------------- */

typedef struct
{
  char *path;
  BhDraft *draft;
} Write;

static void
write_free (gpointer data)
{
  Write *self = data;

  g_free (self->path);
  g_clear_pointer (&self->draft, bh_draft_unref);
  g_free (self);
}

static gboolean
remove_file (const char *path, GError **error)
{
  if (g_unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
write_file (const Write *self, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  if (self->draft == NULL)
    return remove_file (self->path, error);
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  node = bh_draft_to_json (self->draft);
  text = json_to_string (node, TRUE);
  /* variables may hold secrets: for nobody else's eyes */
  return g_file_set_contents_full (self->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static gpointer
write_in_thread (gpointer data, GError **error)
{
  return write_file (data, error) ? bh_draft_new () : NULL;
}

static void write_latest (BhDraftFile *self);

static DexFuture *
written_cb (DexFuture *future, gpointer data)
{
  BhDraftFile *self = data;
  GApplication *held = self->held;
  g_autoptr (GError) error = NULL;

  self->is_writing = FALSE;
  g_clear_weak_pointer (&self->held);
  if (dex_future_get_value (future, &error) == NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Your draft cannot be kept: %s"), error->message);

      g_signal_emit (self, failed_signal, 0, text);
    }
  if (self->is_stale)
    write_latest (self);
  if (held != NULL)
    g_application_release (held);
  return dex_future_new_true ();
}

static void
write_latest (BhDraftFile *self)
{
  Write *write = g_new0 (Write, 1);

  self->is_writing = TRUE;
  self->is_stale = FALSE;
  write->path = g_strdup (self->path);
  write->draft = self->latest != NULL ? bh_draft_ref (self->latest) : NULL;
  /* the default may be another one, or none, when it is written */
  if (g_set_weak_pointer (&self->held, g_application_get_default ()) && self->held != NULL)
    g_application_hold (self->held);
  dex_future_disown (
      dex_future_finally (bh_future_in_thread (BH_TYPE_DRAFT, write_in_thread, write, write_free), written_cb,
                          g_object_ref (self), g_object_unref));
}

void
bh_draft_file_save (BhDraftFile *self, BhDraft *draft)
{
  g_return_if_fail (BH_IS_DRAFT_FILE (self));

  if (draft != NULL)
    bh_draft_ref (draft);
  g_clear_pointer (&self->latest, bh_draft_unref);
  self->latest = draft;
  self->is_known = TRUE;
  self->is_stale = TRUE;
  if (!self->is_writing)
    write_latest (self);
}

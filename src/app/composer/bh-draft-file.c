/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-draft-file.h"

#include "app/widgets/bh-kept-file.h"

struct _BhDraftFile
{
  GObject parent_instance;

  BhKeptFile *file;
  BhDraft *latest; /* what is, or will be, in the file; once `is_known` */
  gboolean is_known;
};

G_DEFINE_FINAL_TYPE (BhDraftFile, bh_draft_file, G_TYPE_OBJECT)

static guint failed_signal;

static void
bh_draft_file_finalize (GObject *object)
{
  BhDraftFile *self = BH_DRAFT_FILE (object);

  g_clear_object (&self->file);
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
failed_cb (BhDraftFile *self, const char *text)
{
  g_signal_emit (self, failed_signal, 0, text);
}

static void
bh_draft_file_init (BhDraftFile *self)
{
  self->file = bh_kept_file_new ("draft.json", self);
  g_signal_connect_object (self->file, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
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

/* None is a blank one. */
static gpointer
decode (JsonNode *node, GError **error)
{
  return node != NULL ? bh_draft_from_json (node, error) : bh_draft_new ();
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
  return dex_future_finally (bh_kept_file_read (self->file, BH_TYPE_DRAFT, decode), read_cb,
                             g_object_ref (self), g_object_unref);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static JsonNode *
encode (gconstpointer draft)
{
  return bh_draft_to_json (draft);
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
  bh_kept_file_write (self->file, encode, draft != NULL ? bh_draft_ref (draft) : NULL,
                      (GDestroyNotify) bh_draft_unref);
}

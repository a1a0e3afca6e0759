/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-removals.h"
#include "protocol/bh-error.h"
#include "protocol/bh-types.h"

struct _BhRemovals
{
  char *path;
  GHashTable *boxes; /* box id -> worker */
};

static void
load (BhRemovals *self)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (self->path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *space = strchr (lines[i], ' ');

      if (space == NULL || space[1] == '\0')
        continue;
      *space = '\0';
      if (bh_id_is_valid (lines[i], 'b'))
        g_hash_table_insert (self->boxes, g_strdup (lines[i]), g_strdup (space + 1));
    }
}

BhRemovals *
bh_removals_new (const char *path)
{
  BhRemovals *self = g_new0 (BhRemovals, 1);

  self->path = g_strdup (path);
  self->boxes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  load (self);
  return self;
}

void
bh_removals_free (BhRemovals *self)
{
  g_free (self->path);
  g_hash_table_unref (self->boxes);
  g_free (self);
}

static gboolean
save (BhRemovals *self, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) local_error = NULL;
  GHashTableIter iter;
  gpointer box, worker;

  g_hash_table_iter_init (&iter, self->boxes);
  while (g_hash_table_iter_next (&iter, &box, &worker))
    g_string_append_printf (text, "%s %s\n", (char *) box, (char *) worker);
  if (g_file_set_contents_full (self->path, text->str, (gssize) text->len,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &local_error))
    return TRUE;
  bh_set_error (error,
                g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? BH_ERROR_STORAGE_FULL
                                                                                : BH_ERROR_STORAGE_FAILED,
                NULL, "%s cannot be written: %s.", self->path, local_error->message);
  return FALSE;
}

gboolean
bh_removals_add (BhRemovals *self, const char *worker, const char *box_id, GError **error)
{
  g_return_val_if_fail (self != NULL && worker != NULL && box_id != NULL, FALSE);

  g_hash_table_insert (self->boxes, g_strdup (box_id), g_strdup (worker));
  if (save (self, error))
    return TRUE;
  g_hash_table_remove (self->boxes, box_id);
  return FALSE;
}

void
bh_removals_done (BhRemovals *self, const char *box_id)
{
  g_autoptr (GError) error = NULL;

  g_return_if_fail (self != NULL && box_id != NULL);

  if (g_hash_table_remove (self->boxes, box_id) && !save (self, &error))
    g_warning ("%s", error->message);
}

GStrv
bh_removals_list (BhRemovals *self, const char *worker)
{
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer box, on;

  g_return_val_if_fail (self != NULL && worker != NULL, NULL);

  g_hash_table_iter_init (&iter, self->boxes);
  while (g_hash_table_iter_next (&iter, &box, &on))
    if (g_str_equal (on, worker))
      g_strv_builder_add (list, box);
  return g_strv_builder_end (list);
}

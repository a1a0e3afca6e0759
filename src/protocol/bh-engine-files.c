/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-engine-files.h"

#include "protocol/bh-paths.h"

static BhEngineFile *
find (GPtrArray *files, const char *id)
{
  for (guint i = 0; i < files->len; i++)
    if (g_strcmp0 (((BhEngineFile *) files->pdata[i])->id, id) == 0)
      return files->pdata[i];
  return NULL;
}

static void
add_file (GPtrArray *files, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhEngineFile) file = bh_engine_file_load (path, &error);
  BhEngineFile *before;

  if (file == NULL)
    {
      g_message ("Engine left out: %s", error->message);
      return;
    }
  before = find (files, file->id);
  if (before != NULL)
    g_ptr_array_remove (files, before);
  g_ptr_array_add (files, g_steal_pointer (&file));
}

/* A folder that is not there is no mistake. */
static void
add_folder (GPtrArray *files, const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".engine"))
      {
        g_autofree char *file = g_build_filename (path, name, NULL);

        add_file (files, file);
      }
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const BhEngineFile *one = *(const BhEngineFile *const *) a;
  const BhEngineFile *other = *(const BhEngineFile *const *) b;

  return one->rank != other->rank ? (one->rank < other->rank ? -1 : 1) : g_strcmp0 (one->id, other->id);
}

GPtrArray *
bh_engine_files_load (void)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_file_free);
  g_autofree char *ours = bh_path_data_file ("engines");
  g_autofree char *theirs = g_build_filename (g_get_user_config_dir (), "bellhop", "engines", NULL);

  add_folder (files, ours);
  add_folder (files, theirs);
  g_ptr_array_sort (files, compare_files);
  return files;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engines.h"

#include "coordinator/engines/bh-engine-file.h"
#include "coordinator/engines/bh-runbook-parser.h"
#include "coordinator/engines/bh-runbook.h"
#include "protocol/bh-paths.h"

#define PROTOCOL_RUNBOOK "runbook"
#define AUTO "auto"

struct _BhEngines
{
  GObject parent_instance;

  GPtrArray *files; /* BhEngineFile, best rank first */
};

G_DEFINE_FINAL_TYPE (BhEngines, bh_engines, G_TYPE_OBJECT)

static const BhEngineFile *
find (BhEngines *self, const char *id)
{
  for (guint i = 0; i < self->files->len; i++)
    {
      const BhEngineFile *file = self->files->pdata[i];

      if (g_strcmp0 (file->id, id) == 0)
        return file;
    }
  return NULL;
}

static void
add_file (BhEngines *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhEngineFile) file = bh_engine_file_load (path, &error);
  const BhEngineFile *before;

  if (file == NULL)
    {
      g_message ("Engine left out: %s", error->message);
      return;
    }
  if (g_strcmp0 (file->protocol, PROTOCOL_RUNBOOK) != 0)
    {
      g_message ("Engine left out: %s: the protocol “%s” is not known here; known is " PROTOCOL_RUNBOOK, path,
                 file->protocol);
      return;
    }
  before = find (self, file->id);
  if (before != NULL)
    g_ptr_array_remove (self->files, (gpointer) before);
  g_ptr_array_add (self->files, g_steal_pointer (&file));
}

/* A folder that is not there is no mistake. */
static void
add_folder (BhEngines *self, const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".engine"))
      {
        g_autofree char *file = g_build_filename (path, name, NULL);

        add_file (self, file);
      }
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const BhEngineFile *one = *(const BhEngineFile *const *) a;
  const BhEngineFile *other = *(const BhEngineFile *const *) b;

  return one->rank != other->rank ? (one->rank < other->rank ? -1 : 1) : g_strcmp0 (one->id, other->id);
}

static void
bh_engines_finalize (GObject *object)
{
  g_clear_pointer (&BH_ENGINES (object)->files, g_ptr_array_unref);
  G_OBJECT_CLASS (bh_engines_parent_class)->finalize (object);
}

static void
bh_engines_class_init (BhEnginesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_engines_finalize;
}

static void
bh_engines_init (BhEngines *self)
{
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_file_free);
}

BhEngines *
bh_engines_new (void)
{
  BhEngines *self = g_object_new (BH_TYPE_ENGINES, NULL);
  g_autofree char *ours = bh_path_data_file ("engines");
  g_autofree char *theirs = g_build_filename (g_get_user_config_dir (), "bellhop", "engines", NULL);

  add_folder (self, ours);
  add_folder (self, theirs);
  g_ptr_array_sort (self->files, compare_files);
  return self;
}

GPtrArray *
bh_engines_list (BhEngines *self)
{
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_engine_info_unref);

  g_return_val_if_fail (BH_IS_ENGINES (self), infos);
  for (guint i = 0; i < self->files->len; i++)
    {
      const BhEngineFile *file = self->files->pdata[i];
      BhEngineInfo *info = bh_engine_info_new ();

      info->id = g_strdup (file->id);
      info->name = g_strdup (file->name);
      info->protocol = g_strdup (file->protocol);
      info->rank = file->rank;
      g_ptr_array_add (infos, info);
    }
  return infos;
}

gboolean
bh_engines_knows (BhEngines *self, const char *id)
{
  g_return_val_if_fail (BH_IS_ENGINES (self), FALSE);
  return find (self, id) != NULL;
}

static char *
known_ids (BhEngines *self)
{
  GString *text = g_string_new (AUTO);

  for (guint i = 0; i < self->files->len; i++)
    g_string_append_printf (text, ", %s", ((const BhEngineFile *) self->files->pdata[i])->id);
  return g_string_free_and_steal (text);
}

/* FALSE for an id that is neither "auto" nor an engine. */
static gboolean
check_id (BhEngines *self, const char *id, GError **error)
{
  g_autofree char *known = NULL;

  if (g_strcmp0 (id, AUTO) == 0 || find (self, id) != NULL)
    return TRUE;
  known = known_ids (self);
  bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine", "There is no engine “%.100s”. Known: %s.", id,
                known);
  return FALSE;
}

/* Number of blocks; -1 when the instructions cannot be read. */
static int
count_blocks (const char *instructions, GError **error)
{
  g_autoptr (GPtrArray) sections = bh_runbook_parse (instructions, error);

  return sections != NULL ? (int) bh_runbook_count_blocks (sections) : -1;
}

static void
set_nothing_to_run (GError **error)
{
  bh_set_error (
      error, BH_ERROR_NOTHING_TO_RUN, "instructions",
      "The runbook engine runs the fenced ```sh and ```bash blocks of the instructions, and there is none. "
      "Put the commands into such a block.");
}

gboolean
bh_engines_check (BhEngines *self, const char *id, const char *instructions, GError **error)
{
  const BhEngineFile *file;
  int blocks;

  g_return_val_if_fail (BH_IS_ENGINES (self), FALSE);
  g_return_val_if_fail (id != NULL && instructions != NULL, FALSE);
  if (!check_id (self, id, error))
    return FALSE;
  file = find (self, id);
  if (file != NULL && g_strcmp0 (file->protocol, PROTOCOL_RUNBOOK) != 0)
    return TRUE;
  blocks = count_blocks (instructions, error);
  if (blocks < 0)
    return FALSE;
  if (blocks > 0 || file == NULL)
    return TRUE;
  set_nothing_to_run (error);
  return FALSE;
}

void
bh_pick_free (BhPick *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->why);
  g_free (self);
}

static BhPick *
pick_new (const BhEngineFile *file, int blocks)
{
  BhPick *self = g_new0 (BhPick, 1);

  self->id = g_strdup (file->id);
  self->name = g_strdup (file->name);
  self->why =
      g_strdup_printf ("%s – the instructions hold %d block%s", file->name, blocks, blocks == 1 ? "" : "s");
  return self;
}

static BhPick *
pick_copy (BhPick *self)
{
  BhPick *copy = g_new0 (BhPick, 1);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->why = g_strdup (self->why);
  return copy;
}

G_DEFINE_BOXED_TYPE (BhPick, bh_pick, pick_copy, bh_pick_free)

static DexFuture *
none_found (BhEngines *self)
{
  g_autoptr (GString) looked_for = g_string_new (NULL);

  for (guint i = 0; i < self->files->len; i++)
    g_string_append_printf (looked_for, "%s%s (the instructions hold no ```sh or ```bash block)",
                            i > 0 ? ", " : "", ((const BhEngineFile *) self->files->pdata[i])->name);
  return dex_future_new_for_error (bh_error_new (
      BH_ERROR_ENGINE_NOT_FOUND, "engine",
      "No engine can work on these instructions. Looked for: %s. Put the commands into a fenced ```sh or "
      "```bash block, which needs nothing to be installed.",
      looked_for->len > 0 ? looked_for->str : "nothing, as no engine is described in data/engines"));
}

/* Nothing has to be looked for in the box as long as every engine is built in. */
DexFuture *
bh_engines_pick (BhEngines *self, BhBox *box, const char *id, const char *instructions)
{
  const BhEngineFile *file;
  GError *error = NULL;
  int blocks;

  dex_return_error_if_fail (BH_IS_ENGINES (self));
  dex_return_error_if_fail (id != NULL && instructions != NULL);
  if (!check_id (self, id, &error))
    return dex_future_new_for_error (error);
  blocks = count_blocks (instructions, &error);
  if (blocks < 0)
    return dex_future_new_for_error (error);
  file = find (self, id);
  if (blocks == 0 && file == NULL)
    return none_found (self);
  if (blocks == 0)
    {
      set_nothing_to_run (&error);
      return dex_future_new_for_error (error);
    }
  if (file == NULL && self->files->len > 0)
    file = self->files->pdata[0];
  if (file == NULL)
    return none_found (self);
  return dex_future_new_take_boxed (BH_TYPE_PICK, pick_new (file, blocks));
}

BhEngine *
bh_engines_create (BhEngines *self, const char *id, GError **error)
{
  g_return_val_if_fail (BH_IS_ENGINES (self), NULL);
  if (find (self, id) == NULL)
    {
      bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine", "The engine “%.100s” is not known any more.",
                    id);
      return NULL;
    }
  return BH_ENGINE (bh_runbook_new ());
}

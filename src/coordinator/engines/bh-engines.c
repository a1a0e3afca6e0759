/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engines-private.h"

#include "coordinator/engines/agent/bh-agent.h"
#include "coordinator/engines/agent/bh-dialects.h"
#include "coordinator/engines/runbook/bh-runbook-parser.h"
#include "coordinator/engines/runbook/bh-runbook.h"
#include "protocol/bh-engine-files.h"

#include <string.h>

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
bh_engines_finalize (GObject *object)
{
  BhEngines *self = BH_ENGINES (object);

  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_clear_pointer (&self->programs, g_strfreev);
  g_clear_pointer (&self->key_names, g_strfreev);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_clear_object (&self->sign_ins);
  g_clear_object (&self->keys);
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
  self->known = bh_engines_known_new ();
}

/* Each once; one with a path is not looked for by name. */
static char **
list_programs (BhEngines *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->files->len; i++)
    {
      const char *binary = ((const BhEngineFile *) self->files->pdata[i])->binary;

      if (binary != NULL && strchr (binary, '/') == NULL &&
          !g_ptr_array_find_with_equal_func (names, binary, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (binary));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

/* In the order of their engines. */
static char **
list_key_names (BhEngines *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->files->len; i++)
    {
      char **keys = ((const BhEngineFile *) self->files->pdata[i])->keys;

      for (guint j = 0; keys != NULL && keys[j] != NULL; j++)
        if (!g_ptr_array_find_with_equal_func (names, keys[j], g_str_equal, NULL))
          g_ptr_array_add (names, g_strdup (keys[j]));
    }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

BhEngines *
bh_engines_new (void)
{
  BhEngines *self = g_object_new (BH_TYPE_ENGINES, NULL);

  self->files = bh_engine_files_load ();
  self->programs = list_programs (self);
  self->key_names = list_key_names (self);
  return self;
}

void
bh_engines_use_sign_ins (BhEngines *self, BhSignIns *sign_ins)
{
  g_return_if_fail (BH_IS_ENGINES (self));
  g_set_object (&self->sign_ins, sign_ins);
}

void
bh_engines_set_keys (BhEngines *self, BhKeys *keys)
{
  g_return_if_fail (BH_IS_ENGINES (self) && BH_IS_KEYS (keys));
  g_set_object (&self->keys, keys);
}

const char *const *
bh_engines_get_key_names (BhEngines *self)
{
  g_return_val_if_fail (BH_IS_ENGINES (self), NULL);
  return (const char *const *) self->key_names;
}

char **
bh_engines_with_key (BhEngines *self, const char *name)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  g_return_val_if_fail (BH_IS_ENGINES (self) && name != NULL, NULL);
  for (guint i = 0; i < self->files->len; i++)
    {
      const BhEngineFile *file = self->files->pdata[i];

      if (file->keys != NULL && g_strv_contains ((const char *const *) file->keys, name))
        g_strv_builder_add (ids, file->id);
    }
  return g_strv_builder_end (ids);
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
      info->install = g_strdup (file->install);
      info->keys = g_strdupv (file->keys);
      g_ptr_array_add (infos, info);
    }
  return infos;
}

const BhEngineFile *
bh_engines_get_file (BhEngines *self, const char *id)
{
  g_return_val_if_fail (BH_IS_ENGINES (self), NULL);
  return find (self, id);
}

const char *const *
bh_engines_get_programs (BhEngines *self)
{
  g_return_val_if_fail (BH_IS_ENGINES (self), NULL);
  return (const char *const *) self->programs;
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
  GString *text = g_string_new (BH_ENGINE_AUTO);

  for (guint i = 0; i < self->files->len; i++)
    g_string_append_printf (text, ", %s", ((const BhEngineFile *) self->files->pdata[i])->id);
  return g_string_free_and_steal (text);
}

gboolean
bh_engines_check_id (BhEngines *self, const char *id, GError **error)
{
  g_autofree char *known = NULL;

  if (g_strcmp0 (id, BH_ENGINE_AUTO) == 0 || find (self, id) != NULL)
    return TRUE;
  known = known_ids (self);
  bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine", "There is no engine “%.100s”. Known: %s.", id,
                known);
  return FALSE;
}

int
bh_engines_count_blocks (const char *instructions, GError **error)
{
  g_autoptr (GPtrArray) sections = bh_runbook_parse (instructions, error);

  return sections != NULL ? (int) bh_runbook_count_blocks (sections) : -1;
}

gboolean
bh_engines_check (BhEngines *self, const char *id, const char *instructions, GError **error)
{
  const BhEngineFile *file;
  g_autoptr (BhPick) pick = NULL;
  int blocks;

  g_return_val_if_fail (BH_IS_ENGINES (self), FALSE);
  g_return_val_if_fail (id != NULL && instructions != NULL, FALSE);
  if (!bh_engines_check_id (self, id, error))
    return FALSE;
  file = find (self, id);
  if (file != NULL && !bh_engine_is_runbook (file))
    return TRUE;
  blocks = bh_engines_count_blocks (instructions, error);
  if (blocks < 0)
    return FALSE;
  if (file == NULL)
    return TRUE;
  pick = bh_engine_choose (self->files, NULL, NULL, id, blocks, error);
  return pick != NULL;
}

BhEngine *
bh_engines_create (BhEngines *self, const char *id, GError **error)
{
  const BhEngineFile *file;
  g_autoptr (BhDialect) dialect = NULL;

  g_return_val_if_fail (BH_IS_ENGINES (self), NULL);
  file = find (self, id);
  if (file == NULL)
    {
      bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine", "The engine “%.100s” is not known any more.",
                    id);
      return NULL;
    }
  if (bh_engine_is_runbook (file))
    return BH_ENGINE (bh_runbook_new ());
  dialect = bh_dialect_new (file->protocol);
  if (dialect == NULL)
    {
      bh_set_error (error, BH_ERROR_ENGINE_NOT_FOUND, "engine", "The protocol “%s” of %s is not spoken here.",
                    file->protocol, file->name);
      return NULL;
    }
  return BH_ENGINE (bh_agent_new (file, dialect));
}

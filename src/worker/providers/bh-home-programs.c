/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-home-programs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NODE "node"
#define MODULES "/node_modules/"
/* a shim finds out by itself which program it stands for, and asks files for it that a box does not have */
#define VOLTA_SHIM "volta-shim"
#define FIRST_LINE_MAX 256

static void
program_free (gpointer data)
{
  BhHomeProgram *self = data;

  g_free (self->name);
  g_free (self->target);
  g_free (self);
}

void
bh_home_programs_free (BhHomePrograms *self)
{
  g_ptr_array_unref (self->programs);
  g_ptr_array_unref (self->folders);
  g_free (self);
}

/* `path` is `folder`, or lies in it. */
static gboolean
is_within (const char *path, const char *folder)
{
  gsize n = strlen (folder);

  return strncmp (path, folder, n) == 0 &&
         (path[n] == '\0' || path[n] == '/' || (n > 0 && folder[n - 1] == '/'));
}

/* --- where to look --- */

static void
add_below (GPtrArray *dirs, const char *home, const char *path)
{
  g_ptr_array_add (dirs, g_build_filename (home, path, NULL));
}

static int
compare_newest (gconstpointer a, gconstpointer b)
{
  g_autofree char *one = g_utf8_collate_key_for_filename (*(const char *const *) a, -1);
  g_autofree char *other = g_utf8_collate_key_for_filename (*(const char *const *) b, -1);

  return strcmp (other, one);
}

/* PARENT/…/REST for each folder in PARENT, the newest version first. */
static void
add_each (GPtrArray *dirs, const char *home, const char *parent, const char *rest)
{
  g_autofree char *path = g_build_filename (home, parent, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_utf8_validate (name, -1, NULL))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_newest);
  for (guint i = 0; i < names->len; i++)
    {
      g_ptr_array_add (dirs, g_build_filename (path, names->pdata[i], rest, NULL));
      /* packages with a scope lie one deeper */
      if (*(const char *) names->pdata[i] == '@')
        {
          g_autofree char *deeper = g_build_filename (parent, names->pdata[i], NULL);

          add_each (dirs, home, deeper, rest);
        }
    }
}

/* "prefix=~/.npm-global" of ~/.npmrc */
static void
add_npm_prefix (GPtrArray *dirs, const char *home)
{
  g_autofree char *path = g_build_filename (home, ".npmrc", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *equals = strchr (lines[i], '=');
      const char *value;

      if (equals == NULL)
        continue;
      *equals = '\0';
      value = g_strstrip (equals + 1);
      if (strcmp (g_strstrip (lines[i]), "prefix") != 0)
        continue;
      if (g_str_has_prefix (value, "~/"))
        g_ptr_array_add (dirs, g_build_filename (home, value + 2, "bin", NULL));
      else if (g_str_has_prefix (value, "${HOME}/"))
        g_ptr_array_add (dirs, g_build_filename (home, value + strlen ("${HOME}/"), "bin", NULL));
      else if (g_path_is_absolute (value) && is_within (value, home))
        g_ptr_array_add (dirs, g_build_filename (value, "bin", NULL));
    }
}

static GPtrArray *
folders_to_search (const char *home, const char *search_path)
{
  static const char *const usual[] = { ".local/bin",        "bin",           ".npm-global/bin",
                                       ".npm-packages/bin", ".claude/local", ".bun/bin",
                                       ".cargo/bin",        ".opencode/bin", ".deno/bin" };
  GPtrArray *dirs = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) path = g_strsplit (search_path != NULL ? search_path : "", ":", -1);

  for (guint i = 0; path[i] != NULL; i++)
    if (g_path_is_absolute (path[i]) && is_within (path[i], home))
      g_ptr_array_add (dirs, g_strdup (path[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (usual); i++)
    add_below (dirs, home, usual[i]);
  add_npm_prefix (dirs, home);
  add_each (dirs, home, ".nvm/versions/node", "bin");
  add_each (dirs, home, ".local/share/fnm/node-versions", "installation/bin");
  add_each (dirs, home, ".volta/tools/image/packages", "bin");
  return dirs;
}

/* --- what is there --- */

/* What `path` is in the end, if that is a program. (transfer full) (nullable), and not g_free()'s */
static char *
resolve_program (const char *path)
{
  char *real;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR) || access (path, X_OK) != 0)
    return NULL;
  real = realpath (path, NULL);
  if (real != NULL && (g_str_has_suffix (real, "/" VOLTA_SHIM) || !g_utf8_validate (real, -1, NULL)))
    g_clear_pointer (&real, free);
  return real;
}

/* *link: where it was found. */
static char *
search (GPtrArray *dirs, const char *name, char **link)
{
  for (guint i = 0; i < dirs->len; i++)
    {
      g_autofree char *path = g_build_filename (dirs->pdata[i], name, NULL);
      char *real = resolve_program (path);

      if (real != NULL)
        {
          *link = g_steal_pointer (&path);
          return real;
        }
    }
  return NULL;
}

/* The folder that holds `target` and what was installed with it: the packages around a script of npm's, the
 * Python environment around one of pipx's; else the file alone. */
static char *
installation_of (const char *target, const char *home)
{
  const char *modules = strstr (target, MODULES);
  g_autofree char *folder = NULL;

  if (modules != NULL)
    return g_strndup (target, (gsize) (modules - target) + strlen (MODULES) - 1);
  folder = g_path_get_dirname (target);
  if (g_str_has_suffix (folder, "/bin"))
    {
      g_autofree char *above = g_path_get_dirname (folder);
      g_autofree char *around = g_path_get_dirname (above);
      g_autofree char *mark = g_build_filename (above, "pyvenv.cfg", NULL);

      /* the home and ~/.local hold more than programs, whatever else lies there */
      if (!is_within (home, above) && strcmp (around, home) != 0 &&
          g_file_test (mark, G_FILE_TEST_IS_REGULAR))
        return g_steal_pointer (&above);
    }
  return g_strdup (target);
}

/* FALSE: it would show more than an installation, or hide what the box has there. */
static gboolean
may_show (const char *folder, const char *home)
{
  static const char *const taken[] = { "/proc", "/dev", "/sys", "/run", "/etc", "/workspace" };

  for (gsize i = 0; i < G_N_ELEMENTS (taken); i++)
    if (is_within (folder, taken[i]))
      return FALSE;
  return !is_within (home, folder);
}

static void
show (GPtrArray *folders, const char *folder)
{
  if (is_within (folder, "/usr"))
    return;
  for (guint i = folders->len; i > 0; i--)
    {
      if (is_within (folder, folders->pdata[i - 1]))
        return;
      if (is_within (folders->pdata[i - 1], folder))
        g_ptr_array_remove_index (folders, i - 1);
    }
  g_ptr_array_add (folders, g_strdup (folder));
}

static gboolean
add_program (BhHomePrograms *self, const char *home, const char *name, const char *target)
{
  g_autofree char *folder = installation_of (target, home);
  BhHomeProgram *program;

  if (!may_show (folder, home))
    return FALSE;
  program = g_new0 (BhHomeProgram, 1);
  program->name = g_strdup (name);
  program->target = g_strdup (target);
  g_ptr_array_add (self->programs, program);
  show (self->folders, folder);
  return TRUE;
}

/* --- Node.js --- */

static gboolean
is_node_script (const char *target)
{
  char line[FIRST_LINE_MAX] = { 0 };
  FILE *file = fopen (target, "re");
  gboolean is = file != NULL && fgets (line, sizeof line, file) != NULL && g_str_has_prefix (line, "#!") &&
                strstr (line, NODE) != NULL;

  if (file != NULL)
    fclose (file);
  return is;
}

/* The one beside the script, which may need that version; else the system's, else any. */
static void
add_node (BhHomePrograms *self, const char *home, GPtrArray *dirs, const char *link)
{
  g_autofree char *folder = g_path_get_dirname (link);
  g_autofree char *beside = g_build_filename (folder, NODE, NULL);
  g_autofree char *where = NULL;
  char *target = resolve_program (beside);

  if (target == NULL && !g_file_test ("/usr/bin/" NODE, G_FILE_TEST_IS_EXECUTABLE) &&
      !g_file_test ("/usr/local/bin/" NODE, G_FILE_TEST_IS_EXECUTABLE))
    {
      add_each (dirs, home, ".volta/tools/image/node", "bin");
      target = search (dirs, NODE, &where);
    }
  if (target != NULL && !is_within (target, "/usr"))
    add_program (self, home, NODE, target);
  free (target);
}

static gboolean
has_node (BhHomePrograms *self)
{
  for (guint i = 0; i < self->programs->len; i++)
    if (strcmp (((BhHomeProgram *) self->programs->pdata[i])->name, NODE) == 0)
      return TRUE;
  return FALSE;
}

BhHomePrograms *
bh_home_programs_find (const char *home, const char *search_path, const char *const *names)
{
  BhHomePrograms *self = g_new0 (BhHomePrograms, 1);
  g_autoptr (GPtrArray) dirs = NULL;
  char *real_home = realpath (home, NULL);

  self->programs = g_ptr_array_new_with_free_func (program_free);
  self->folders = g_ptr_array_new_with_free_func (g_free);
  if (real_home == NULL)
    return self;
  dirs = folders_to_search (home, search_path);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *link = NULL;
      char *target = search (dirs, names[i], &link);

      if (target != NULL && add_program (self, real_home, names[i], target) && !has_node (self) &&
          is_node_script (target))
        add_node (self, real_home, dirs, link);
      free (target);
    }
  free (real_home);
  return self;
}

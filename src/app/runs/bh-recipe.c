/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "app/runs/bh-recipe.h"

#include <gio/gio.h>
#include <string.h>

#include "client/bh-future.h"
#include "protocol/bh-paths.h"

/* in the order of their size */
static const char *const names[] = { "tour.md", "ask-and-build.md", "system-report.md" };

void
bh_recipe_free (BhRecipe *self)
{
  g_free (self->path);
  g_free (self->title);
  g_free (self->description);
  g_free (self);
}

static gboolean
is_prose (const char *line)
{
  return g_ascii_isalnum (*line) || (*line & 0x80) != 0;
}

/* The lines from *at on that are prose, as one. */
static char *
take_paragraph (char **lines, guint at)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (; lines[at] != NULL && is_prose (lines[at]); at++)
    {
      if (text->len > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, g_strstrip (lines[at]));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

BhRecipe *
bh_recipe_parse (const char *path, const char *text)
{
  BhRecipe *self = g_new0 (BhRecipe, 1);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  self->path = g_strdup (path);
  for (guint i = 0; lines[i] != NULL && self->description == NULL; i++)
    {
      if (self->title == NULL && g_str_has_prefix (lines[i], "# "))
        self->title = g_strdup (g_strstrip (lines[i] + 2));
      /* what follows the first block is no description any more */
      else if (g_str_has_prefix (lines[i], "```"))
        break;
      else if (is_prose (lines[i]))
        self->description = take_paragraph (lines, i);
    }
  if (self->title == NULL)
    self->title = g_path_get_basename (path);
  if (self->description == NULL)
    self->description = g_strdup ("");
  return self;
}

static void
load_one (GPtrArray *recipes, const char *name)
{
  g_autofree char *below = g_build_filename ("recipes", name, NULL);
  g_autofree char *path = bh_path_data_file (below);
  g_autoptr (GError) error = NULL;
  g_autofree char *contents = NULL, *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &contents, &length, &error))
    {
      g_info ("Recipe: %s", error->message);
      return;
    }
  text = g_utf8_make_valid (contents, (gssize) length);
  g_ptr_array_add (recipes, bh_recipe_parse (path, text));
}

static gpointer
load_in_thread (gpointer data, GError **error)
{
  GPtrArray *recipes = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_recipe_free);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    load_one (recipes, names[i]);
  return recipes;
}

DexFuture *
bh_recipes_load (void)
{
  return bh_future_in_thread (G_TYPE_PTR_ARRAY, load_in_thread, NULL, NULL);
}

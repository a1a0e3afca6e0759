/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/runs/bh-recipe.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "client/bh-future.h"
#include "protocol/bh-paths.h"

/* In the order of their size. The words are those of the files, where nothing could translate them; a test
 * compares. */
static const struct
{
  const char *name, *title, *description;
} recipes[] = {
  { "tour.md", N_ ("A tour of the DevBox"),
    N_ ("This is a runbook: its blocks run one after the other in one shell, inside a DevBox of their own. "
        "First, where are we?") },
  { "ask-and-build.md", N_ ("Ask, then build"),
    N_ ("A tiny project is made and built with nothing but a shell.") },
  { "system-report.md", N_ ("System report"), N_ ("What the machine under this DevBox offers.") },
};

void
bh_recipe_free (BhRecipe *self)
{
  g_free (self->path);
  g_free (self);
}

static gpointer
load_in_thread (gpointer data, GError **error)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_recipe_free);

  for (guint i = 0; i < G_N_ELEMENTS (recipes); i++)
    {
      g_autofree char *below = g_build_filename ("recipes", recipes[i].name, NULL);
      g_autofree char *path = bh_path_data_file (below);
      BhRecipe *recipe;

      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        {
          g_info ("There is no recipe %s", path);
          continue;
        }
      recipe = g_new0 (BhRecipe, 1);
      recipe->path = g_steal_pointer (&path);
      recipe->title = _ (recipes[i].title);
      recipe->description = _ (recipes[i].description);
      g_ptr_array_add (found, recipe);
    }
  return found;
}

DexFuture *
bh_recipes_load (void)
{
  return bh_future_in_thread (G_TYPE_PTR_ARRAY, load_in_thread, NULL, NULL);
}

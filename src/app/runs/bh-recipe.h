/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Runbooks that come with Bellhop, to begin with. */

#include <libdex.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *title;       /* the first heading */
  char *description; /* the first paragraph, one line */
} BhRecipe;
void bh_recipe_free (BhRecipe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRecipe, bh_recipe_free)

/* Takes apart a recipe's Markdown. (transfer full) */
BhRecipe *bh_recipe_parse (const char *path, const char *text);
/* Resolves a GPtrArray of BhRecipe (boxed G_TYPE_PTR_ARRAY): those that can be read. */
DexFuture *bh_recipes_load (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

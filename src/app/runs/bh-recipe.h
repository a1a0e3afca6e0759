/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Runbooks that come with Bellhop, to begin with. */

#include <libdex.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  const char *title;       /* its first heading, and */
  const char *description; /* its first paragraph, in the person's language */
} BhRecipe;
void bh_recipe_free (BhRecipe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRecipe, bh_recipe_free)

/* Resolves a GPtrArray of BhRecipe (boxed G_TYPE_PTR_ARRAY): those that are there. */
DexFuture *bh_recipes_load (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

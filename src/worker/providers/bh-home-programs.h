/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Programs that a person installed below the home folder, as engines mostly are: what a box has to be shown
 * so that they run in it, and nothing else of the home. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;   /* as it is called */
  char *target; /* what it is in the end: absolute, without links */
} BhHomeProgram;

typedef struct
{
  GPtrArray *programs; /* BhHomeProgram */
  GPtrArray *folders;  /* char *: installations, and single files, absolute and without links; none lies in
                          another one, or in /usr */
} BhHomePrograms;

/* Looks for `names` (no paths) in the folders of `search_path` (nullable, as $PATH) that lie below `home`,
 * and where npm, nvm, fnm, Volta, Bun, Cargo, pipx and the engines' own installers put programs. What a
 * script of Node.js needs is found with it. */
BhHomePrograms *bh_home_programs_find (const char *home, const char *search_path, const char *const *names);
void bh_home_programs_free (BhHomePrograms *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhHomePrograms, bh_home_programs_free)

G_END_DECLS

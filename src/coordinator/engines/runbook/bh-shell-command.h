/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is written to the persistent shell's stdin. Pure. */

#include <glib.h>

G_BEGIN_DECLS

/* (transfer full) The line that sources `path` and then prints the end mark of `token` (see bh-token.h).
 * `names` (nullable): which of `vars` (name -> value) are exported before. The same arguments give the same
 * bytes. */
GBytes *bh_shell_command (const char *path, const char *token, const char *const *names, GHashTable *vars);
/* For BhSpawn.argv */
extern const char *const bh_shell_argv[];

G_END_DECLS

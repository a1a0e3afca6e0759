/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Which language a name means. */

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/* `name` (nullable): a GtkSourceView language id, the info string of a fence ("sh", "{.python}",
 * "rust,ignore", "C++") or a file name. Never a language in which a text can make GtkSourceView warn.
 * (transfer none) (nullable) */
GtkSourceLanguage *bh_code_language_find (const char *name);

G_END_DECLS

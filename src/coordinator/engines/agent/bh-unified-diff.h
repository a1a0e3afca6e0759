/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What changed between two texts as a unified diff with three lines of context, "--- " and "+++ " in front.
 * `before` NULL: the file is new. Empty when they are the same. Where very much has changed it is not the
 * shortest diff there is. (transfer full) */
char *bh_unified_diff (const char *path, const char *before, const char *after);

G_END_DECLS

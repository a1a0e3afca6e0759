/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A file that is written whole, or stays as it was. In fibers. */

#include <gio/gio.h>

G_BEGIN_DECLS

/* (transfer full) (nullable): what is written there takes the file's place when it is closed. *is_new: there
 * was none. */
GOutputStream *bh_file_replace (GFile *file, gboolean *is_new, GError **error);
/* Instead of closing it. */
void bh_file_abandon (GFile *file, GOutputStream *out, gboolean is_new);

G_END_DECLS

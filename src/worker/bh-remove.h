/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Deletes the folder `name` of the folder `parent` with all it holds. Never follows a symbolic link, never
 * leaves `parent`, takes any depth of folders with a fixed number of descriptors, and folders without
 * permissions. What is not there is no error. Blocks: for a thread. */
gboolean bh_remove_tree (int parent, const char *name, GError **error);

/* The same on a thread; rejects with BH_ERROR_INTERNAL. */
DexFuture *bh_remove_tree_in_thread (int parent, const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

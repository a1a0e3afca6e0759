/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* DevBoxes of deleted Runs that are still to be removed: nothing else remembers them once the Run is gone.
 * Kept in a small file beside the database, written before the Run is deleted. */

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _BhRemovals BhRemovals;

/* Reads `path`; a line that makes no sense is left out. */
BhRemovals *bh_removals_new (const char *path);
void bh_removals_free (BhRemovals *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRemovals, bh_removals_free)

/* On the disk when it returns. */
gboolean bh_removals_add (BhRemovals *self, const char *worker, const char *box_id, GError **error);
/* It is gone. What cannot be written now is tried again with the next change; removing twice does no harm. */
void bh_removals_done (BhRemovals *self, const char *box_id);
/* (transfer full) ids of the boxes to remove on that worker */
GStrv bh_removals_list (BhRemovals *self, const char *worker);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* How far something long has come, and the way to give it up. Of the main context. */

#include <glib-object.h>

G_BEGIN_DECLS

/* Properties: "fraction" (double, 0 to 1, read-only): notified when it is another whole percent */
#define BH_TYPE_PROGRESS (bh_progress_get_type ())
G_DECLARE_FINAL_TYPE (BhProgress, bh_progress, BH, PROGRESS, GObject)

BhProgress *bh_progress_new (void);
double bh_progress_get_fraction (BhProgress *self);
/* What is under way ends soon, with G_IO_ERROR_CANCELLED. */
void bh_progress_cancel (BhProgress *self);

/* For who works: so much of `total` is done. FALSE with G_IO_ERROR_CANCELLED when it was given up. `self`
 * NULL: nobody looks. */
gboolean bh_progress_go_on (BhProgress *self, guint64 done, guint64 total, GError **error);

G_END_DECLS

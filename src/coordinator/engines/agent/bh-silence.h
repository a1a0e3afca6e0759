/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* When a silence of an engine is told of: after a minute, after ten and after an hour; while a step is at
 * work, which may well take long, only after an hour. All times in one unit. */

#include <glib.h>

G_BEGIN_DECLS

/* (nullable) how long it has been silent, if that is to be told now. `*told`: how many were, 0 when it says
 * something. */
const char *bh_silence_take (guint *told, gint64 quiet, gint64 minute, gboolean at_step);
/* How long until that may be asked again; never less than 1. */
gint64 bh_silence_next (guint told, gint64 quiet, gint64 minute, gboolean at_step);

G_END_DECLS

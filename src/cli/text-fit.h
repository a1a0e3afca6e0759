/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Foreign text as a terminal may see it: no escapes, no control characters but newline and tab. (transfer
 * full) */
char *text_shown (const char *text);
/* The same on one line. NULL gives "". (transfer full) */
char *text_line (const char *text);
/* How many terminal columns valid UTF-8 takes. */
guint text_width (const char *text);
/* Cut with an ellipsis so that it takes at most `columns`. (transfer full) */
char *text_fit (const char *text, guint columns);
/* "12 ms", "3.2 s", "4 min 5 s", "2 h 3 min" (transfer full) */
char *text_duration (gint64 duration_us);
/* How long ago: "now", "5 min", "3 h", "12 d" (transfer full) */
char *text_age (gint64 time_us, gint64 now_us);
/* "1.5 GiB" (transfer full) */
char *text_size (guint64 bytes);

G_END_DECLS

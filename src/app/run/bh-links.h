/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Addresses in what others wrote. */

#include <glib.h>

G_BEGIN_DECLS

/* `text` (nullable): whether it is an address that the browser may open. */
gboolean bh_is_web_link (const char *text);
/* The first links of a text that may be opened, each once. (transfer full) */
GStrv bh_find_links (const char *text, guint max);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The app's settings; their schema has the app's id. In a build folder ($BELLHOP_UNINSTALLED) the schema is
 * the one compiled there. Ends the program when there is none, as g_settings_new() does. (transfer full) */
GSettings *bh_settings_new (void);

G_END_DECLS

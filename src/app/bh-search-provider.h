/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Runs in the search of GNOME Shell: org.gnome.Shell.SearchProvider2 on the session bus.
 * https://developer.gnome.org/documentation/tutorials/search-provider.html
 *
 * Asks the coordinators that are connected, and answers with what is there in a moment: no window, and no
 * coordinator is started for it. What is chosen goes to the actions app.open-run and app.search. */

#include <gio/gio.h>
#include <libdex.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_SEARCH_PROVIDER (bh_search_provider_get_type ())
G_DECLARE_FINAL_TYPE (BhSearchProvider, bh_search_provider, BH, SEARCH_PROVIDER, GObject)

/* `application`: borrowed, outlives it. */
BhSearchProvider *bh_search_provider_new (GApplication *application);
/* Nothing is found before. `loaded` (transfer none, nullable): resolves when all connections are there. */
void
bh_search_provider_set_connections (BhSearchProvider *self, BhConnections *connections, DexFuture *loaded);
/* At `path`/SearchProvider. */
gboolean
bh_search_provider_export (BhSearchProvider *self, GDBusConnection *bus, const char *path, GError **error);
void bh_search_provider_unexport (BhSearchProvider *self);

G_END_DECLS

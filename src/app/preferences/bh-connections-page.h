/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The coordinators that the app talks to. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_CONNECTIONS_PAGE (bh_connections_page_get_type ())
G_DECLARE_FINAL_TYPE (BhConnectionsPage, bh_connections_page, BH, CONNECTIONS_PAGE, AdwPreferencesPage)

AdwPreferencesPage *bh_connections_page_new (BhConnections *connections, GSettings *settings);

G_END_DECLS

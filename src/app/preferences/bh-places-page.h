/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A page with the same groups for each connection: workers and DevBoxes, or engines. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_PLACES_PAGE (bh_places_page_get_type ())
G_DECLARE_FINAL_TYPE (BhPlacesPage, bh_places_page, BH, PLACES_PAGE, AdwPreferencesPage)

AdwPreferencesPage *bh_places_page_new_workers (BhConnections *connections);
AdwPreferencesPage *bh_places_page_new_engines (BhConnections *connections);

G_END_DECLS

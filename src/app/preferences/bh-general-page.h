/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What new Runs begin with, the background, notifications, privacy. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_GENERAL_PAGE (bh_general_page_get_type ())
G_DECLARE_FINAL_TYPE (BhGeneralPage, bh_general_page, BH, GENERAL_PAGE, AdwPreferencesPage)

AdwPreferencesPage *bh_general_page_new (BhConnections *connections, GSettings *settings);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* A banner for each connection that is lost or refused: why, and Reconnect. */
#define BH_TYPE_CONNECTION_BANNERS (bh_connection_banners_get_type ())
G_DECLARE_FINAL_TYPE (BhConnectionBanners, bh_connection_banners, BH, CONNECTION_BANNERS, AdwBin)

void bh_connection_banners_set_connections (BhConnectionBanners *self, BhConnections *connections);

G_END_DECLS

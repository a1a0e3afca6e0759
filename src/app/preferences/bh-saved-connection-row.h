/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A connection in the preferences: its state, and what can be done about it. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_SAVED_CONNECTION_ROW (bh_saved_connection_row_get_type ())
G_DECLARE_FINAL_TYPE (BhSavedConnectionRow, bh_saved_connection_row, BH, SAVED_CONNECTION_ROW, AdwExpanderRow)

/* `connections` lives longer. */
GtkWidget *
bh_saved_connection_row_new (BhConnection *connection, BhConnections *connections, GSettings *settings);

G_END_DECLS

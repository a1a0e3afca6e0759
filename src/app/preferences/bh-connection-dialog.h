/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Adds a coordinator on another machine. It is tried before it is saved; a certificate that this computer
 * does not trust is shown, and trusted only when the person says so. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_CONNECTION_DIALOG (bh_connection_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BhConnectionDialog, bh_connection_dialog, BH, CONNECTION_DIALOG, AdwDialog)

AdwDialog *bh_connection_dialog_new (BhConnections *connections, GSettings *settings);

G_END_DECLS

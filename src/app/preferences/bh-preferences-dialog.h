/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* General, Connections, Workers, Engines, Notifications, Privacy. */
#define BH_TYPE_PREFERENCES_DIALOG (bh_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (
    BhPreferencesDialog, bh_preferences_dialog, BH, PREFERENCES_DIALOG, AdwPreferencesDialog)

BhPreferencesDialog *bh_preferences_dialog_new (BhConnections *connections, GSettings *settings);

/* Says `text` in a toast of the dialog that `widget` is in; nothing, when it is in none any more. */
void bh_preferences_toast (GtkWidget *widget, const char *text);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* The one instance of a session: owns the connections, the settings, the notifier and the windows, and goes
 * on without a window while Runs are active.
 *
 * Actions (all of them also work without a window):
 *   app.new-run
 *   app.open-run (ss)       connection id ("" for: wherever it is known), Run id
 *   app.search (s)          shows what is found in all Runs
 *   app.show-question (sss) connection id, Run id, question set id: opens the sheet
 *   app.answer (ssss)       connection id, Run id, question set id, option id: answers a set of one question
 *                           without opening a window; what fails is told by a notification
 *   app.preferences, app.shortcuts, app.help, app.about, app.quit
 *
 * Command line: --new-run, --version, and a Run's id or its link bellhop://run/ID#ROW. */
#define BH_TYPE_APPLICATION (bh_application_get_type ())
G_DECLARE_FINAL_TYPE (BhApplication, bh_application, BH, APPLICATION, AdwApplication)

/* Sets up the locale and libdex too. */
BhApplication *bh_application_new (void);
/* (transfer none) */
BhConnections *bh_application_get_connections (BhApplication *self);
/* (transfer none): see app/bh-settings.h */
GSettings *bh_application_get_settings (BhApplication *self);
/* Shows a notification, where anybody shows them. `id` nullable. */
void bh_application_notify (BhApplication *self, const char *id, GNotification *notification);
/* To be called when it has been run: lets what is under way come to its end, but not for long. FALSE:
 * something has not. */
gboolean bh_application_wind_down (BhApplication *self);
/* What the process that is this instance ends with: 0, or 1 when its own command line named a Run that could
 * not be opened. */
int bh_application_get_exit_status (BhApplication *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Going on without a window. */

#include <gtk/gtk.h>

#include "app/bh-active-runs.h"

G_BEGIN_DECLS

/* Holds the application while Runs are under way and the setting allows it; without a window it tells the
 * desktop what for, where there is a portal. */
#define BH_TYPE_BACKGROUND (bh_background_get_type ())
G_DECLARE_FINAL_TYPE (BhBackground, bh_background, BH, BACKGROUND, GObject)

BhBackground *bh_background_new (GtkApplication *application, BhActiveRuns *runs, GSettings *settings);
/* Lets the application end, whatever is under way. */
void bh_background_stop (BhBackground *self);
/* Undoes that. */
void bh_background_resume (BhBackground *self);

G_END_DECLS

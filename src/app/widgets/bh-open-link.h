/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the desktop does for the app, and what is said when it does not. */

#include <adwaita.h>

G_BEGIN_DECLS

/* Opens an address in what the desktop has for it. A failure is said in a toast over `widget`, or in a
 * message of its own where nothing has toasts. */
void bh_open_link (GtkWidget *widget, const char *uri);
/* Whether that is a failure: NULL is none, nor is it one when the person closed what was asked. */
gboolean bh_is_dialog_failure (const GError *error);

G_END_DECLS

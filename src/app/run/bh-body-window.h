/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* All of a step's result in a window, however long: a range at a time. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

#define BH_TYPE_BODY_WINDOW (bh_body_window_get_type ())
G_DECLARE_FINAL_TYPE (BhBodyWindow, bh_body_window, BH, BODY_WINDOW, AdwWindow)

/* Shows the end at first. `total`: raw bytes, as far as is known. */
BhBodyWindow *bh_body_window_new (
    BhConnection *connection, const char *run_id, guint64 row, BhPart part, const char *title, guint64 total);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A DevBox in the preferences, with Stop and Remove. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

/* Signal "changed": the coordinator was told to do something with it, and has. */
#define BH_TYPE_BOX_ROW (bh_box_row_get_type ())
G_DECLARE_FINAL_TYPE (BhBoxRow, bh_box_row, BH, BOX_ROW, AdwActionRow)

GtkWidget *bh_box_row_new (BhConnection *connection, BhBoxInfo *box);

G_END_DECLS

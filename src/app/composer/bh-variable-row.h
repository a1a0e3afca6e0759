/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An environment variable of a Run: its name and its value. */

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties "variable" (its name) and "value" (string). Signal "remove". */
#define BH_TYPE_VARIABLE_ROW (bh_variable_row_get_type ())
G_DECLARE_FINAL_TYPE (BhVariableRow, bh_variable_row, BH, VARIABLE_ROW, AdwPreferencesRow)

GtkWidget *bh_variable_row_new (const char *name, const char *value);
const char *bh_variable_row_get_name (BhVariableRow *self);
const char *bh_variable_row_get_value (BhVariableRow *self);

G_END_DECLS

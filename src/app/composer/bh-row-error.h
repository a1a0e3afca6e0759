/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Says under a row what is wrong with it. */

#include <adwaita.h>

G_BEGIN_DECLS

/* `row` is a child of a GtkListBox; the sentence stands in a row of its own below it, and assistive
 * technology knows it as the row's error. NULL: nothing is wrong. */
void bh_row_error_set (GtkWidget *row, const char *message);
/* (transfer none) (nullable) */
const char *bh_row_error_get (GtkWidget *row);

G_END_DECLS

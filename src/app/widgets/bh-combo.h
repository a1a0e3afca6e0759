/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* What is chosen in the row, a GtkStringObject, is never cut: in a narrow window the subtitle wraps instead.
 */
void bh_combo_row_show_whole (AdwComboRow *row);

G_END_DECLS

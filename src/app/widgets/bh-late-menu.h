/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Gives the button a menu whose widgets are made when it is first opened: a window full of menus nobody opens
 * would show up later for them. */
void bh_late_menu_set (GtkMenuButton *button, GMenuModel *menu);

G_END_DECLS

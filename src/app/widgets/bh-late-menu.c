/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-late-menu.h"

#include "app/widgets/bh-accessible.h"

static void
create_cb (GtkMenuButton *button, gpointer menu)
{
  /* it is asked for every time the button is pressed */
  if (gtk_menu_button_get_menu_model (button) != NULL)
    return;
  gtk_menu_button_set_menu_model (button, menu);
  bh_accessible_name_menu (GTK_WIDGET (button));
}

void
bh_late_menu_set (GtkMenuButton *button, GMenuModel *menu)
{
  g_return_if_fail (GTK_IS_MENU_BUTTON (button));
  g_return_if_fail (G_IS_MENU_MODEL (menu));
  gtk_menu_button_set_create_popup_func (button, create_cb, g_object_ref (menu), g_object_unref);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-accessible.h"

/* --- menus --------------------------------------------------------------------------------------------- */

static void
name_item (GtkWidget *item)
{
  g_autofree char *text = NULL;

  g_object_get (item, "text", &text, NULL);
  if (text == NULL || *text == '\0')
    return;
  gtk_accessible_update_property (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (item), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
}

/* Items are made of the toolkit's own, which has no name in its interface. */
static void
name_items (GtkWidget *widget)
{
  if (g_str_equal (G_OBJECT_TYPE_NAME (widget), "GtkModelButton"))
    {
      name_item (widget);
      return;
    }
  for (GtkWidget *at = gtk_widget_get_first_child (widget); at != NULL; at = gtk_widget_get_next_sibling (at))
    name_items (at);
}

void
bh_accessible_name_menu (GtkWidget *widget)
{
  GtkPopover *menu = GTK_IS_MENU_BUTTON (widget) ? gtk_menu_button_get_popover (GTK_MENU_BUTTON (widget))
                                                 : GTK_POPOVER (widget);

  g_return_if_fail (GTK_IS_POPOVER (menu));
  /* they come and go with their actions */
  g_signal_connect (menu, "map", G_CALLBACK (name_items), NULL);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void
toggled_cb (GtkCheckButton *check, GtkAccessible *row)
{
  gtk_accessible_update_state (row, GTK_ACCESSIBLE_STATE_CHECKED,
                               gtk_check_button_get_active (check) ? GTK_ACCESSIBLE_TRISTATE_TRUE
                                                                   : GTK_ACCESSIBLE_TRISTATE_FALSE,
                               -1);
}

void
bh_accessible_follow_check (GtkWidget *row, GtkCheckButton *check)
{
  g_return_if_fail (GTK_IS_WIDGET (row));
  g_return_if_fail (GTK_IS_CHECK_BUTTON (check));
  bh_accessible_skip_focus (GTK_WIDGET (check));
  g_signal_connect_object (check, "toggled", G_CALLBACK (toggled_cb), row, G_CONNECT_AFTER);
  toggled_cb (check, GTK_ACCESSIBLE (row));
}

void
bh_accessible_describe_row (GtkWidget *row, const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (row));
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

void
bh_accessible_skip_focus (GtkWidget *child)
{
  g_return_if_fail (GTK_IS_WIDGET (child));
  gtk_widget_set_can_focus (child, FALSE);
}

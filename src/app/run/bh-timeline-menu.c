/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>

#include "app/run/bh-timeline-menu.h"

#include "app/widgets/bh-accessible.h"
#include "app/widgets/bh-focus.h"

static GMenuModel *
make_menu (BhTimelineRow *row)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  guint position = bh_timeline_row_get_position (row);
  BhRow *record = bh_timeline_row_get_row (row);
  g_autofree char *link = g_strdup_printf ("run.copy-row-link(uint64 %u)", position);
  g_autofree char *text = g_strdup_printf ("run.copy-row-text(uint64 %u)", position);
  g_autofree char *expand = g_strdup_printf ("timeline.toggle(uint32 %u)", position);

  if (record != NULL && record->kind == BH_ROW_STEP)
    g_menu_append (menu, bh_timeline_row_get_expanded (row) ? C_ ("step", "Collapse") : C_ ("step", "Expand"),
                   expand);
  g_menu_append (menu, _ ("Copy Text"), text);
  g_menu_append (menu, _ ("Copy Link"), link);
  return G_MENU_MODEL (g_steal_pointer (&menu));
}

void
bh_timeline_menu_show (GtkWidget **menu, GtkWidget *parent, BhTimelineRow *row, double x, double y)
{
  g_autoptr (GMenuModel) model = make_menu (row);

  if (*menu == NULL)
    {
      *menu = gtk_popover_menu_new_from_model (NULL);
      bh_accessible_name_menu (*menu);
      bh_focus_return_from (GTK_POPOVER (*menu));
      gtk_popover_set_has_arrow (GTK_POPOVER (*menu), FALSE);
      gtk_widget_set_halign (*menu, GTK_ALIGN_START);
      gtk_widget_set_parent (*menu, parent);
    }
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (*menu), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (*menu), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (*menu));
}

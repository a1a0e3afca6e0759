/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What can be done with a row. */

#include <gtk/gtk.h>

#include "client/bh-timeline-row.h"

G_BEGIN_DECLS

/* Pops up at that place of `parent`. *menu: made when it is NULL; whoever has it unparents it. */
void bh_timeline_menu_show (GtkWidget **menu, GtkWidget *parent, BhTimelineRow *row, double x, double y);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the toolkit leaves unsaid to those who hear the app. */

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Names the items of a menu made from a model; `widget`: its popover or its button. GTK 4.18 calls each by a
 * label that is only there to be looked at, which comes to no name at all. */
void bh_accessible_name_menu (GtkWidget *widget);
/* For a row that has the focus in place of the check or radio button in it: tells whether it is checked. The
 * row's accessible role is to be that of the button, the button's "presentation". */
void bh_accessible_follow_check (GtkWidget *row, GtkCheckButton *check);
/* Describes a row by more than its subtitle, which would be all that is heard of it. */
void bh_accessible_describe_row (GtkWidget *row, const char *text);
/* Keeps the keyboard out of `child`, which `row` stands for or which only the mouse is of use in. Not being
 * focusable is not enough: a label that can be selected and a radio button take the Tab key all the same, and
 * the focus would go nowhere, for ever. */
void bh_accessible_skip_focus (GtkWidget *child);

G_END_DECLS

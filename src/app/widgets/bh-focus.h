/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Moves the focus out of `widget`, which is about to be insensitive, when it is there: to `to`, which keys
 * then go to, focusable or not. GTK 4.18 does not tell an entry that it has lost the focus this way, and the
 * entry then warns when its cursor is to blink. Returns what had it. (nullable) (transfer none) */
GtkWidget *bh_focus_leave (GtkWidget *widget, GtkWidget *to);
/* To be called once: whenever the menu closes, the focus is where it was when it was opened. GTK 4.18 gives
 * it to what is first in the menu's parent. */
void bh_focus_return_from (GtkPopover *popover);

G_END_DECLS

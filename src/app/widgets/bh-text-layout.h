/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Lays out what changes in a text view before it is drawn; for those in a scrolled window whose bars can be
 * seen.
 *
 * GTK 4.18 lays text out when the main loop is idle, and the frame after a key or a move of the pointer does
 * not wait for that: the text is laid out as it is drawn, the bar beside it learns of its new length too
 * late, is left out of that frame, and GTK warns. */
void bh_text_layout_before_drawing (GtkTextView *view);

G_END_DECLS

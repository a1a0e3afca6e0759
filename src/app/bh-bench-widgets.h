/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What bh-bench-probe.c sees of the widgets. */

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The list view of that style class that is in sight. (transfer none) (nullable) */
GtkListView *bh_bench_find_list (GtkWidget *window, const char *style_class);
/* The button in sight whose label begins so. (transfer none) (nullable) */
GtkButton *bh_bench_find_button (GtkWidget *window, const char *label);
GtkWidget *bh_bench_find_type (GtkWidget *window, GType type);
/* No row in sight is still to be loaded, and, if asked, its end is in sight. */
gboolean bh_bench_list_is_complete (GtkListView *list, gboolean at_end);
guint bh_bench_list_get_n_items (GtkListView *list);
GtkAdjustment *bh_bench_list_get_adjustment (GtkListView *list);
/* A text view in sight that holds so much. */
gboolean bh_bench_has_text (GtkWidget *window, int n_chars);
/* The newest "stamp SECONDS" at the end of a text in sight, else 0. */
double bh_bench_get_stamp (GtkWidget *window);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Labels of texts with styles and links. */

#include <gtk/gtk.h>

#include "app/widgets/bh-markdown-block.h"

G_BEGIN_DECLS

/* Wraps, and can be selected. The keyboard stops at links only (see bh_markdown_label_pressed()). `role`:
 * GTK_ACCESSIBLE_ROLE_NONE for that of labels. Links emit "link" of the BhMarkdown around it. */
GtkWidget *bh_markdown_label_new (GtkAccessibleRole role);
void bh_markdown_label_set (GtkLabel *label, const BhMarkdownBlock *block);
/* As wide as its text, or `max` characters; not narrower where there is less room. */
void bh_markdown_label_fix_width (GtkLabel *label, int max);
/* Before a press on it is handled: gives it the keyboard while it has a selection. */
void bh_markdown_label_pressed (GtkLabel *label);

G_END_DECLS

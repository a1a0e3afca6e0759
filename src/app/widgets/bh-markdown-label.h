/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Labels of texts with styles and links. */

#include <gtk/gtk.h>

#include "app/widgets/bh-markdown-block.h"

G_BEGIN_DECLS

/* Wraps, and can be selected. `role`: GTK_ACCESSIBLE_ROLE_NONE for that of labels. Links emit "link" of the
 * BhMarkdown around it. */
GtkWidget *bh_markdown_label_new (GtkAccessibleRole role);
void bh_markdown_label_set (GtkLabel *label, const BhMarkdownBlock *block);

G_END_DECLS

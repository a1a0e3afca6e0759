/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* From blocks to widgets, by and by, and with as few new ones as possible when the blocks change. */

#include <gtk/gtk.h>

#include "app/widgets/bh-markdown-block.h"

G_BEGIN_DECLS

typedef struct
{
  GtkBox *box;       /* not owned: where the blocks go */
  GPtrArray *blocks; /* BhMarkdownBlock; what is shown, or is to be */
  GArray *frames;    /* what is still to be built; the last one first */
  guint left;        /* blocks that may still be built */
} BhMarkdownBuilder;

void bh_markdown_builder_init (BhMarkdownBuilder *self, GtkBox *box);
void bh_markdown_builder_clear (BhMarkdownBuilder *self);
/* Shows other blocks (taken). Widgets that still are right stay; what is new is built by
 * bh_markdown_builder_run(). */
void bh_markdown_builder_set (BhMarkdownBuilder *self, GPtrArray *blocks);
/* Builds until `deadline` (monotonic) at the latest, but at least one block. TRUE: it can go on. */
gboolean bh_markdown_builder_run (BhMarkdownBuilder *self, gint64 deadline);
/* Whether there are blocks that have not been built. */
gboolean bh_markdown_builder_is_partial (const BhMarkdownBuilder *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A Markdown text by its lines. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *text; /* not owned */
  gsize length;
  GArray *lines; /* gsize: where each begins */
} BhMarkdownSource;

BhMarkdownSource *bh_markdown_source_new (const char *text, gsize length);
void bh_markdown_source_free (BhMarkdownSource *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhMarkdownSource, bh_markdown_source_free)

/* Where a line begins; lines are counted from 1, and what is beyond the text is its end. */
gsize bh_markdown_source_line (BhMarkdownSource *self, int line);
/* Lines `first` to `last`, the first one from a column on (counted from 1). */
char *bh_markdown_source_lines (BhMarkdownSource *self, int first, int column, int last);
/* The text, but a line that opens very many quotes and lists opens only some: the parser's time is their
 * number times that of the lines. The lines are the same ones. */
GString *bh_markdown_source_limit_nesting (BhMarkdownSource *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* From Markdown to blocks. May be called on any thread. */

#include "app/widgets/bh-markdown-block.h"

G_BEGIN_DECLS

/* Quotes and lists in each other; what is deeper is shown as it was written. */
#define BH_MARKDOWN_DEPTH_MAX 8
/* Bytes of one paragraph; what is longer becomes several. Layout of a text is slower the longer it is. */
#define BH_MARKDOWN_PIECE_MAX 1024
/* Larger tables are shown as they were written. */
#define BH_MARKDOWN_COLUMNS_MAX 24
#define BH_MARKDOWN_CELLS_MAX 480

/* GitHub's Markdown. Whatever the text is, no block holds control characters or text that turns the
 * direction, and each link is of http, https or mailto. (transfer full): BhMarkdownBlock */
GPtrArray *bh_markdown_plan (const char *text, gsize length);
/* The text as it is, by lines. (transfer full): BhMarkdownBlock */
GPtrArray *bh_markdown_plan_plain (const char *text, gsize length);
/* What the Markdown says, in one line of at most about `max` bytes, without its marks. (transfer full) */
char *bh_markdown_line (const char *markdown, gsize max);
/* Whether a link to it may be opened. */
gboolean bh_markdown_is_safe_link (const char *uri);

G_END_DECLS

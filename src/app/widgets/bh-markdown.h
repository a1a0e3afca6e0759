/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Markdown in native widgets, from untrusted text: no Pango markup of its, no images, no scheme but http,
 * https and mailto, and no stall however long the text or a line of it is. */

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Properties: "text" (string, the Markdown, without what bh_text_shown() takes away), "plain" (boolean: show
 * it as it is). A text that grows at its end rebuilds only its last block. Long texts are built over several
 * frames; very long ones show their beginning and a button for more.
 *
 * Signals: "link" (string uri) → boolean: handled; else the portal opens it. "elsewhere": the person wants to
 * see the rest of a very long text; without a handler more of it is shown here, the slower the more there is.
 */
#define BH_TYPE_MARKDOWN (bh_markdown_get_type ())
G_DECLARE_FINAL_TYPE (BhMarkdown, bh_markdown, BH, MARKDOWN, GtkWidget)

GtkWidget *bh_markdown_new (void);
void bh_markdown_set_text (BhMarkdown *self, const char *text);
const char *bh_markdown_get_text (BhMarkdown *self);
/* Adds at the end. What is added within a frame is shown at once. */
void bh_markdown_append (BhMarkdown *self, const char *text);
/* As if the person had clicked a link; other schemes are ignored. */
void bh_markdown_open_link (BhMarkdown *self, const char *uri);

G_END_DECLS

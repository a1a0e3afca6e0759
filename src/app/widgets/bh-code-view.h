/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Code or output in a monospaced, read-only view with a header: title, copy, and room for more buttons. Never
 * slow: lines that are too long are cut for display, colours are left out above a size. */

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Beyond it there are no colours. */
#define BH_CODE_VIEW_COLOURED_MAX (256 * 1024)
/* Characters of a line that are shown; the line says how much more of it there is. */
#define BH_CODE_VIEW_LINE_MAX 1000

/* Properties: "title" (string, nullable), "language" (string, nullable: a GtkSourceView language id, a
 * fence's info string or a file name), "text", "max-height" (int: scrolls within beyond it; -1 none: only for
 * what is short), "shows-end" (boolean: a new text is shown from its end, as output is). Copy copies all.
 *
 * Text is shown as bh_text_shown() has it, whatever it is. */
#define BH_TYPE_CODE_VIEW (bh_code_view_get_type ())
G_DECLARE_FINAL_TYPE (BhCodeView, bh_code_view, BH, CODE_VIEW, GtkWidget)

GtkWidget *bh_code_view_new (void);
/* `length` -1: up to the NUL. */
void bh_code_view_set_text (BhCodeView *self, const char *text, gssize length);
/* All of it, as it would be copied. (transfer none) */
const char *bh_code_view_get_text (BhCodeView *self);
void bh_code_view_set_language (BhCodeView *self, const char *language);
/* At the end; follows it if it was in sight. Keeps at most `keep` bytes of the tail (0: all). */
void bh_code_view_append (BhCodeView *self, const char *text, gsize keep);
/* Puts a button into the header, before Copy. */
void bh_code_view_add_action (BhCodeView *self, GtkWidget *button);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A text, and as much of it in a text buffer as is good for that: lines that are too long are cut, a newline
 * at the very end makes no empty line, and it goes in by pieces. Lines of the buffer are lines of the text.
 */

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct
{
  GtkTextBuffer *buffer; /* not owned */
  GtkTextTag *note;      /* of the buffer's table: what is said about a cut line */
  guint line_max;        /* characters */
  GString *text;         /* all of it, safe to show */
  gsize shown;           /* bytes of the text that were put into the buffer or cut */
  guint line_chars;      /* characters shown of the last line */
  gsize cut;             /* bytes cut from the last line */
  guint note_chars;      /* characters of the note at the end of the buffer */
} BhCodeFeed;

void bh_code_feed_init (BhCodeFeed *self, GtkTextBuffer *buffer, guint line_max);
void bh_code_feed_clear (BhCodeFeed *self);
/* FALSE: it is that text already. Shows nothing of it yet. */
gboolean bh_code_feed_set (BhCodeFeed *self, const char *text, gsize length);
/* Adds at the end; `keep`: at most so many bytes of the tail are kept (0: all). Shows nothing of it yet. */
void bh_code_feed_append (BhCodeFeed *self, const char *text, gsize keep);
/* Puts about `budget` bytes into the buffer. TRUE: there is more. */
gboolean bh_code_feed_pump (BhCodeFeed *self, gsize budget);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is loaded of one part of a row: fetched once, then grown by what is streamed. No I/O, no signals: who
 * has it is told what to do. */

#include <glib.h>

#include "client/bh-connection-calls.h"

G_BEGIN_DECLS

typedef enum
{
  BH_ROW_TEXT_NONE,
  BH_ROW_TEXT_LOADING,
  BH_ROW_TEXT_LOADED,
} BhRowTextState;

typedef struct
{
  BhRowTextState state;
  gboolean tail;      /* the end is kept, not the beginning */
  gboolean cut;       /* there is more behind what is kept */
  gsize max;          /* bytes of text */
  guint64 bytes;      /* raw bytes there are */
  guint64 start, end; /* what is loaded, raw */
  GString *text;      /* (nullable) */
  GString *fresh;     /* (nullable) appended, and nobody was told yet */
  GQueue waiting;     /* BhRowDelta, while loading */
  gsize waiting_bytes;
  guint tries; /* in a row without an end */
} BhRowText;

void bh_row_text_init (BhRowText *self, gsize max, gboolean tail);
void bh_row_text_clear (BhRowText *self);
/* Back to nothing. */
void bh_row_text_drop (BhRowText *self);
/* Where to fetch from. Is loading then. */
guint64 bh_row_text_begin (BhRowText *self);
/* All of it is `text`. */
void bh_row_text_set (BhRowText *self, const char *text, guint64 bytes);
/* What was fetched. FALSE: it has to be fetched again. */
gboolean bh_row_text_take (BhRowText *self, const BhBodyText *body);
/* `text` (nullable: not kept) of raw bytes [offset, offset + length). FALSE: something before it is missing,
 * it has to be fetched again. */
gboolean bh_row_text_append (BhRowText *self, guint64 offset, guint64 length, const char *text);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A row of a journal that may still change: counts its bytes, keeps its head, and knows where its output may
 * be cut. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct
{
  BhRow *row;       /* as last put; the members below are newer when `stale` */
  guint64 bytes[3]; /* by BhPart */
  guint64 elided_from, elided_bytes;
  char *head; /* (nullable) of what was appended */
  gboolean head_full;
  GString *beginning; /* (nullable) of a message's text, BH_BEGINNING_MAX bytes at most */
  gboolean stale;
  gint64 began; /* monotonic; 0: by an earlier process */
  GArray *cuts; /* guint64, ascending: where chunks of a long result begin, some apart (nullable) */
} BhLiveRow;

/* Takes `row`. */
BhLiveRow *bh_live_row_new (BhRow *row);
void bh_live_row_free (BhLiveRow *self);

/* (transfer none) the row as it is now */
BhRow *bh_live_row_get (BhLiveRow *self);
/* Takes `row`, whose counters, head and elision are filled in; and its end, if it is no longer open. */
void bh_live_row_set (BhLiveRow *self, BhRow *row);
/* Open, or a message on its way. */
gboolean bh_live_row_may_change (BhLiveRow *self);

/* The head from what is appended to a part, until it is full. TRUE if it may have changed. */
gboolean bh_live_row_extend_head (BhLiveRow *self, BhPart part, const char *data, gsize size);
/* The beginning of a message from what is appended to a part, until there is enough. */
void bh_live_row_extend_beginning (BhLiveRow *self, BhPart part, const char *data, gsize size);
/* A chunk of the result begins here. */
void bh_live_row_note_cut (BhLiveRow *self, guint64 offset);
/* Keeps the first and the last bytes of a long result: TRUE if [from, to) has to go. Cuts only between
 * chunks, so that what the row says is exactly what is deleted. */
gboolean bh_live_row_cut (BhLiveRow *self, guint64 *from, guint64 *to);

G_END_DECLS

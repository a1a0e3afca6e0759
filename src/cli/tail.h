/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The last lines of an output that comes in pieces, and how many came before them. */
typedef struct _Tail Tail;

Tail *tail_new (guint max_lines);
void tail_free (Tail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Tail, tail_free)
/* `text` must be fit to be shown. */
void tail_add (Tail *self, const char *text);
/* Ends the line under way, if there is one. */
void tail_end (Tail *self);
/* Whole lines so far. */
guint64 tail_count (Tail *self);
/* (nullable) line number `n` from 0, while it is among the last ones. */
const char *tail_line (Tail *self, guint64 n);
/* The line under way, "" if none. */
const char *tail_partial (Tail *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "cli/output.h"

G_BEGIN_DECLS

/* Columns that line up. The last one is cut to the terminal's width. */
typedef struct _Table Table;

Table *table_new (const char *const *headers);
void table_free (Table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)
/* As many cells as headers; each is made fit to be shown. NULL is empty. `style` is for the cell `styled`. */
void table_add (Table *self, guint styled, OutputStyle style, const char *const *cells);
void table_print (Table *self, Output *out);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <gtk/gtk.h>

#include "client/bh-run-item.h"

G_BEGIN_DECLS

/* A Run in the list: icon, name, one line of what it does, elapsed time or date, a dot when it has news, and
 * where it runs if that is to be told. Properties: "item" (BhRunItem, nullable), "summary" (string,
 * read-only: all of it for a screen reader), "show-connection" (boolean).
 * Signal "clicked": with the main button, or a touch. */
#define BH_TYPE_RUN_ROW (bh_run_row_get_type ())
G_DECLARE_FINAL_TYPE (BhRunRow, bh_run_row, BH, RUN_ROW, GtkWidget)

BhRunItem *bh_run_row_get_item (BhRunRow *self);
void bh_run_row_set_item (BhRunRow *self, BhRunItem *item);

/* One line: the question, the current step, the place in the queue or the result. (transfer full) */
char *bh_run_line (BhRunItem *item);
/* The same of a record that nothing follows. (transfer full) */
char *bh_run_record_line (const BhRun *run);

G_END_DECLS

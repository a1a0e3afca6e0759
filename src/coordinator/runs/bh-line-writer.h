/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The lines to a process or channel: what BhLinePipe writes with. */

#include "coordinator/runs/bh-journal.h"
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

#define BH_TYPE_LINE_WRITER (bh_line_writer_get_type ())
G_DECLARE_FINAL_TYPE (BhLineWriter, bh_line_writer, BH, LINE_WRITER, GObject)

/* Writes again what the journal says may not have been written. */
BhLineWriter *bh_line_writer_new (BhJournal *journal, BhProcess *process, const char *key);
void bh_line_writer_send (BhLineWriter *self, const char *line);
/* Offset after the last line sent. */
guint64 bh_line_writer_get_end (BhLineWriter *self);
/* Bytes that were sent and that the box has not accepted; 0 when nobody will read them. */
guint64 bh_line_writer_get_unread (BhLineWriter *self);
/* Nobody will read any more: nothing is unread from now on. */
void bh_line_writer_refuse (BhLineWriter *self);
/* Resolves when that has become less. */
DexFuture *bh_line_writer_moved (BhLineWriter *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_line_writer_flush (BhLineWriter *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *bh_line_writer_drained (BhLineWriter *self) G_GNUC_WARN_UNUSED_RESULT;
void bh_line_writer_forget (BhLineWriter *self);

G_END_DECLS

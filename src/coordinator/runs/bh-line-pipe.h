/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The lines of a process or channel of a box, in both directions, each exactly once over any number of
 * restarts of coordinator and worker: what was read and what is to be written is in the Run's journal, in the
 * same transaction as what it caused or was caused by. Another pipe of the same key goes on where this one's
 * last transaction ended. Main context only. */

#include "coordinator/runs/bh-journal.h"
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

/* Longest line of an engine, without its newline. */
#define BH_LINE_PIPE_MAX (10 * 1024 * 1024)

#define BH_TYPE_LINE_PIPE (bh_line_pipe_get_type ())
G_DECLARE_FINAL_TYPE (BhLinePipe, bh_line_pipe, BH, LINE_PIPE, GObject)

/* `key`: prefix of the journal's states; one for each process there ever was, as "agent.3". `from`: where in
 * the output the lines begin, if the journal knows nothing of the pipe. Lines of more than `line_max` bytes
 * are skipped; for a channel that must be well below what boxd holds of one, 4 MiB. At once attaches to the
 * output, and writes again what may not have been written. Of the pipes of one process only the latest one
 * reads. */
BhLinePipe *
bh_line_pipe_new (BhJournal *journal, BhProcess *process, const char *key, guint64 from, gsize line_max);

/* Resolves when bh_line_pipe_next() gives something, or the end has come; rejects when the box is gone, the
 * process was released or another one reads it, and when the journal is closed or broken by now. Meanwhile
 * what is staged in the journal goes to the store now and then, and what a sync has covered is taken out of
 * boxd's spool: memory is bounded if everything next() gives is dealt with before this is called again. While
 * the program leaves too much unread of what it was sent, nothing is read of it, either. */
DexFuture *bh_line_pipe_ready (BhLinePipe *self) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) (nullable) the next line that is there, without its newline, staged as consumed: stage what
 * it causes without waiting in between. NULL with `*skipped` > 0: a line of so many bytes was skipped, and
 * this is told once. NULL with 0: nothing more at the moment. What follows the last newline at the end of the
 * output is a line. */
GBytes *bh_line_pipe_next (BhLinePipe *self, guint64 *skipped);
/* The output has ended and all lines were given. A process that has exited and whose output is silent counts
 * as ended, though a program that it left behind may hold it open. */
gboolean bh_line_pipe_ended (BhLinePipe *self);

/* Stages a line (without newline) to be written. */
void bh_line_pipe_send (BhLinePipe *self, const char *line);
/* Commits what is staged, if nobody has yet, and then gives what was sent to the box. Resolves when that is
 * committed, not when the program reads it. Also after the journal was closed, if everything was committed.
 */
DexFuture *bh_line_pipe_flush (BhLinePipe *self) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes that were sent and that the program has not taken; 0 when nobody will. */
guint64 bh_line_pipe_get_unread (BhLinePipe *self);
/* There is too much of that: next() gives nothing until the program reads, or ends. */
gboolean bh_line_pipe_is_held_up (BhLinePipe *self);
/* Where what was sent ends: its stdin may be closed there. */
guint64 bh_line_pipe_get_written (BhLinePipe *self);
/* Resolves when the box has accepted all that was given to it; rejects when nobody reads it. */
DexFuture *bh_line_pipe_drained (BhLinePipe *self) G_GNUC_WARN_UNUSED_RESULT;
/* Stages that nothing is remembered of this pipe: its process is done with. */
void bh_line_pipe_forget (BhLinePipe *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a shell has printed and its engine has not consumed yet. A second reader of the same shell takes over
 * from the first: an engine may be let go and made anew in the middle of a block. Main context only. */

#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

typedef struct _BhShellReader BhShellReader;

/* The reader of a shell's output from `from` on. */
BhShellReader *bh_shell_reader_new (BhProcess *process, guint64 from);
void bh_shell_reader_free (BhShellReader *self);
BhProcess *bh_shell_reader_get_process (BhShellReader *self);
/* Of the first byte that is not consumed. */
guint64 bh_shell_reader_get_offset (BhShellReader *self);
/* Awaits more bytes. Returns (transfer full) all that is not consumed. `*ended`: the shell is gone, nothing
 * follows; also when children of it still hold its pipe and were silent for a moment. Fibers only. */
GBytes *bh_shell_reader_await (BhShellReader *self, gboolean *ended, GError **error);
/* The first `n` of the bytes last returned are dealt with. */
void bh_shell_reader_consume (BhShellReader *self, gsize n);

G_END_DECLS

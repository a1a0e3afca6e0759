/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a shell has printed and nobody has consumed yet. It belongs to its BhProcess and not to an engine: a stream can be
 * attached only once, and an engine may be let go and made anew in the middle of a block. Main context only. */

#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

typedef struct _BhShellReader BhShellReader;

/* (transfer none) The reader of a shell's output; attached at `from` on first use. */
BhShellReader *bh_shell_reader_get (BhProcess *process, guint64 from);
/* Of the first byte that is not consumed. */
guint64 bh_shell_reader_get_offset (BhShellReader *self);
/* Awaits more bytes. Returns (transfer full) all that is not consumed. `*ended`: the shell is gone, nothing follows; also
 * when children of it still hold its pipe and were silent for a moment. Fibers only. */
GBytes *bh_shell_reader_await (BhShellReader *self, gboolean *ended, GError **error);
/* The first `n` of the bytes last returned are dealt with. */
void bh_shell_reader_consume (BhShellReader *self, gsize n);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many files this process may have open: as many as it is allowed to. The usual 1024 are for programs
 * that select(2); hundreds of boxes or listeners need more. */
void bh_files_limit_raise (void);
/* What this process was started with, for a child, which may run programs that select(2), or close every
 * descriptor they could have. Safe between fork and exec, where nothing but system calls is. */
void bh_files_limit_restore (void);

G_END_DECLS

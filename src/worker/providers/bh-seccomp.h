/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The system call filter of a box as a BPF program in an unlinked file in memory (own the descriptor; bwrap
 * reads it through bh_fd_reopen()). -1 with `error`. What is denied and why stands in bh-seccomp.c. */
int bh_seccomp_new (GError **error);

G_END_DECLS

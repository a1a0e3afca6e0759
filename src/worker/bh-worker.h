/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The program: options, lock, parts, main loop. Returns the exit status: 0 after SIGTERM or SIGINT, 1 when it
 * cannot go on, 2 when the command line or another worker of the same name forbids it. Boxes go on in any
 * case. */
int bh_worker_main (int argc, char **argv);

G_END_DECLS

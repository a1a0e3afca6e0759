/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The whole of bellhop-coordinator: options, sockets, signals, idle exit. Returns the exit status: 0, 1 when
 * it failed, 2 for usage or when another coordinator is there. */
int bh_daemon_main (int argc, char **argv);

G_END_DECLS

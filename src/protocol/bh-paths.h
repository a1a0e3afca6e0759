/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where things are. Only names are made here, nothing is looked at. All (transfer full). */

/* $BELLHOP_SOCKET, else <user runtime dir>/bellhop/coordinator.sock */
char *bh_path_socket (void);
/* <user data dir>/bellhop: the coordinator's database */
char *bh_path_data (void);
/* <user state dir>/bellhop: the worker's boxes lie in boxes/ */
char *bh_path_state (void);
/* A program of ours. In a build folder ($BELLHOP_UNINSTALLED) it is there; else bellhopctl and bellhop are in
 * the bin folder, bellhop-coordinator, -worker and -boxd in the libexec folder. */
char *bh_path_program (const char *name);
/* A file or folder below our data folder, e.g. "engines"; $BELLHOP_SOURCE/data in a build folder. */
char *bh_path_data_file (const char *name);

G_END_DECLS

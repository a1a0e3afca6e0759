/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Joining standard input and output to a socket of the box. */

/* A connection to box.sock, or -1 with errno. */
int join_programs (void);
/* Copies both ways until the other side is done. 0, or -1 with errno. */
int join_stdio (int fd);
/* bellhop-boxd connect and bellhop-boxd mcp; the exit status. */
int connect_run (int argc, char **argv);
int mcp_run (int argc, char **argv);

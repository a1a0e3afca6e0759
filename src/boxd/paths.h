/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where the sockets of a box are, seen from inside. */
#define BOX_OUTSIDE_SOCKET "/run/bellhop/boxd.sock"
#define BOX_PROGRAM_SOCKET "/run/bellhop/box.sock"
/* The environment variable that names another place for the latter. */
#define BOX_PROGRAM_SOCKET_ENV "BELLHOP_BOX_SOCKET"

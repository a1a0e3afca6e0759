/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The init of a box. Never returns before it is told to end; the exit status. */
int init_run (int argc, char **argv);

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Asks the person, for any program of the box, and waits for ever. The exit status: 0 answered, 1 error, 2
 * usage, 3 unavailable, 4 declined. */
int ask_run (int argc, char **argv);

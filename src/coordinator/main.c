/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include <libdex.h>

#include "coordinator/server/bh-daemon.h"

int
main (int argc, char **argv)
{
  dex_init ();
  return bh_daemon_main (argc, argv);
}

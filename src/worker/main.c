/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-worker.h"

int
main (int argc, char **argv)
{
  return bh_worker_main (argc, argv);
}

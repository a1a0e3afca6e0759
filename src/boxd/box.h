/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Everything init knows: the one struct that is passed around. */

#include <sys/resource.h>
#include "boxd/list.h"
#include "boxd/loop.h"

#define BOX_UNITS_MAX 16384  /* so that LIST fits into one frame */
#define BOX_CHANNELS_MAX 512 /* beyond it programs of the box wait in connect() */
#define BOX_CONNS_MAX 64
#define BOX_BUCKETS 128

struct box
{
  struct loop loop;
  struct source signals;  /* a signalfd */
  struct source outside;  /* listens for connections from outside */
  struct source programs; /* box.sock: listens for those of programs of the box */

  struct list units[BOX_BUCKETS]; /* struct unit, by id */
  struct list released;           /* struct unit without an id that is not over yet */
  uint32_t n_units, n_channels;
  uint32_t next_channel;

  struct list conns; /* struct conn */
  uint32_t n_conns;

  uint64_t started_us;
  uint64_t spool_limit; /* of each stream of a process */
  bool is_pid_1;
  bool recheck; /* an input has room again: look at the connections that wait for one */
  bool starved; /* something failed for want of memory or descriptors: try again soon */
  bool stopping;
  bool killed;               /* stopping, and the grace is over */
  uint64_t deadline_us;      /* of the present stage of stopping */
  struct rlimit files;       /* as init was given it; processes get it back */
  struct rlimit nproc, data; /* for processes, where set */
  bool has_nproc, has_data;
};

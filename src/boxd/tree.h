/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The processes of the box as /proc shows them. */

#include "boxd/util.h"

struct tree_entry
{
  pid_t pid, parent, session;
  uint64_t started;   /* clock ticks since boot: with the pid names a process for ever */
  uint64_t cpu_ticks; /* its own and its reaped children's */
  uint64_t resident;  /* pages */
  bool member;        /* of the tree asked for */
  bool signalled;
};

struct tree
{
  struct tree_entry *entries;
  size_t n, size;
};

/* Reads the fields of /proc/PID/stat. False when it is not that. */
bool tree_parse_stat (const char *text, struct tree_entry *entry);
/* All processes, with `member` set on the descendants of `root` (not itself), and with `session` on all
 * others of its session too, which it may have orphaned. 0 or an errno. */
int tree_read (struct tree *self, pid_t root, bool session);
void tree_clear (struct tree *self);
/* Sends the signal to all those, and to each process that has `variable` ("NAME=value"; NULL: none) in its
 * environment, once each, and looks again until no new one has come. 0 or an errno. */
int tree_signal (pid_t root, bool session, const char *variable, int signum);

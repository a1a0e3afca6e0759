/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/stats.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "boxd/tree.h"
#include "boxd/unit.h"

uint64_t
stats_parse_rollup (const char *text)
{
  const char *line = strstr (text, "\nPss:");

  return line != NULL ? strtoull (line + 5, NULL, 10) * 1024u : UINT64_MAX;
}

static uint64_t
memory_of (const struct tree_entry *entry)
{
  char path[64], text[1024];
  cleanup_close int fd = -1;
  uint64_t bytes = UINT64_MAX;
  ssize_t n;

  snprintf (path, sizeof path, "/proc/%d/smaps_rollup", (int) entry->pid);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  n = fd < 0 ? -1 : TEMP_FAILURE_RETRY (read (fd, text, sizeof text - 1));
  if (n > 0)
    {
      text[n] = '\0';
      bytes = stats_parse_rollup (text);
    }
  /* another user's process: what it shares is counted as its own */
  return bytes != UINT64_MAX ? bytes : entry->resident * (uint64_t) sysconf (_SC_PAGESIZE);
}

static uint64_t
microseconds (const struct timeval *time)
{
  return (uint64_t) time->tv_sec * 1000000u + (uint64_t) time->tv_usec;
}

int
stats_read (const struct box *box, struct bh_wire_stats *stats)
{
  uint64_t tick_us = 1000000u / (uint64_t) sysconf (_SC_CLK_TCK);
  struct rusage reaped;
  struct tree tree;
  int error = tree_read (&tree, getpid (), false);

  memset (stats, 0, sizeof *stats);
  getrusage (RUSAGE_CHILDREN, &reaped);
  stats->cpu_us = microseconds (&reaped.ru_utime) + microseconds (&reaped.ru_stime);
  for (size_t i = 0; i < tree.n; i++)
    {
      const struct tree_entry *entry = &tree.entries[i];

      /* what was entered from outside has no parent here, but is in the box all the same */
      if (!entry->member && !(box->is_pid_1 && entry->pid != 1))
        continue;
      stats->processes++;
      stats->cpu_us += entry->cpu_ticks * tick_us;
      stats->memory_bytes += memory_of (entry);
    }
  tree_clear (&tree);
  stats->spool_bytes = units_spooled (box);
  stats->up_us = util_now_us () - box->started_us;
  return error;
}

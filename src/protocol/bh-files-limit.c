/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-files-limit.h"

#include <sys/resource.h>

static struct rlimit original;
static gboolean known;

void
bh_files_limit_raise (void)
{
  struct rlimit limit;

  if (!known && getrlimit (RLIMIT_NOFILE, &original) != 0)
    return;
  known = TRUE;
  limit = original;
  limit.rlim_cur = limit.rlim_max;
  /* cannot fail; if it did, the limit would be as it was */
  setrlimit (RLIMIT_NOFILE, &limit);
}

void
bh_files_limit_restore (void)
{
  if (known)
    setrlimit (RLIMIT_NOFILE, &original);
}

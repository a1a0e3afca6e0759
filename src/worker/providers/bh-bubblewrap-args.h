/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "worker/providers/bh-home-programs.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *workspace; /* outside, becomes /workspace */
  const char *home;      /* outside, becomes /home/user */
  const char *boxd;      /* the program, outside */
  gboolean offline;
  int listen_fd;
  int seccomp_fd;
  guint64 memory_bytes;           /* of a single process; 0: no limit */
  guint pids;                     /* of the box; 0: no limit */
  gboolean is_root;               /* the box's user is root outside */
  const BhHomePrograms *programs; /* (nullable) */
  const char *const *shown;       /* where their folders lie outside, in that order */
} BhBubblewrapSpec;

/* The command line of bwrap for a box of the image `host`: (transfer full). Descriptors of files made for it
 * are appended to `fds` (int), the caller's to close; all descriptors appear under the numbers that they have
 * here. */
GStrv bh_bubblewrap_args (const BhBubblewrapSpec *spec, GArray *fds, GError **error);

/* The environment that the box begins with: (transfer full) */
GStrv bh_bubblewrap_environment (void);

G_END_DECLS

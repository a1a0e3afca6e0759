/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/bh-coordinator.h"
#include "coordinator/runs/bh-run-table.h"

G_BEGIN_DECLS

struct _BhCoordinator
{
  GObject parent;
  char *data_dir;
  int lock_fd;
  BhRunContext context; /* owns what it points to */
  BhRemovals *removals;
  GHashTable *online;   /* names of workers, to know who has come back */
  GHashTable *creating; /* idempotency key -> DexFuture of BhRun */
  gint64 started_at;    /* monotonic */
  gboolean shutting_down;
};

/* A fiber that is not cancelled when nobody waits for it any more. */
DexFuture *
bh_coordinator_spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

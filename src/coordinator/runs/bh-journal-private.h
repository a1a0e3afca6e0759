/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What is staged, and what becomes of it. */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

struct _BhJournal
{
  GObject parent_instance;

  BhStore *store;
  char *run_id;
  BhRun *run;
  guint64 next_seq, next_row;
  GHashTable *rows;   /* n -> BhLiveRow */
  GQueue ended;       /* n (as guint64 *) of rows in there that will not change any more, oldest first */
  GHashTable *states; /* key -> value */

  BhChange *staged;    /* (nullable) */
  DexFuture *last;     /* (nullable) the commit sent last */
  gint64 sent_at, due; /* monotonic: when something was sent last, and the turn that is waited for */
  DexPromise *waiting; /* (nullable) for the flush of what is staged, in the store's next turn */
  GError *failure;
  gboolean closed;
};

G_END_DECLS

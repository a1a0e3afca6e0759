/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* For the store's own files and its tests. */

#include "coordinator/store/bh-store.h"

G_BEGIN_DECLS

/* events.kind is the index */
#define BH_EVENT_KINDS { "delta", "run", "row", "question", "message" }

/* Output is elided in steps of about so many bytes. */
#define BH_OUTPUT_STEP (G_GUINT64_CONSTANT (64) * 1024)

/* All must be set before bh_store_open(). How long to wait for another program's lock; default 5000 ms. */
void bh_store_set_busy_timeout (BhStore *self, guint milliseconds);
/* How long after a failure to try the disk again; default 2000 ms. */
void bh_store_set_retry_interval (BhStore *self, guint milliseconds);
/* The database fails as if the disk was full above this size; 0 = no limit. May be changed at any time: it is
 * looked at when the database is opened and with each retry. */
void bh_store_set_max_bytes (BhStore *self, guint64 bytes);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A worker as a list shows it. */

#include <glib-object.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* Read-only properties, notified when they change: "name", "online" (boolean), "version", "hostname",
 * "boxes", "max-boxes" (uint), "cpu-load" (double, 0 … 1), "memory-total", "memory-available", "disk-total",
 * "disk-available" (uint64, bytes), "last-seen-at" (int64), "info" (BhWorkerInfo). */
#define BH_TYPE_WORKER_ITEM (bh_worker_item_get_type ())
G_DECLARE_FINAL_TYPE (BhWorkerItem, bh_worker_item, BH, WORKER_ITEM, GObject)

BhWorkerItem *bh_worker_item_new (BhWorkerInfo *info);
void bh_worker_item_set_info (BhWorkerItem *self, BhWorkerInfo *info);
/* (transfer none) */
BhWorkerInfo *bh_worker_item_get_info (BhWorkerItem *self);
const char *bh_worker_item_get_name (BhWorkerItem *self);
gboolean bh_worker_item_get_online (BhWorkerItem *self);

G_END_DECLS

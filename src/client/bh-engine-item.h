/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An engine as a list shows it. */

#include <glib-object.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* Read-only properties, notified when they change: "id", "name", "protocol", "rank" (int), "version"
 * (nullable: not looked for yet), "why-not" (nullable: a sentence why it cannot be used), "info"
 * (BhEngineInfo). */
#define BH_TYPE_ENGINE_ITEM (bh_engine_item_get_type ())
G_DECLARE_FINAL_TYPE (BhEngineItem, bh_engine_item, BH, ENGINE_ITEM, GObject)

BhEngineItem *bh_engine_item_new (BhEngineInfo *info);
void bh_engine_item_set_info (BhEngineItem *self, BhEngineInfo *info);
/* (transfer none) */
BhEngineInfo *bh_engine_item_get_info (BhEngineItem *self);
const char *bh_engine_item_get_id (BhEngineItem *self);
const char *bh_engine_item_get_name (BhEngineItem *self);

G_END_DECLS

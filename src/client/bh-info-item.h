/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A worker or an engine in a list: the same object for as long as it is there, whatever is told of it. */

#include <glib-object.h>

G_BEGIN_DECLS

/* Property "info" (pointer, notified): the record. */
#define BH_TYPE_INFO_ITEM (bh_info_item_get_type ())
G_DECLARE_FINAL_TYPE (BhInfoItem, bh_info_item, BH, INFO_ITEM, GObject)

/* `type`: the record's boxed type, BH_TYPE_WORKER_INFO or BH_TYPE_ENGINE_INFO. */
BhInfoItem *bh_info_item_new (GType type, gpointer info);
/* `info` is of the same type. */
void bh_info_item_set (BhInfoItem *self, gpointer info);
/* (transfer none): never NULL. */
gpointer bh_info_item_get (BhInfoItem *self);

G_END_DECLS

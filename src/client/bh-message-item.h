/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A person's message and its receipt, for the chips above the composer. */

#include <glib-object.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* Read-only properties, notified when they change: "id", "text", "author", "state" (BhMessageState),
 * "interrupt" (boolean), "row" (uint64), "message" (BhMessage). */
#define BH_TYPE_MESSAGE_ITEM (bh_message_item_get_type ())
G_DECLARE_FINAL_TYPE (BhMessageItem, bh_message_item, BH, MESSAGE_ITEM, GObject)

BhMessageItem *bh_message_item_new (BhMessage *message);
void bh_message_item_set_message (BhMessageItem *self, BhMessage *message);
/* (transfer none) */
BhMessage *bh_message_item_get_message (BhMessageItem *self);
const char *bh_message_item_get_id (BhMessageItem *self);
const char *bh_message_item_get_text (BhMessageItem *self);
BhMessageState bh_message_item_get_state (BhMessageItem *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The boxes of this worker and the connections to them: the methods box.* and images.list of the worker
 * protocol. Keeps nothing across restarts; what there is, is looked up. */

#include "worker/bh-link.h"
#include "worker/bh-provider.h"

G_BEGIN_DECLS

#define BH_TYPE_BOXES (bh_boxes_get_type ())
G_DECLARE_FINAL_TYPE (BhBoxes, bh_boxes, BH, BOXES, GObject)

/* `providers`: BhProvider. No more than `max_boxes` run at a time. Adds its methods to the link. */
BhBoxes *bh_boxes_new (BhLink *link, GPtrArray *providers, guint max_boxes);

/* Finds the boxes that an earlier life of this worker left. Call on a fiber. */
gboolean bh_boxes_load (BhBoxes *self, GError **error);

guint bh_boxes_count_running (BhBoxes *self);
/* As in worker.register and box.list. */
JsonArray *bh_boxes_to_json (BhBoxes *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Hands what was committed to whoever listens. An event is rendered once, however many listen. A listener
 * that does not keep up is told that it lags, and catches up from the store: the hub never queues without
 * bound. */

#include "coordinator/bh-coordinator.h"

G_BEGIN_DECLS

#define BH_TYPE_HUB (bh_hub_get_type ())
G_DECLARE_FINAL_TYPE (BhHub, bh_hub, BH, HUB, GObject)

typedef struct _BhSubscription BhSubscription;

BhHub *bh_hub_new (BhCoordinator *coordinator);

/* `run_id`: the journal of one Run; NULL: what a list or a notifier needs (see DESIGN.md, GET /v1/events). */
BhSubscription *bh_hub_subscribe (BhHub *self, const char *run_id);
void bh_subscription_free (BhSubscription *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhSubscription, bh_subscription_free)

/* Resolves once something is queued, the listener lags, or the Run is gone. */
DexFuture *bh_subscription_wait (BhSubscription *self) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) (nullable) the next rendered event; `seq` is 0 for those of no Run. NULL: nothing is
 * queued. */
GBytes *bh_subscription_take (BhSubscription *self, guint64 *seq);
/* TRUE once after events were dropped: read the journal from the last seq sent, or list again. */
gboolean bh_subscription_lagged (BhSubscription *self);
gboolean bh_subscription_ended (BhSubscription *self);

/* "id: …\nevent: …\ndata: …\n\n" of one journal event, deltas with their text. */
GBytes *bh_hub_render (const BhEvent *event);
/* The same for an event of no Run. `data`: JSON on one line. */
GBytes *bh_hub_render_named (const char *name, const char *data);

G_END_DECLS

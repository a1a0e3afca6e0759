/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a box does with its processes. */

#include "coordinator/workers/bh-box-private.h"

G_BEGIN_DECLS

BhProcess *bh_process_new (BhBox *box, guint32 id);
/* The box is connected: says again what the box may not know. */
void bh_process_linked (BhProcess *self);
/* A frame with this process's id. FALSE if it breaks the protocol. */
gboolean bh_process_receive (BhProcess *self, const BhFrame *frame);
/* Everything pending, and whatever comes later, rejects. */
void bh_process_fail (BhProcess *self, const GError *error);
/* The box object is going; the process may be held longer. */
void bh_process_orphan (BhProcess *self);

G_END_DECLS

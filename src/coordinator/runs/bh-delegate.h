/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Carries out the delegations of a Run, one after the other: the engine that was delegated to works in the
 * Run's box by the same code as the Run's own, with another host. */

#include "coordinator/runs/bh-run-actor.h"

G_BEGIN_DECLS

#define BH_TYPE_DELEGATE (bh_delegate_get_type ())
G_DECLARE_FINAL_TYPE (BhDelegate, bh_delegate, BH, DELEGATE, GObject)

/* Goes on at once with a delegation that was under way, and begins those that come. */
BhDelegate *bh_delegate_new (BhRunActor *actor, BhBox *box);
/* Cuts short what is being done: that is the end of the delegation. */
void bh_delegate_interrupt (BhDelegate *self);
/* In a fiber: as above, and waits for the end. FALSE with error when the Run was let go of. */
gboolean bh_delegate_call_off (BhDelegate *self, GError **error);

G_END_DECLS

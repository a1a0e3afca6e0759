/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The stored API keys that the engines of a Run are given, and that are hidden in what comes out of its box.
 */

#include "coordinator/runs/bh-run-actor.h"

G_BEGIN_DECLS

/* What a host's get_keys() does: see bh_engine_host_get_keys(). */
DexFuture *bh_run_keys_give (BhRunActor *actor, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;
/* Hides what was given by an earlier process, before anything of the box is read. FALSE with error when that
 * cannot be done. Fibers only. */
gboolean bh_run_keys_recall (BhRunActor *actor, GError **error);

G_END_DECLS

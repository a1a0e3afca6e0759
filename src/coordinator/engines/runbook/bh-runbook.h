/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The built-in engine: works through Markdown instructions, with no AI. Sections in order; blocks in one
 * shell; messages of the person between blocks, each being a little runbook of its own. */

#include "coordinator/engines/bh-engine.h"

G_BEGIN_DECLS

#define BH_RUNBOOK_ID "runbook"

#define BH_TYPE_RUNBOOK (bh_runbook_get_type ())
G_DECLARE_FINAL_TYPE (BhRunbook, bh_runbook, BH, RUNBOOK, GObject)

BhRunbook *bh_runbook_new (void);

G_END_DECLS

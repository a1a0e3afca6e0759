/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An engine that is a CLI in the box: starts it, prompts it turn by turn through its dialect, takes it up
 * again when it, the worker or the coordinator died, and judges how its turns ended. */

#include "coordinator/engines/agent/bh-dialect.h"
#include "protocol/bh-engine-file.h"
#include "coordinator/engines/bh-engine.h"

G_BEGIN_DECLS

#define BH_TYPE_AGENT (bh_agent_get_type ())
G_DECLARE_FINAL_TYPE (BhAgent, bh_agent, BH, AGENT, GObject)

/* `file` must outlive the agent. */
BhAgent *bh_agent_new (const BhEngineFile *file, BhDialect *dialect);

G_END_DECLS

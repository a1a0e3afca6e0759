/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* How the work ended. Engines lie about success, so the driver judges. Private to the agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

/* Stages that nothing is known of how the work ends. */
void bh_agent_verdict_reset (BhAgentWork *self);
/* (transfer full) from what state says: the same again after a restart */
BhVerdict *bh_agent_verdict_give (BhAgentWork *self);

G_END_DECLS

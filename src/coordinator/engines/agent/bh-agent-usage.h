/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What an engine says it has used, put into the Run's record: now and then during a turn, and at its end.
 * Private to the agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

void bh_agent_usage_clear (BhAgentWork *self);
void bh_agent_usage_take (BhAgentWork *self, const BhUsage *usage);
void bh_agent_usage_stage (BhAgentWork *self);
/* A new session counts its cost from zero. */
void bh_agent_usage_new_session (BhAgentWork *self);

G_END_DECLS

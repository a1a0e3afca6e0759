/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What an engine is told. Private to the agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

/* (transfer full) (nullable) the next prompt: the instructions, the answers it is owed, the person's
 * messages, that its process died; NULL when there is nothing to say. Messages are staged as taken up: begin
 * the turn in the same transaction. */
char *bh_agent_prompt_compose (BhAgentWork *self);

G_END_DECLS

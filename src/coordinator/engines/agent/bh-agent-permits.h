/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What an engine wants to be permitted. By default everything inside the box is; in a Run that asks, each is
 * a question to the person, which waits as long as they need. The engine asks again after its process died:
 * then it is the same question. One that nobody needs any more is withdrawn. Private to the agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

/* The engine asks. Not from within its dialect: the answer may be at hand. */
void bh_agent_permits_settle (BhAgentWork *self, const BhAgentPermit *permit);
/* FALSE when the answer is not one to a request for permission. */
gboolean bh_agent_permits_give (BhAgentWork *self, const BhAgentAnswer *answer);
/* The engine does not wait for it any more. */
void bh_agent_permits_withdrawn (BhAgentWork *self, const char *request);
/* The process is gone: it will ask again. */
void bh_agent_permits_lose (BhAgentWork *self);
/* The turn is over, and so is all that was asked in it. */
void bh_agent_permits_turn_ended (BhAgentWork *self);
/* What was asked before `self` was made is waited for. */
void bh_agent_permits_watch (BhAgentWork *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The watchdogs of an engine: a start that takes too long has failed, and silence in a turn is told of.
 * Private to the agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

/* Looks. Fibers only. */
gboolean bh_agent_watch (BhAgentWork *work, GError **error);
/* Until they have to look again at the latest, in milliseconds. */
int bh_agent_watch_next (BhAgentWork *work);

G_END_DECLS

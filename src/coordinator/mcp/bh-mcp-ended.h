/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a Run's journal remembers of channels that have ended, of all kinds: the box may tell of one once more
 * before it knows that it was released. */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

/* How states of a channel with MCP begin, by its id. */
#define BH_MCP_CHANNEL_KEY "mcp.channel.%u"
/* The key of the question that a channel without MCP asks. */
#define BH_CHANNEL_QUESTION "channel:%u"

/* It was released: stages that. Nothing is remembered of it once many others have ended after it. */
void bh_mcp_channel_ended (BhJournal *journal, guint32 channel);

G_END_DECLS

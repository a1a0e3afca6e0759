/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An MCP client in a box, served over a channel. What it said, what it was told and which of its calls wait
 * is in the Run's journal: it notices no restart. */

#include "coordinator/questions/bh-questions.h"
#include "coordinator/runs/bh-delegations.h"
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

/* The least of the engines' own limits for a call is 60 s. In the environment of the coordinator these may be
 * made shorter (BELLHOP_MCP_WAIT_MS, BELLHOP_MCP_PROGRESS_MS). */
#define BH_MCP_WAIT_MS 50000
#define BH_MCP_PROGRESS_MS 15000
/* Longest message, without its newline; boxd holds 4 MiB of a channel. */
#define BH_MCP_LINE_MAX (1024 * 1024)
/* of one box at one time */
#define BH_MCP_CHANNELS_MAX 16

/* Whether this journal knows the channel as an MCP client's. */
gboolean bh_mcp_is_known (BhJournal *journal, guint32 channel);

/* Who serves channels of one Run. */
typedef struct
{
  BhQuestions *questions;
  BhDelegations *delegations; /* (nullable) nothing can be delegated */
} BhMcpServer;

/* In a fiber: serves the channel, whose lines begin at `from` if it was not served before. `engine`
 * (nullable): the one that it says it speaks for, if it works for another. TRUE when its program has hung up,
 * or the box is gone: the channel is released. FALSE when the Run was let go of: to be served again with its
 * next questions.
 */
gboolean bh_mcp_serve (BhProcess *channel, const BhMcpServer *server, const char *engine, guint64 from);

G_END_DECLS

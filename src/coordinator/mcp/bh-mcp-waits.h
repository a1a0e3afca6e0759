/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The calls of an MCP client that wait for somebody. */

#include "coordinator/mcp/bh-mcp.h"
#include "coordinator/runs/bh-state-view.h"

G_BEGIN_DECLS

/* A call of ask_human or delegate that waits. */
typedef struct
{
  BhMcpCall *call;
  char *key;         /* of the question, or the delegation */
  gboolean part;     /* it waits for the report of a delegation */
  gint64 turn;       /* of bh_mcp_get_turn() */
  gint64 at;         /* when it was called, µs since 1970 */
  guint told;        /* how often progress was due by now */
  DexFuture *answer; /* (nullable) resolves the answered set, or when there is a report */
} BhMcpWait;

/* It waits from now on. Takes `call`. */
BhMcpWait *bh_mcp_wait_new (BhStateView *states, BhMcpCall *call, const char *digest);
/* It waits no more; `delivered`: it was given what it waited for. */
void bh_mcp_wait_end (const BhMcpWait *self, BhStateView *states, gboolean delivered);
/* However the clock was set meanwhile, nobody waits longer. */
gint64 bh_mcp_wait_elapsed_us (const BhMcpWait *self);

/* (transfer container) (element-type BhMcpWait) */
GPtrArray *bh_mcp_waits_new (void);
/* In one state of the journal. `answer` and `told` are not kept. */
void bh_mcp_waits_stage (GPtrArray *waits, BhJournal *journal, const char *key);
void bh_mcp_waits_load (GPtrArray *waits, BhJournal *journal, const char *key);

G_END_DECLS

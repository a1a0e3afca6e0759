/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a Run's journal knows of what was asked and reported through MCP: for the MCP server, and for the
 * engine that drives the turns. Everything here stages; commit it with what else happens.
 *
 * The same question asked again is the same question as long as its answer was not used up: an engine that
 * died or was told to end its turn asks again after it is resumed. It is used up when the answer was
 * delivered (as the result of the call, or in a prompt) in a turn that ended by itself.
 *
 * A part that is delegated is the same part only until its report was delivered: the same words after that
 * (“run the tests”) mean another one. */

#include "coordinator/runs/bh-state-view.h"

G_BEGIN_DECLS

/* A question whose answer is awaited by nobody's call: it is to be put into a prompt. */
typedef struct
{
  char *key; /* of bh_questions_ask() */
  char *id;  /* of the question set */
} BhMcpDeferred;
void bh_mcp_deferred_free (BhMcpDeferred *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhMcpDeferred, bh_mcp_deferred_free)

/* (transfer container) (element-type BhMcpDeferred) in the order in which they were asked. A question for
 * which a call waits at the moment is none of them. */
GPtrArray *bh_mcp_deferred (BhStateView *states);
/* (transfer container) (element-type utf8) keys of what was asked, questions and delegations, and not
 * answered; `idle`: those that no call waits for */
GPtrArray *bh_mcp_undelivered (BhStateView *states, gboolean idle);
/* Its answer was put into a prompt. */
void bh_mcp_take_deferred (BhStateView *states, const char *key);
/* A turn has begun: the engine hears what its calls are told. */
void bh_mcp_turn_begun (BhStateView *states);
/* It is being cut short: what its calls are told from now on nobody may hear, and goes into a prompt. */
void bh_mcp_turn_cut (BhStateView *states);
/* It has ended by itself: what was answered in it is used up. Calls that still wait are not heard, either. */
void bh_mcp_turn_ended (BhStateView *states);
gboolean bh_mcp_is_in_turn (BhStateView *states);

/* The engine's process ended in its turn: it may not have kept an answer that it was given, and asks again. A
 * report that it was given goes into its next prompt. */
void bh_mcp_engine_lost (BhStateView *states);

/* The Run has ended: its questions are withdrawn. */
void bh_mcp_run_ended (BhStateView *states);

/* What report_result was told last. FALSE: nothing since it was cleared. `summary` (transfer none) */
gboolean bh_mcp_get_report (BhStateView *states, BhRunState *outcome, const char **summary);
void bh_mcp_clear_report (BhStateView *states);

/* --- for the server --- */

void bh_mcp_set_report (BhStateView *states, BhRunState outcome, const char *summary);
/* (transfer full) the key of the question with this digest: the one that was asked before, or a new one (also
 * when this engine was given the answer of the one before). A
 * call waits for it from now on. */
char *bh_mcp_begin_wait (BhStateView *states, const char *digest);
/* Such a question was asked before, and bh_mcp_begin_wait() gives its key. */
gboolean bh_mcp_is_asked (BhStateView *states, const char *digest);
/* Another number in each turn, and between two of them. */
gint64 bh_mcp_get_turn (BhStateView *states);
/* A call does not wait any more: it was given the answer, or not. */
void bh_mcp_end_wait (BhStateView *states, const char *key, gboolean delivered);
/* The question was never asked, or is withdrawn. */
void bh_mcp_forget (BhStateView *states, const char *key);

G_END_DECLS

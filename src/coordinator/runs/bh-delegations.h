/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The delegations of one Run, between whoever asks for one (the MCP server) and whoever carries it out (the
 * driver). What there is to know of them is in the Run's journal (bh-mcp-delegation.h). */

#include "coordinator/mcp/bh-mcp-delegation.h"

G_BEGIN_DECLS

#define BH_TYPE_DELEGATIONS (bh_delegations_get_type ())
G_DECLARE_FINAL_TYPE (BhDelegations, bh_delegations, BH, DELEGATIONS, GObject)

BhDelegations *bh_delegations_new (BhJournal *journal);
/* signals: "begun" (BhDelegations *), "ended" (BhDelegations *): what is staged then goes with it. */

/* Stages it, and says so. Only when nobody is at work. */
void
bh_delegations_begin (BhDelegations *self, const char *key, const char *engine, const char *instructions);
/* Resolves TRUE when there is a report, at once if there is nothing to wait for. Rejects when the Run was let
 * go of, or has ended. A promise: safe in a future set. */
DexFuture *bh_delegations_await (BhDelegations *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
/* The one at work is over. */
void bh_delegations_end (BhDelegations *self, gboolean failed, const char *report);
/* Rejects everybody who waits. `why` as for bh_questions_close(). */
void bh_delegations_close (BhDelegations *self, const GError *why);

G_END_DECLS

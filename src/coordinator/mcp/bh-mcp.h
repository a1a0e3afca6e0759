/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The MCP server that every engine is given, without I/O: one JSON-RPC message a line in, calls of the host
 * out. It keeps nothing: what is to be known of a call that waits is in its BhMcpCall, which can be stored.
 * Speaks the versions with a handshake (2024-11-05 to 2025-11-25) and the one without (2026-07-28). */

#include "coordinator/mcp/bh-mcp-tools.h"

G_BEGIN_DECLS

/* A call of a tool that is not answered yet. */
typedef struct
{
  char *id;           /* of the request, as JSON */
  char *token;        /* (nullable) to tell of progress with, as JSON */
  gboolean stateless; /* in the form of 2026-07-28 */
} BhMcpCall;
BhMcpCall *bh_mcp_call_copy (const BhMcpCall *self);
void bh_mcp_call_free (BhMcpCall *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhMcpCall, bh_mcp_call_free)

/* Who serves an MCP client. All arguments (transfer none). */
typedef struct
{
  /* A line for the client, without newline. */
  void (*send) (gpointer user_data, const char *line);
  /* Answered by bh_mcp_result(), at once or later. `digest` is the same for the same questions. */
  void (*ask) (gpointer user_data, const BhMcpCall *call, BhQuestionSet *set, const char *digest);
  void (*report) (gpointer user_data, BhRunState outcome, const char *summary);
  /* The client does not wait any more for the request with this id; it may have been answered. */
  void (*cancelled) (gpointer user_data, const char *id);
  /* Answered as `ask`; only for engines that are offered. */
  void (*delegate) (gpointer user_data, const BhMcpCall *call, const char *engine, const char *instructions);
} BhMcpHost;

/* One line of the client, without its newline. Foreign: whatever it holds is answered or ignored. */
void bh_mcp_receive (const BhMcpHost *host, gpointer user_data, const BhMcpOffer *offer, GBytes *line);

/* Lines for the client. (transfer full) */
char *bh_mcp_result (const BhMcpCall *call, const char *text, gboolean is_error);
/* NULL when the client does not want to be told. `n` grows; `text` needs no escaping. */
char *bh_mcp_progress (const BhMcpCall *call, guint n, const char *text);
char *bh_mcp_too_long (guint64 bytes);

/* What the model reads as the answer. */
char *bh_mcp_answer_text (const BhQuestionSet *set);

G_END_DECLS

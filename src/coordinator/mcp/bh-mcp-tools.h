/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The tools, and what models write as their arguments. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* What an engine is offered. */
typedef struct
{
  gboolean autonomous;        /* nobody can be asked */
  gboolean delegated;         /* it works for another engine */
  const char *const *engines; /* (nullable) "ID NAME" of those that it may delegate to */
} BhMcpOffer;
gboolean bh_mcp_offers_engines (const BhMcpOffer *offer);

/* (transfer full) how the tools are meant: MCP's "instructions" */
char *bh_mcp_instructions (const BhMcpOffer *offer);
/* (transfer full) JSON array */
char *bh_mcp_tools (const BhMcpOffer *offer);

/* Takes what models write in place of what the schema says. An error says how it is done right, in words for
 * the model. `digest` (transfer full): of the questions in one normal form. */
BhQuestionSet *bh_mcp_parse_ask (JsonNode *arguments, char **digest, GError **error);
/* `summary` (transfer full) */
gboolean bh_mcp_parse_report (JsonNode *arguments, BhRunState *outcome, char **summary, GError **error);
/* `engine` (transfer full): the id of one of those that are offered */
gboolean bh_mcp_parse_delegate (
    const BhMcpOffer *offer, JsonNode *arguments, char **engine, char **instructions, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The parts of the ACP dialect. None of them remembers anything: all lies in the sink's state. */

#include "coordinator/engines/agent/bh-acp-form.h"
#include "coordinator/engines/agent/bh-dialect-json.h"

G_BEGIN_DECLS

/* State. What begins with a process is forgotten by bh_acp_session_start(); BH_ACP_NEXT and BH_ACP_SEEN stay.
 */
#define BH_ACP_NEXT "acp.next"         /* number for our next request, or name of the engine's */
#define BH_ACP_SEEN "acp.seen"         /* unknown kinds of updates that were told of */
#define BH_ACP_PHASE "acp.phase"       /* see bh-acp-session.c */
#define BH_ACP_WAITING "acp.waiting"   /* request of the start that is not answered yet */
#define BH_ACP_SPEC "acp.spec"         /* what the session is to be; until there is one */
#define BH_ACP_TODO "acp.todo"         /* what is still to be set; likewise */
#define BH_ACP_SESSION "acp.session"   /* id */
#define BH_ACP_TURN "acp.turn"         /* the prompt's request */
#define BH_ACP_REQUESTS "acp.requests" /* open requests of the engine, by the names we gave them */
#define BH_ACP_TOOLS "acp.tools"       /* ids of tool calls under way; each has an entry */

/* Errors of JSON-RPC and ACP. */
#define BH_ACP_SIGNED_OUT -32000
#define BH_ACP_NO_METHOD -32601
#define BH_ACP_INTERNAL -32603
#define BH_ACP_CANCELLED -32800

/* The wire. Each takes `params` or `result`. */
gint64 bh_acp_request (BhDialectSink *sink, const char *method, JsonObject *params);
void bh_acp_notify (BhDialectSink *sink, const char *method, JsonObject *params);
void bh_acp_reply (BhDialectSink *sink, JsonNode *id, JsonObject *result);
void bh_acp_reply_error (BhDialectSink *sink, JsonNode *id, int code, const char *message);
/* (transfer full) what the error of a response says */
char *bh_acp_error_text (JsonObject *error);

/* From the process's start until there is a session. */
void bh_acp_session_start (BhDialectSink *sink, const BhSessionSpec *spec);
void bh_acp_session_response (BhDialectSink *sink, JsonObject *line);
gboolean bh_acp_session_is_ready (BhDialectSink *sink);
void bh_acp_session_fail (BhDialectSink *sink, BhDialectFailure failure, const char *detail);

void bh_acp_turn_prompt (BhDialectSink *sink, const char *text);
void bh_acp_turn_cancel (BhDialectSink *sink);
void bh_acp_turn_response (BhDialectSink *sink, JsonObject *line);

/* "session/update" */
void bh_acp_update (BhDialectSink *sink, JsonObject *params);
/* (transfer full) (nullable) a content block as text; what is no text by a word */
char *bh_acp_block_text (JsonObject *block);

/* One word about a tool call: an update, or the toolCall of a request for permission. Returns which of our
 * own tools is called. (transfer none) (nullable) */
typedef enum
{
  BH_ACP_ANNOUNCED,
  BH_ACP_UPDATED,
  BH_ACP_TO_BE_PERMITTED,
} BhAcpWord;
const char *bh_acp_tool (BhDialectSink *sink, JsonObject *tool, BhAcpWord word);
/* (transfer full) what leave is asked for: by this request, or else as it is known. One line. */
char *bh_acp_tool_title (BhDialectSink *sink, JsonObject *tool);
/* None is under way any more. */
void bh_acp_tools_forget (BhDialectSink *sink);
/* (transfer full) (nullable) the call as a person reads it */
char *bh_acp_tool_call_text (JsonObject *tool);
/* (transfer full) (nullable) what came of it */
char *bh_acp_tool_result_text (JsonObject *tool);
/* (transfer full) (nullable) the text of its content */
char *bh_acp_tool_content_text (JsonObject *tool);
/* (transfer full) (nullable) its diffs */
char *bh_acp_tool_diff_text (JsonObject *tool);
/* (transfer full) (nullable) its locations, but those of diffs and those that `call` (nullable) names */
char *bh_acp_tool_location_text (JsonObject *tool, const char *call);
/* -1: none */
int bh_acp_tool_exit_status (JsonObject *tool);

/* Requests of the engine. */
void bh_acp_requested (BhDialectSink *sink, const char *method, JsonNode *id, JsonObject *params);
/* "$/cancel_request", "elicitation/complete" */
void bh_acp_request_cancelled (BhDialectSink *sink, JsonNode *id);
void bh_acp_request_completed (BhDialectSink *sink, const char *elicitation);
void bh_acp_request_answer (BhDialectSink *sink, const char *request, const BhQuestionSet *set);
void bh_acp_request_permit (BhDialectSink *sink, const char *request, BhPermit permit);
/* Answers all that are open as cancelled. */
void bh_acp_requests_cancel (BhDialectSink *sink);

G_END_DECLS

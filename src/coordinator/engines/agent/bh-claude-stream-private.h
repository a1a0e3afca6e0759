/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/engines/agent/bh-dialect-json.h"

G_BEGIN_DECLS

/* Of a process: the request that has to be answered before prompts may come, "initialize-1"; the session,
 * mode and model that are wanted; "1": prompts may come */
#define CLAUDE_AWAITED "claude.awaited"
#define CLAUDE_SPEC "claude.spec"
#define CLAUDE_READY "claude.ready"
#define CLAUDE_SESSION "claude.session"
/* "1": it was said that it is of no use, and nobody listens any more */
#define CLAUDE_OVER "claude.over"
/* kinds of lines that were wondered at */
#define CLAUDE_KNOWN "claude.known"
/* Of a turn: it runs; it is to be cancelled; "kind\ntext" of an error that stood in for an answer */
#define CLAUDE_TURN "claude.turn"
#define CLAUDE_CANCEL "claude.cancel"
#define CLAUDE_ERROR "claude.error"
/* the message that streams, and of what kinds there were pieces: "m" for text, "t" for thoughts */
#define CLAUDE_MESSAGE "claude.message"
#define CLAUDE_STREAMED "claude.streamed"
/* tables: requests that are open, by id; calls that are not shown unless they fail */
#define CLAUDE_REQUESTS "claude.requests"
#define CLAUDE_QUIET "claude.quiet"
/* Of the session: what earlier processes and this one cost; tokens that fit; the number of requests */
#define CLAUDE_COST_BEFORE "claude.cost.before"
#define CLAUDE_COST "claude.cost"
#define CLAUDE_WINDOW "claude.window"
#define CLAUDE_NUMBER "claude.number"

#define CLAUDE_QUESTION_TOOL "AskUserQuestion"
#define CLAUDE_PLAN_TOOL "TodoWrite"

/* Of our own MCP server? */
gboolean bh_claude_is_own (const char *tool);

/* What the model says and calls, and what the calls gave. */
void bh_claude_take_event (BhDialectSink *sink, JsonObject *line);
void bh_claude_take_assistant (BhDialectSink *sink, JsonObject *line);
void bh_claude_take_user (BhDialectSink *sink, JsonObject *line);
/* The question of that call is asked: whether the call fails is known then. */
void bh_claude_mark_asked (BhDialectSink *sink, const char *tool);

/* That there is a session, and whether it is the one that was wanted. */
void bh_claude_say_session (BhDialectSink *sink);
/* The end of a turn, or of what was to become one. */
void bh_claude_take_result (BhDialectSink *sink, JsonObject *line);
void bh_claude_take_system (BhDialectSink *sink, JsonObject *line);

/* Questions and requests for permission. */
void bh_claude_take_request (BhDialectSink *sink, JsonObject *line);
void bh_claude_take_withdrawal (BhDialectSink *sink, JsonObject *line);
void bh_claude_answer (BhDialectSink *sink, const char *request, const BhQuestionSet *set);
void bh_claude_permit (BhDialectSink *sink, const char *request, BhPermit permit);
void bh_claude_withdraw_all (BhDialectSink *sink);

/* Nothing is left of the turn; of the process. */
void bh_claude_forget_turn (BhDialectSink *sink);
void bh_claude_forget_process (BhDialectSink *sink);
/* Whom nobody knows, or what is wrong: for good. */
void bh_claude_fail (BhDialectSink *sink, BhDialectFailure failure, const char *detail);

G_END_DECLS

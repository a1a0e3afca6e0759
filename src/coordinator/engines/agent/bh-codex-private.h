/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/engines/agent/bh-dialect-json.h"

G_BEGIN_DECLS

/* The number of our requests, through all processes; of those that are open: what was asked for */
#define CODEX_NUMBER "codex.number"
#define CODEX_PENDING "codex.pending"
/* Of a process: our first request's number, for the names of the engine's requests; what the thread is to
 * be; its id, once it is there; "1": it is of no use; kinds of notices that were given */
#define CODEX_PROCESS "codex.process"
#define CODEX_SPEC "codex.spec"
#define CODEX_THREAD "codex.thread"
#define CODEX_OVER "codex.over"
#define CODEX_KNOWN "codex.known"
/* Of a turn: its id, "?" until that is known; it is to be cancelled; "kind\ntext" of an error; notices */
#define CODEX_TURN "codex.turn"
#define CODEX_CANCEL "codex.cancel"
#define CODEX_ERROR "codex.error"
#define CODEX_RETRIES "codex.retries"
/* items of which pieces came, by their ids in lines; open requests by their names */
#define CODEX_STREAMED "codex.streamed"
#define CODEX_REQUESTS "codex.requests"
/* tokens used in the thread: by now, and when the turn began */
#define CODEX_INPUT "codex.tokens.input"
#define CODEX_OUTPUT "codex.tokens.output"
#define CODEX_INPUT_BEFORE "codex.tokens.input.before"
#define CODEX_OUTPUT_BEFORE "codex.tokens.output.before"

#define CODEX_NO_METHOD -32601
#define CODEX_BAD_PARAMS -32602

/* The wire. `params` and `result` are taken. */
void bh_codex_request (BhDialectSink *sink, const char *method, JsonObject *params);
void bh_codex_reply (BhDialectSink *sink, JsonNode *id, JsonObject *result);
void bh_codex_reply_error (BhDialectSink *sink, JsonNode *id, int code, const char *message);

/* Items of the thread: "item/…" notifications. */
void bh_codex_take_item (BhDialectSink *sink, JsonObject *params, gboolean is_done);
void bh_codex_take_delta (BhDialectSink *sink, const char *method, JsonObject *params);
void bh_codex_take_plan (BhDialectSink *sink, JsonObject *params);

/* Turns: how they begin and end, what they use, what goes wrong in them. */
void bh_codex_turn_begin (BhDialectSink *sink, const char *text);
void bh_codex_turn_cancel (BhDialectSink *sink);
/* `is_ours`: it is the answer to our request; Codex has turns of its own, too */
void bh_codex_turn_started (BhDialectSink *sink, JsonObject *turn, gboolean is_ours);
void bh_codex_turn_completed (BhDialectSink *sink, JsonObject *turn);
void bh_codex_turn_refused (BhDialectSink *sink, const char *why);
void bh_codex_take_usage (BhDialectSink *sink, JsonObject *params);
void bh_codex_take_error (BhDialectSink *sink, JsonObject *params);

/* Requests of the engine. */
void bh_codex_requested (BhDialectSink *sink, const char *method, JsonNode *id, JsonObject *params);
void bh_codex_request_resolved (BhDialectSink *sink, JsonObject *params);
void bh_codex_withdraw_all (BhDialectSink *sink);
void bh_codex_answered (BhDialectSink *sink, const char *request, const BhQuestionSet *set);
void bh_codex_permitted (BhDialectSink *sink, const char *request, BhPermit permit);

void bh_codex_forget_turn (BhDialectSink *sink);
/* It is of no use, and nobody listens any more. */
void bh_codex_fail (BhDialectSink *sink, BhDialectFailure failure, const char *detail);

G_END_DECLS

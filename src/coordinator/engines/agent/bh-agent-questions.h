/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The questions that an engine asks by its own protocol. While the request is open the answer goes there;
 * when its turn or process ended before that, the answer is owed to the engine in a prompt. Private to the
 * agent. */

#include "coordinator/engines/agent/bh-agent-work.h"

G_BEGIN_DECLS

/* The engine asks. Not from within its dialect: the answer may be at hand. */
void bh_agent_questions_settle (BhAgentWork *self, const char *request, BhQuestionSet *set);
/* The engine does not wait any more. The question stays open: the person may be about to answer it. */
void bh_agent_questions_withdrawn (BhAgentWork *self, const char *request);
/* The process or the turn is gone, and with it every request: the answers are owed. */
void bh_agent_questions_lose (BhAgentWork *self);
/* The Run had ended: its questions are withdrawn. */
void bh_agent_questions_forget (BhAgentWork *self);
/* Has the question asked, or waits for it if it was: its answer comes into `answers`. `set` NULL: it was. */
void bh_agent_questions_watch_key (BhAgentWork *self, const char *key, BhQuestionSet *set);
/* What was asked before `self` was made is waited for. */
void bh_agent_questions_watch (BhAgentWork *self);
/* Gives the answers that have come to the requests that are open. */
void bh_agent_questions_answer (BhAgentWork *self);
gboolean bh_agent_questions_is_owed (BhAgentWork *self);
/* One of those that are owed has come. */
gboolean bh_agent_questions_has_answer (BhAgentWork *self);
/* (transfer full) (nullable) that one, which is not owed any more */
BhAgentAnswer *bh_agent_questions_next_answer (BhAgentWork *self);

G_END_DECLS

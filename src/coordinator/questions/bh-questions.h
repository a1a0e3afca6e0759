/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The questions of one Run, whoever asks them. A question has no timeout, is answered once, and only by a
 * person; everything about it is in the Run's journal, so a restart finds it as it was. */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

#define BH_TYPE_QUESTIONS (bh_questions_get_type ())
G_DECLARE_FINAL_TYPE (BhQuestions, bh_questions, BH, QUESTIONS, GObject)

/* Who asks when the coordinator itself wants to know something: where to run, whether a sign-in may be let
 * in. Before there is an engine, the answer starts no turn. */
#define BH_ASKED_BY_BELLHOP "bellhop"

/* So many sets of a Run are open at one time: nobody could answer more. */
#define BH_QUESTIONS_OPEN_MAX 32

/* `open`: (element-type BhQuestionSet) (nullable) those a bundle came with. */
BhQuestions *bh_questions_new (BhStore *store, BhJournal *journal, GPtrArray *open);

/* Puts the set on the timeline, the Run in "needs you", and resolves the answered BhQuestionSet once a person
 * has answered. With a `key` that was used before it is that question again: its answer at once, or to come.
 * Rejects with BH_ERROR_UNAVAILABLE in autonomous Runs, with BH_ERROR_QUESTION_CLOSED when it is withdrawn,
 * and with BH_ERROR_TOO_LARGE when as many are open as may be, unless the coordinator itself asks; nothing is
 * staged then.
 * Takes no reference of `set`; its id, run, row, state and times are filled into a copy. */
DexFuture *bh_questions_ask (BhQuestions *self, BhQuestionSet *set, const char *key, const char *asked_by)
    G_GNUC_WARN_UNUSED_RESULT;
/* `body`: {"question":"q_…","answers":[…]}, "question" may be left out when one set is open. Resolves the
 * answered BhQuestionSet once that is on the disk. Rejects with BH_ERROR_QUESTION_NOT_FOUND,
 * _ALREADY_ANSWERED (with the answered set as "question" in the problem document), _QUESTION_CLOSED, or what
 * is wrong with the answers; the question stays open then. */
DexFuture *bh_questions_answer (BhQuestions *self, JsonNode *body, const char *by) G_GNUC_WARN_UNUSED_RESULT;

/* The question that was asked with this key, as bh_questions_ask() gives it. Rejects with
 * BH_ERROR_QUESTION_NOT_FOUND when there is none. */
DexFuture *bh_questions_await (BhQuestions *self, const char *key) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer none) */
BhJournal *bh_questions_get_journal (BhQuestions *self);
/* signal: "withdrawing" (BhQuestions *): the Run ends; what is staged now is in the same transaction. */

/* The question that was asked with this key, if it is open, is not needed any more: stages it as withdrawn,
 * and rejects whoever waits for it. */
void bh_questions_take_back (BhQuestions *self, const char *key);

/* Staged: what is asked with this key from now on is another question. */
void bh_questions_forget (BhQuestions *self, const char *key);

guint bh_questions_count_open (BhQuestions *self);
/* Fewer are open than may be. */
gboolean bh_questions_may_ask (BhQuestions *self);
/* The Run ends: stages every open set as withdrawn. After the commit call bh_questions_close(). */
void bh_questions_withdraw (BhQuestions *self);
/* Rejects everybody who waits, and whoever asks later. `why` NULL: the Run ended (BH_ERROR_QUESTION_CLOSED);
 * else the driver lets go of a Run whose questions stay open. */
void bh_questions_close (BhQuestions *self, const GError *why);

G_END_DECLS

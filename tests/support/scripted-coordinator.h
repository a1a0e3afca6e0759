/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A coordinator played by the test: the HTTP API on a Unix socket, in a thread of its own. What it says is
 * set by the functions here, each of which is told to whoever listens as the real one does: journaled with a
 * seq in the Run's stream, and in /v1/events. Faults are set by path.
 *
 * All functions may be called from any thread; each returns when it is in effect. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct _ScriptedCoordinator ScriptedCoordinator;

ScriptedCoordinator *scripted_coordinator_new (void);
void scripted_coordinator_free (ScriptedCoordinator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ScriptedCoordinator, scripted_coordinator_free)
const char *scripted_coordinator_get_socket (ScriptedCoordinator *self);
/* Where requests are answered "not ready" (503) and streams end, as when it is killed; and back. */
void scripted_coordinator_set_down (ScriptedCoordinator *self, gboolean down);
/* What /v1/info says of the API's version; 1 at first. */
void scripted_coordinator_set_api (ScriptedCoordinator *self, int api);

/* --- what there is --- */

/* A Run with that id and state, created so many seconds ago. (transfer full) */
BhRun *scripted_run_new (const char *id, BhRunState state, gint64 seconds_ago);
/* Adds or changes a Run (not taken); its rows and last_seq are counted here. */
void scripted_coordinator_put_run (ScriptedCoordinator *self, const BhRun *run);
void scripted_coordinator_set_state (ScriptedCoordinator *self, const char *run_id, BhRunState state);
/* `quietly`: nobody is told, as if it happened while nobody listened. */
void scripted_coordinator_delete_run (ScriptedCoordinator *self, const char *run_id, gboolean quietly);
/* So many rows "step N", made when they are asked for, with an event each. */
void scripted_coordinator_set_rows (ScriptedCoordinator *self, const char *run_id, guint n);
/* Appends a row, `row->n` is set, or changes one that is there; not taken. */
void scripted_coordinator_add_row (ScriptedCoordinator *self, const char *run_id, BhRow *row);
void scripted_coordinator_put_row (ScriptedCoordinator *self, const char *run_id, const BhRow *row);
/* `n` steps that begin and end in one go: 2 * n events. */
void scripted_coordinator_add_steps (ScriptedCoordinator *self, const char *run_id, guint n);
void scripted_coordinator_append (
    ScriptedCoordinator *self, const char *run_id, guint64 row, BhPart part, const char *text);
void scripted_coordinator_put_question (ScriptedCoordinator *self, const BhQuestionSet *set);
void scripted_coordinator_put_message (ScriptedCoordinator *self, const BhMessage *message);
void scripted_coordinator_put_worker (ScriptedCoordinator *self, const BhWorkerInfo *info);
void scripted_coordinator_put_engine (ScriptedCoordinator *self, const BhEngineInfo *info);
void scripted_coordinator_put_box (ScriptedCoordinator *self, const BhBoxInfo *info);
/* A question set with one single-choice question of two options, open. (transfer full) */
BhQuestionSet *scripted_question_new (const char *id, const char *run_id, guint64 row);

/* --- faults --- */

/* The next `times` requests "METHOD /path" (a prefix) get this status and body (JSON). */
void scripted_coordinator_fail (
    ScriptedCoordinator *self, const char *request, guint status, const char *body, guint times);
/* Requests "METHOD /path" (a prefix) are not answered until NULL is held. */
void scripted_coordinator_hold (ScriptedCoordinator *self, const char *request);
/* Sends these bytes down every stream whose path begins so, as they are. */
void scripted_coordinator_send (ScriptedCoordinator *self, const char *path, const char *bytes);
/* Ends every such stream once all was sent. */
void scripted_coordinator_hang_up (ScriptedCoordinator *self, const char *path);

/* --- what was asked --- */

/* How many requests "METHOD /path…" began so. */
guint scripted_coordinator_count (ScriptedCoordinator *self, const char *request);
guint scripted_coordinator_count_streams (ScriptedCoordinator *self, const char *path);
/* The body of the last one that had one; NULL: none. (transfer full) */
char *scripted_coordinator_last_body (ScriptedCoordinator *self);
guint64 scripted_coordinator_last_seq (ScriptedCoordinator *self, const char *run_id);

G_END_DECLS

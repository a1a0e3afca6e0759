/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a Run's journal knows of the parts of its work that its engine gave to other engines: which may be
 * given any, which one is at work, what it reported. A delegation has a key of bh_mcp_begin_wait(): asked for
 * again it is the same one, as long as its report was not used up. One engine at a time. Everything here
 * stages. */

#include "coordinator/runs/bh-state-view.h"

G_BEGIN_DECLS

/* --- who may be delegated to --- */

/* `engines` (nullable): "ID NAME" each, found in the box when it was launched. `asking` (nullable): ids of
 * those that are signed in only at home. */
void bh_mcp_set_engines (BhJournal *journal, const char *const *engines, const char *const *asking);
/* (transfer full) as they were set; empty when there is nobody */
char **bh_mcp_get_engines (BhJournal *journal);
/* (transfer full) (nullable) the name of one of them */
char *bh_mcp_engine_name (BhJournal *journal, const char *id);
/* It has to be let in the person's sign-in before it is started. */
gboolean bh_mcp_engine_is_asking (BhJournal *journal, const char *id);

/* --- the one at work --- */

typedef struct
{
  char *key;
  char *engine; /* id */
  char *name;
  char *instructions;
  gint64 turn; /* of that engine in this Run, from 1 */
  guint64 row; /* the step on the timeline */
} BhDelegation;
void bh_delegation_free (BhDelegation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhDelegation, bh_delegation_free)

/* (transfer full) (nullable) */
BhDelegation *bh_delegation_get_current (BhJournal *journal);
gboolean bh_delegation_is_at_work (BhJournal *journal);
/* The engine of these states works for another one, and has no part at the moment. */
gboolean bh_delegation_is_over (BhStateView *states);
/* Only when nobody is at work. */
void bh_delegation_begin (BhJournal *journal, const char *key, const char *engine, const char *instructions);
/* The one at work is done with its part, or could not do it: `report` says what or why. */
void bh_delegation_end (BhJournal *journal, gboolean failed, const char *report);

/* (transfer full) the words are what a part is known by: its digest for bh_mcp_begin_wait() */
char *bh_delegation_digest (const char *engine, const char *instructions);
/* It is one of a part, and not of questions. */
gboolean bh_delegation_is_digest (const char *digest);

/* (transfer full) (nullable) in words for the engine that delegated; NULL: not there yet, or not known */
char *bh_delegation_get_report (BhJournal *journal, const char *key, gboolean *failed);
/* It was begun, and its report was not used up. */
gboolean bh_delegation_is_known (BhJournal *journal, const char *key);
void bh_delegation_forget (BhJournal *journal, const char *key);
/* Nobody is at work any more, and no engine's questions are of any meaning. */
void bh_delegation_run_ended (BhJournal *journal);

/* --- for the engine that delegated --- */

/* Some report has not been given to it. */
gboolean bh_delegation_is_owed (BhStateView *states);
/* There is one, and no call waits for it. */
gboolean bh_delegation_has_report (BhStateView *states);
/* (transfer full) (nullable) the oldest of these, from now on given */
char *bh_delegation_take_report (BhStateView *states);

G_END_DECLS

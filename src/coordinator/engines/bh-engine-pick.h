/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Which engine works on a Run, and why that one. Pure: it sees what was found, and says what to do. */

#include "coordinator/engines/bh-engine-probe.h"

G_BEGIN_DECLS

#define BH_ENGINE_AUTO "auto"

typedef struct
{
  char *id;
  char *name;
  char *why;        /* "Codex 0.169.0 – found at /usr/bin/codex; not found: Claude Code – Plan" */
  gboolean sign_in; /* signed in only by what the person has at home */
  char **others;    /* (nullable) "ID NAME" of the others that it may delegate to; a CLI's only */
  char **asking;    /* (nullable) ids of those of them that are signed in only at home */
} BhPick;
void bh_pick_free (BhPick *self);
#define BH_TYPE_PICK (bh_pick_get_type ())
GType bh_pick_get_type (void);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhPick, bh_pick_free)

gboolean bh_engine_is_runbook (const BhEngineFile *file);
/* "NAME=" in an engine's file: a variable of that name is not for this engine, wherever it comes from. */
gboolean bh_engine_hides (const BhEngineFile *file, const char *name);
/* Nothing is known against it: a key that it is given in `env` (nullable, name -> value), a file, its own
 * word, a sign-in at home that may be let in or asked for, or it needs none. */
gboolean bh_engine_is_signed_in (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env);
/* Its check may say otherwise than what is known without it. */
gboolean bh_engine_needs_check (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env);
/* Why it cannot be used, NULL if it can. `found` NULL: nothing is known yet. */
char *bh_engine_why_not (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env);
/* The same as one of BH_WHY_NOT_…, for programs. */
const char *bh_engine_why_not_code (const BhEngineFile *file, const BhEngineFound *found, GHashTable *env);

/* `files`: BhEngineFile, best rank first; `founds`: BhEngineFound of those that were looked for; `id`: of one
 * of them or "auto"; `blocks`: how many the instructions hold. Errors are BH_ERROR_ENGINE_NOT_FOUND,
 * _ENGINE_SIGNED_OUT and _NOTHING_TO_RUN: what was looked for, and how to get it. */
BhPick *bh_engine_choose (
    GPtrArray *files, GPtrArray *founds, GHashTable *env, const char *id, int blocks, GError **error);
/* Those besides the picked one that can work, too. */
void bh_pick_add_others (BhPick *self, GPtrArray *files, GPtrArray *founds, GHashTable *env);

BhEngineFound *bh_engine_found_lookup (GPtrArray *founds, const char *id);

G_END_DECLS

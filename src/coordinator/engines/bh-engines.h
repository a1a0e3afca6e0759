/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The engines this coordinator knows: keyfiles in data/engines/, overridden in
 * $XDG_CONFIG_HOME/bellhop/engines/. */

#include "coordinator/engines/bh-engine.h"
#include "coordinator/engines/bh-engine-pick.h"
#include "coordinator/keys/bh-keys.h"
#include "coordinator/engines/bh-sign-ins.h"
#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

#define BH_TYPE_ENGINES (bh_engines_get_type ())
G_DECLARE_FINAL_TYPE (BhEngines, bh_engines, BH, ENGINES, GObject)

/* Loads the keyfiles; a bad one is logged with its path, key and what is wrong, and left out. */
BhEngines *bh_engines_new (void);
/* From now on sign-ins at home count, as far as they may. */
void bh_engines_use_sign_ins (BhEngines *self, BhSignIns *sign_ins);
GPtrArray *bh_engines_list (BhEngines *self); /* (transfer full) BhEngineInfo by rank */
/* (transfer none) (nullable) alive as long as `self` */
const BhEngineFile *bh_engines_get_file (BhEngines *self, const char *id);
/* (transfer none) names of programs that a box should have, for BhLaunch */
const char *const *bh_engines_get_programs (BhEngines *self);
gboolean bh_engines_knows (BhEngines *self, const char *id);
/* Where keys are stored: an engine whose key is there counts as signed in. */
void bh_engines_set_keys (BhEngines *self, BhKeys *keys);
/* (transfer none) every key of every engine, by the names of environment variables */
const char *const *bh_engines_get_key_names (BhEngines *self);
/* (transfer full) ids of those that take this key */
char **bh_engines_with_key (BhEngines *self, const char *name);

/* What can be said before there is a box: BH_ERROR_ENGINE_NOT_FOUND for an unknown id,
 * BH_ERROR_NOTHING_TO_RUN for the runbook engine with instructions that hold no block. */
gboolean bh_engines_check (BhEngines *self, const char *id, const char *instructions, GError **error);

/* Finds the engine in the box: `id` or "auto". `env` (nullable): what the engine will be given, name ->
 * value. `may_ask`: the person can be asked whether a sign-in may be let in. Rejects with
 * BH_ERROR_ENGINE_NOT_FOUND or _ENGINE_SIGNED_OUT, saying what was looked for and how to get one, or
 * BH_ERROR_NOTHING_TO_RUN. Resolves a BhPick. `box` NULL: only what is built in can be found. */
DexFuture *bh_engines_pick (BhEngines *self,
                            BhBox *box,
                            const char *id,
                            const char *instructions,
                            GHashTable *env,
                            gboolean may_ask) G_GNUC_WARN_UNUSED_RESULT;

/* Looks for all engines in a box made for that from the image, unless it did less than a minute ago and that
 * is good enough (`fresh` FALSE). Resolves TRUE; rejects when there can be no box. */
DexFuture *bh_engines_look (BhEngines *self,
                            BhWorkers *workers,
                            const char *worker,
                            const char *image,
                            gboolean fresh) G_GNUC_WARN_UNUSED_RESULT;
/* A box of that id was made to look for engines, by a coordinator that did not live to remove it. */
gboolean bh_engines_is_left_behind (const char *box_id);
/* (transfer full) BhEngineInfo by rank, with what the last look or pick found there, and the keys that were
 * stored when somebody asked last. */
GPtrArray *bh_engines_list_found (BhEngines *self, const char *worker, const char *image);
/* (transfer full) the adapter for an engine that was picked */
BhEngine *bh_engines_create (BhEngines *self, const char *id, GError **error);

G_END_DECLS

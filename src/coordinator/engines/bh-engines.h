/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The engines this coordinator knows: keyfiles in data/engines/, overridden in
 * $XDG_CONFIG_HOME/bellhop/engines/. */

#include "coordinator/engines/bh-engine.h"

G_BEGIN_DECLS

#define BH_TYPE_ENGINES (bh_engines_get_type ())
G_DECLARE_FINAL_TYPE (BhEngines, bh_engines, BH, ENGINES, GObject)

/* Loads the keyfiles; a bad one is logged with its path, key and what is wrong, and left out. */
BhEngines *bh_engines_new (void);
GPtrArray *bh_engines_list (BhEngines *self); /* (transfer full) BhEngineInfo by rank */
gboolean bh_engines_knows (BhEngines *self, const char *id);

/* What can be said before there is a box: BH_ERROR_ENGINE_NOT_FOUND for an unknown id,
 * BH_ERROR_NOTHING_TO_RUN for the runbook engine with instructions that hold no block. */
gboolean bh_engines_check (BhEngines *self, const char *id, const char *instructions, GError **error);

typedef struct
{
  char *id;
  char *name;
  char *why; /* "Runbook – the instructions hold 4 blocks" */
} BhPick;
void bh_pick_free (BhPick *self);
#define BH_TYPE_PICK (bh_pick_get_type ())
GType bh_pick_get_type (void);
/* Finds the engine in the box: `id` or "auto". Rejects with BH_ERROR_ENGINE_NOT_FOUND, saying what was looked
 * for and how to get one, or BH_ERROR_NOTHING_TO_RUN. Resolves a BhPick. */
DexFuture *bh_engines_pick (BhEngines *self, BhBox *box, const char *id, const char *instructions)
    G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) the adapter for an engine that was picked */
BhEngine *bh_engines_create (BhEngines *self, const char *id, GError **error);

G_END_DECLS

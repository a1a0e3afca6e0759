/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What engines are called. Records name them by their ids; names come with the engines that a coordinator
 * lists, which may be after the first rows are shown. One table for all connections: rows and questions say
 * no more than an id. What was learnt stays, since old Runs still name engines that have gone.
 *
 * Names are foreign text: one line, not long, no markup. */

#include <glib-object.h>

G_BEGIN_DECLS

/* bytes of a name */
#define BH_ENGINE_NAME_MAX 64

/* Signal "changed": an engine is called something else than before. */
#define BH_TYPE_ENGINE_NAMES (bh_engine_names_get_type ())
G_DECLARE_FINAL_TYPE (BhEngineNames, bh_engine_names, BH, ENGINE_NAMES, GObject)

/* (transfer none): the one there is. */
BhEngineNames *bh_engine_names_get (void);
/* BhEngineInfo. On the main loop's thread. */
void bh_engine_names_learn (GPtrArray *infos);
/* “Claude Code – API credits”. On any thread. (transfer full) (nullable): not known */
char *bh_engine_names_lookup (const char *id);
/* As who says something: “Claude Code”, without what only tells variants apart. On any thread.
 * (transfer full) (nullable): not known */
char *bh_engine_names_lookup_author (const char *id);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Who is to do the work: found by itself, or one engine. */

#include "app/composer/bh-choice-row.h"

G_BEGIN_DECLS

/* What is selected is an engine's id or "auto". */
#define BH_TYPE_ENGINE_ROW (bh_engine_row_get_type ())
G_DECLARE_FINAL_TYPE (BhEngineRow, bh_engine_row, BH, ENGINE_ROW, BhChoiceRow)

/* The coordinator whose engines there are to choose from; nullable. */
void bh_engine_row_set_connection (BhEngineRow *self, BhConnection *connection);
/* Where the Run is to work: engines are looked for there. Either NULL: that is not known, and neither is what
 * will be found. */
void bh_engine_row_set_target (BhEngineRow *self, const char *worker, const char *image);
/* NULL, or why the engine that is chosen cannot be had, as far as that is known now. (transfer full) */
char *bh_engine_row_get_problem (BhEngineRow *self);

G_END_DECLS

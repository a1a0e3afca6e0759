/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Where a Run is written. */

#include <adwaita.h>

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Keeps a draft (in the person's data folder) when it is closed with text. Server errors land on the row they
 * name. Signal "created" (BhConnection, BhRun). */
#define BH_TYPE_COMPOSER_DIALOG (bh_composer_dialog_get_type ())
G_DECLARE_FINAL_TYPE (BhComposerDialog, bh_composer_dialog, BH, COMPOSER_DIALOG, AdwDialog)

BhComposerDialog *bh_composer_dialog_new (BhConnections *connections, GSettings *settings);
/* Instead of the draft: the fields of another Run, or the text of a recipe. */
void bh_composer_dialog_fill (BhComposerDialog *self, BhRun *like);
void bh_composer_dialog_set_instructions (BhComposerDialog *self, const char *name, const char *instructions);

G_END_DECLS

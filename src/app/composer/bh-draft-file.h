/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The draft on disk: $XDG_DATA_HOME/bellhop/draft.json. */

#include <libdex.h>

#include "app/composer/bh-draft.h"

G_BEGIN_DECLS

/* Signal "failed" (string): it could not be written; a sentence for the person. */
#define BH_TYPE_DRAFT_FILE (bh_draft_file_get_type ())
G_DECLARE_FINAL_TYPE (BhDraftFile, bh_draft_file, BH, DRAFT_FILE, GObject)

/* (transfer full): the one that somebody has already, so that what one composer still writes is what the next
 * one reads; else a new one. */
BhDraftFile *bh_draft_file_get (void);
/* Resolves a BhDraft, a blank one when there is none. One that cannot be read is kept as draft.json.bad, and
 * the future rejects with a sentence for the person. */
DexFuture *bh_draft_file_load (BhDraftFile *self) G_GNUC_WARN_UNUSED_RESULT;
/* Writes it on a thread, never half; NULL: removes it. The last one wins. The application goes on until it is
 * done. */
void bh_draft_file_save (BhDraftFile *self, BhDraft *draft);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The secret values of one Run, and how they are hidden in what is stored of it. What has to
 * be held back, because a value may begin there, is remembered without its bytes: as how many bytes of which
 * value they are. */

#include <json-glib/json-glib.h>

#include "coordinator/runs/bh-mask.h"

G_BEGIN_DECLS

typedef struct _BhRunMask BhRunMask;

BhRunMask *bh_run_mask_new (void);
void bh_run_mask_free (BhRunMask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhRunMask, bh_run_mask_free)

/* One more value. What was hidden once stays hidden. */
void bh_run_mask_add (BhRunMask *self, const char *value);
/* (transfer none) (nullable) NULL: there is nothing to hide */
const BhMask *bh_run_mask_get (BhRunMask *self);

/* "LENGTH DIGEST" for bytes that bh_mask_apply() left over; with what comes before them and is no part of a
 * value, but is kept with them, as BASE64 behind that. (transfer full) (nullable) */
char *bh_run_mask_describe (BhRunMask *self, const guint8 *bytes, gsize length, gsize before);
/* The bytes again; asterisks if the value is not known any more, or is another one now. `description` NULL:
 * none. (transfer full) */
GByteArray *bh_run_mask_recall (BhRunMask *self, const char *description);

G_END_DECLS

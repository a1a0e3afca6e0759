/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Hides secret values in what programs print. A value becomes as many asterisks as it has bytes, so offsets
 * stay what they are. How the output is cut into chunks makes no difference. */

#include <glib.h>

G_BEGIN_DECLS

/* Shorter ones are not hidden: they would make output unreadable, and are no secrets. */
#define BH_MASK_LEAST 6
#define BH_MASK_MOST 65536

typedef struct _BhMask BhMask;

/* Values: NULL-terminated, up to 64 KiB each; what is too short or too long is left out. NULL when none is
 * left. */
BhMask *bh_mask_new (const char *const *values);
BhMask *bh_mask_ref (BhMask *self);
void bh_mask_unref (BhMask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhMask, bh_mask_unref)

/* Hides values in `bytes`, and returns how many of them, from the beginning, are done. The rest, always less
 * than the longest value, is the beginning of one: it is as it was, and is to come again with what follows;
 * `last`: nothing will, so all is done, and a value that is cut off there is hidden if more than half of it
 * is there. Of values that overlap, the one that begins first is hidden whole (the longer of two that begin
 * together), and then what follows it is looked at. `self` NULL: nothing is to be hidden. */
gsize bh_mask_apply (const BhMask *self, guint8 *bytes, gsize length, gboolean last);

/* A text that is whole: (transfer full) */
char *bh_mask_text (const BhMask *self, const char *text);
/* A JSON text of ours, and what it tells of others is in strings: hides values in these, and leaves numbers
 * and the names of members as they are, whatever somebody's key is like. Where nothing is to be hidden it is
 * the same text. What is no JSON is a text. (transfer full) */
char *bh_mask_json (const BhMask *self, const char *text);

/* Frees a secret, and leaves nothing of it behind in freed memory. */
void bh_mask_wipe (char *value);

G_END_DECLS

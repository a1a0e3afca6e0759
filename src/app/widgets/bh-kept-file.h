/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A file below $XDG_DATA_HOME/bellhop with what a person wrote and nobody has yet: JSON, for nobody else's
 * eyes (0600). It is read and written on threads, and never half. */

#include <json-glib/json-glib.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Signal "failed" (string): it could not be written; a sentence for the person. */
#define BH_TYPE_KEPT_FILE (bh_kept_file_get_type ())
G_DECLARE_FINAL_TYPE (BhKeptFile, bh_kept_file, BH, KEPT_FILE, GObject)

/* On a thread. `node` NULL: there is no file. (transfer full) (nullable): NULL with the error */
typedef gpointer (*BhKeptDecode) (JsonNode *node, GError **error);
/* On a thread. (transfer full) */
typedef JsonNode *(*BhKeptEncode) (gconstpointer data);

/* `owner`: the object that has it, borrowed. It stays while something is written: whoever asks for what it
 * keeps asks that one, and not a file that is not written yet. */
BhKeptFile *bh_kept_file_new (const char *name, gpointer owner);
/* Resolves what `decode` made of it, a boxed `type`. A file that cannot be read is kept with “.bad” behind
 * its name, and the future rejects with a sentence for the person. */
DexFuture *bh_kept_file_read (BhKeptFile *self, GType type, BhKeptDecode decode) G_GNUC_WARN_UNUSED_RESULT;
/* `data` (transfer full) is not changed any more; NULL: removes the file. The last one wins. The application
 * goes on until it is done. */
void bh_kept_file_write (BhKeptFile *self, BhKeptEncode encode, gpointer data, GDestroyNotify destroy);

G_END_DECLS

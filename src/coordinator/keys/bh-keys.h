/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The API keys of engines, by the name of the environment variable that hands them over. They lie in the
 * Secret Service if there is one when this is first asked, else in a file of their own; keys in that file are
 * found in both cases. As long as it is not known whether there is one, all fails. Nothing is kept in memory.
 * Main context only. */

#include <libdex.h>

#include "protocol/bh-error.h"

G_BEGIN_DECLS

#define BH_KEY_NAME_MAX 128
#define BH_KEY_VALUE_MAX 16384

#define BH_TYPE_KEYS (bh_keys_get_type ())
G_DECLARE_FINAL_TYPE (BhKeys, bh_keys, BH, KEYS, GObject)

/* `path`: of the file. */
BhKeys *bh_keys_new (const char *path);

/* What an environment variable can be called. */
gboolean bh_key_name_is_valid (const char *name);
/* 1 to BH_KEY_VALUE_MAX bytes of UTF-8 without control characters. BH_ERROR_INVALID_FIELD, "value". */
gboolean bh_key_value_check (const char *value, GError **error);

#define BH_KEYS_IN_SERVICE "secret-service"
#define BH_KEYS_IN_FILE "file"

/* Resolves one of these, the same as long as this lives. Rejects when that cannot be known now. */
DexFuture *bh_keys_stored_in (BhKeys *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves a boxed GStrv: which keys there are. Nobody is asked to unlock anything. Rejects when that cannot
 * be known. */
DexFuture *bh_keys_names (BhKeys *self) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer none) what bh_keys_names() resolved last */
const char *const *bh_keys_last_names (BhKeys *self);
/* Resolves a boxed GHashTable, name -> value, of those of `names` that there are. Rejects when there is one
 * whose value cannot be had, with what to do. Takes a bounded time, whoever has to unlock something. */
DexFuture *bh_keys_lookup (BhKeys *self, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;
/* The same for those that were stored when bh_keys_stored_in() resolved `place` once, perhaps for another
 * process: rejects if what was in the service cannot be had without it. */
DexFuture *
bh_keys_lookup_in (BhKeys *self, const char *const *names, const char *place) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE once it is stored. */
DexFuture *bh_keys_set (BhKeys *self, const char *name, const char *value) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves TRUE, also when there was none. */
DexFuture *bh_keys_remove (BhKeys *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Keys in a file of their own: a keyfile with one group [Keys], mode 0600. Both wait for the disk: not for
 * the main thread. */

#include <glib.h>

G_BEGIN_DECLS

/* name -> value; empty when there is no file. What a file holds that is no key is an error, which names the
 * file and never a value. A file that others may read is made private. */
GHashTable *bh_keys_file_read (const char *path, GError **error);
/* Sets or, `value` NULL, removes one key, and leaves the rest of the file as it is. What cannot be read is
 * not replaced. */
gboolean bh_keys_file_change (const char *path, const char *name, const char *value, GError **error);

/* For keys: name -> value, which is wiped. */
GHashTable *bh_keys_table_new (void);

G_END_DECLS

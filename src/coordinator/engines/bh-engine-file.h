/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One keyfile that describes an engine: ID.engine with a group [Engine] and the keys Name, Protocol and Rank
 * (smaller is tried first by `auto`). Unknown groups and keys are refused, so a typo is never silently
 * ignored. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *id; /* the file's name: lower-case letters, digits and - */
  char *name;
  char *protocol;
  int rank;
} BhEngineFile;

void bh_engine_file_free (BhEngineFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhEngineFile, bh_engine_file_free)

/* Errors name the path, the key and what is wrong with it. */
BhEngineFile *bh_engine_file_load (const char *path, GError **error);

G_END_DECLS

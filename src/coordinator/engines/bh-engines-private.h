/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/engines/bh-engines.h"

G_BEGIN_DECLS

struct _BhEngines
{
  GObject parent_instance;

  GPtrArray *files;    /* BhEngineFile, best rank first */
  char **programs;     /* what they are called */
  char **key_names;    /* of all of them, each once */
  GHashTable *known;   /* by worker and image, what was found */
  BhSignIns *sign_ins; /* (nullable) */
  BhKeys *keys;        /* (nullable) */
};

GHashTable *bh_engines_known_new (void);
/* FALSE for an id that is neither "auto" nor an engine. */
gboolean bh_engines_check_id (BhEngines *self, const char *id, GError **error);
/* Number of runnable blocks; -1 when the instructions cannot be read. */
int bh_engines_count_blocks (const char *instructions, GError **error);

G_END_DECLS

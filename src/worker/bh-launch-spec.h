/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the coordinator wants of a box. */

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *id; /* b_… */
  char *image;
  char *network;        /* "open", "offline" */
  guint64 memory_bytes; /* 0: the worker's default */
  double cpus;          /* 0: no limit */
  guint pids;           /* 0: the worker's default */
  char **programs;      /* (nullable) names: those of them that the person has at home are let in */
} BhLaunchSpec;

/* Reads the params of box.launch into `self`, which is all zero: BH_ERROR_INVALID_FIELD. */
gboolean bh_launch_spec_read (BhLaunchSpec *self, JsonObject *params, GError **error);
void bh_launch_spec_clear (BhLaunchSpec *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BhLaunchSpec, bh_launch_spec_clear)

G_END_DECLS

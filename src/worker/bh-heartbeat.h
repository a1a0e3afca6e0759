/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Measures the machine for worker.heartbeat. */
typedef struct
{
  guint64 busy, total; /* of the last look at /proc/stat, in clock ticks */
} BhHeartbeat;

/* The params: cpu_load since the last call (0 … 1), memory, and the disk that holds `folder`; bytes. */
JsonNode *bh_heartbeat_measure (BhHeartbeat *self, const char *folder, guint boxes);

G_END_DECLS

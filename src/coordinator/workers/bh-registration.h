/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a worker says of itself first: the params of worker.register. */

#include <json-glib/json-glib.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct
{
  BhWorkerInfo *info;
  GPtrArray *boxes; /* BhBoxInfo */
  guint64 pid;      /* 0: it did not say */
} BhRegistration;

/* Replaces what was there. FALSE with BH_ERROR_VERSION_MISMATCH or BH_ERROR_INVALID_FIELD, changing nothing.
 */
gboolean bh_registration_read (BhRegistration *self, JsonObject *params, GError **error);
void bh_registration_clear (BhRegistration *self);

/* A box as a worker describes it; NULL when it makes no sense. */
BhBoxInfo *bh_registration_parse_box (JsonNode *node, const char *worker);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/engines/bh-engines.h"
#include "coordinator/keys/bh-keys.h"
#include "coordinator/placement/bh-slots.h"
#include "coordinator/runs/bh-removals.h"
#include "coordinator/store/bh-store.h"
#include "coordinator/workers/bh-workers.h"

G_BEGIN_DECLS

typedef struct _BhRunTable BhRunTable;

/* What every Run works with. Owned by the coordinator, which outlives all of them. */
typedef struct
{
  BhStore *store;
  BhWorkers *workers;
  BhEngines *engines;
  BhSignIns *sign_ins;
  BhKeys *keys; /* of engines */
  BhSlots *slots;
  BhRunTable *table;
} BhRunContext;

G_END_DECLS

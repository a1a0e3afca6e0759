/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the store's writer reads of a change. */

#include "coordinator/store/bh-change.h"

G_BEGIN_DECLS

/* Two deltas that follow each other are one as long as they stay below this. */
#define BH_DELTA_MAX (256 * 1024)

/* Where a delta's bytes belong; of other events only `is_delta` (FALSE) means anything. */
typedef struct
{
  gboolean is_delta;
  BhPart part;
  gint64 at;
  guint64 row;
  guint64 offset;
  guint64 length;
  GByteArray *growing; /* while more than one delta has gone into it: the bytes */
} BhPlace;

typedef struct
{
  guint64 row;
  BhPart part;
  guint64 from, to;
} BhElision;

typedef struct
{
  char *key;
  char *value; /* (nullable): forget it */
} BhStateValue;

struct _BhChange
{
  gatomicrefcount references;
  char *run_id;
  BhRun *run; /* (nullable) */
  gboolean creates, deletes, sealed;
  char *env; /* (nullable) JSON */
  char *network;
  char *idempotency_key, *request_digest;
  GPtrArray *events; /* BhEvent */
  GArray *places;    /* BhPlace, one for each event */
  GPtrArray *rows;   /* BhRow, each n once */
  GPtrArray *questions, *messages;
  GArray *elisions; /* BhElision */
  GArray *states;   /* BhStateValue, each key once */
};

/* After this the change is only read, on any thread. */
void bh_change_seal (BhChange *self);

G_END_DECLS

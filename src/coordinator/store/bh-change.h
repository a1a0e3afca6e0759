/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* One transaction on one Run, put together in memory: what happened, and what has to be remembered with it. A
 * BhChange knows no SQL; bh-store.c turns it into some. All of it is committed, or nothing. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct _BhChange BhChange;

BhChange *bh_change_new (const char *run_id);
BhChange *bh_change_ref (BhChange *self);
void bh_change_unref (BhChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhChange, bh_change_unref)

const char *bh_change_get_run_id (BhChange *self);
gboolean bh_change_is_empty (BhChange *self);

/* The Run's first transaction. `env` (nullable) holds the values; `idempotency_key` (nullable) and the digest
 * of the request it came with. */
void bh_change_create_run (BhChange *self,
                           BhRun *run,
                           GHashTable *env,
                           const char *network,
                           const char *idempotency_key,
                           const char *request_digest);
/* The Run's record as it is from now on. Also published to whoever watches all Runs. */
void bh_change_put_run (BhChange *self, BhRun *run);
/* A line of the journal; takes `event`. Its seq must be the next one of its Run. A second delta in a row for
 * the same row and part, which continues the first, is merged into it as long as both stay below 256 KiB; the
 * merged event keeps the first one's seq. Returns FALSE when it was merged (the seq was not used up). */
gboolean bh_change_add_event (BhChange *self, BhEvent *event, guint64 row, BhPart part, guint64 offset);
void bh_change_put_row (BhChange *self, BhRow *row);
void bh_change_put_question (BhChange *self, BhQuestionSet *set);
void bh_change_put_message (BhChange *self, BhMessage *message);
/* Forget the stored bytes of a part in [from, to): whole chunks only, so at the edges some may stay. */
void bh_change_elide (BhChange *self, guint64 row, BhPart part, guint64 from, guint64 to);
/* What a driver or engine needs to go on after a restart, by key. NULL removes. */
void bh_change_set_state (BhChange *self, const char *key, const char *value);
/* The Run, its journal, rows, bytes, questions and messages go. */
void bh_change_delete_run (BhChange *self);

/* For publishing, after the commit. */
GPtrArray *bh_change_get_events (BhChange *self);    /* (element-type BhEvent) */
BhRun *bh_change_get_run (BhChange *self);           /* (nullable) */
GPtrArray *bh_change_get_questions (BhChange *self); /* (element-type BhQuestionSet) */
gboolean bh_change_deletes_run (BhChange *self);

G_END_DECLS

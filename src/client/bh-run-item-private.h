/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "client/bh-run-item.h"

G_BEGIN_DECLS

/* The connection is not held. */
BhRunItem *bh_run_item_new (BhConnection *connection, BhRun *run);
/* Exchanges the record unless it is older than what is known. TRUE: it was taken. The instructions that are
 * known stay where `run` has none. With `mark` the item becomes unread when it now needs you or is over. */
gboolean bh_run_item_set_run (BhRunItem *self, BhRun *run, gboolean mark);
/* TRUE: it was not known like that. Open sets are remembered until they are closed. */
gboolean bh_run_item_take_question (BhRunItem *self, BhQuestionSet *set);
gboolean bh_run_item_has_questions (BhRunItem *self);
void bh_run_item_set_removed (BhRunItem *self);

/* When today and yesterday began, local time, in µs since 1970, and when tomorrow begins. */
typedef struct
{
  gint64 yesterday, today, tomorrow;
} BhDays;
void bh_days_init (BhDays *self, gint64 now);
BhSection bh_section_of (const BhRun *run, const BhDays *days);
/* The order of a list, not looking at days: <0: `a` stands first. */
int bh_run_compare (const BhRun *a, const BhRun *b);

G_END_DECLS

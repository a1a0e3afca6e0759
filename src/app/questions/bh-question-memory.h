/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What was entered for question sets and not yet sent, for as long as the connection they came by is there.
 */

#include "client/bh-connection.h"

G_BEGIN_DECLS

typedef struct
{
  guint page;
  GPtrArray *choices; /* BhChoice */
} BhQuestionMemory;

/* `choices`: BhChoice (transfer full). */
void bh_question_memory_keep (BhConnection *connection, const char *set_id, guint page, GPtrArray *choices);
/* (transfer none) (nullable) */
const BhQuestionMemory *bh_question_memory_find (BhConnection *connection, const char *set_id);
void bh_question_memory_forget (BhConnection *connection, const char *set_id);

G_END_DECLS

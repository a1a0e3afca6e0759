/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a person answers, as it is given to the coordinator. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* (transfer full) The open set as answered now by these answers, a body of POST /v1/runs/ID/answers, foreign.
 * NULL with what is wrong with them. */
BhQuestionSet *bh_answers_check (BhQuestionSet *open, JsonObject *object, const char *by, GError **error);

G_END_DECLS

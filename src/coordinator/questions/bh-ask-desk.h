/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The channels that programs in a DevBox open to /run/bellhop/box.sock: one line of JSON comes, one answer
 * goes back. Nothing of it is kept in memory alone: after a restart the box tells of its open channels again,
 * the line is read again from offset 0, and the question it led to is known by the channel's id. */

#include "coordinator/questions/bh-questions.h"
#include "coordinator/runs/bh-delegations.h"
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

/* Longest line taken. */
#define BH_ASK_LINE_MAX (1024 * 1024)
/* What all lines of one box may have together, as long as they are read or wait for their answer. */
#define BH_ASK_TOTAL_MAX (4 * 1024 * 1024)

typedef struct
{
  BhQuestionSet *set;
  gboolean json; /* the answer as JSON instead of text */
} BhAsk;
void bh_ask_free (BhAsk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhAsk, bh_ask_free)

/* {"kind":"ask","set":{…},"format":"text"|"json"}, without the newline. Foreign bytes. NULL with error. */
BhAsk *bh_ask_parse (GBytes *line, GError **error);
/* {"kind":"mcp"}: what follows is MCP. Foreign bytes. `engine` (nullable) (transfer full): "engine", whom it
 * speaks for, or NULL. */
gboolean bh_ask_is_mcp (GBytes *line, char **engine);
/* What the program reads: "answered\n…", "declined\n…", "unavailable\n…" or "error\n…". One of `set` and
 * `error`. */
char *bh_ask_reply (const BhAsk *ask, BhQuestionSet *set, const GError *error);

#define BH_TYPE_ASK_DESK (bh_ask_desk_get_type ())
G_DECLARE_FINAL_TYPE (BhAskDesk, bh_ask_desk, BH, ASK_DESK, GObject)

/* (transfer none) The desk of a box, which lives as long as the box: a channel is announced and read once,
 * but the Run may be let go of and taken up again while a program waits. */
BhAskDesk *bh_ask_desk_of_box (BhBox *box);
/* Who takes the questions from now on. NULL: nobody for the time being; programs wait. `delegations`
 * (nullable) of the same Run. */
void bh_ask_desk_set_questions (BhAskDesk *self, BhQuestions *questions, BhDelegations *delegations);

G_END_DECLS

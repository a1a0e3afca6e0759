/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A message, an answer or a withdrawal that is under way, and what becomes of the draft of its Run; whatever
 * is shown by then, and also when nothing is. */

#include "app/widgets/bh-unsent.h"
#include "client/bh-timeline.h"

G_BEGIN_DECLS

typedef struct
{
  GWeakRef composer; /* where it was written */
  BhUnsent *unsent;
  GApplication *held; /* (nullable): a weak pointer */
  char *key;          /* bh_chat_sending_key() */
  char *connection_id, *run_id;
  char *text;         /* (nullable): what is sent */
  GPtrArray *choices; /* (nullable): BhChoice, of an answer */
} BhChatSending;

/* One text for each Run of each connection. (transfer full) */
char *bh_chat_sending_key (BhTimeline *timeline);
/* `text`: nullable. */
BhChatSending *
bh_chat_sending_new (gpointer composer, BhUnsent *unsent, BhTimeline *timeline, const char *text);
void bh_chat_sending_free (gpointer self);

/* Its text is the answer to the only question of `set`. (transfer full): for bh_connection_answer() */
JsonNode *bh_chat_sending_make_answer (BhChatSending *self, const BhQuestionSet *set);
/* A sentence; NULL: it has arrived all the same. (transfer full) */
char *bh_chat_sending_describe_failure (const BhChatSending *self, const GError *error);

/* It has arrived: what was sent, and no more than that, leaves the draft. */
void bh_chat_sending_drop (const BhChatSending *self);
/* Puts `text` into the draft, behind what has been written since. */
void bh_chat_sending_take_back (const BhChatSending *self, const char *text);

G_END_DECLS

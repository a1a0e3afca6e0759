/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What the person said to one Run and the engine has not taken up yet: the messages, their rows and their
 * receipts. */

#include "coordinator/runs/bh-journal.h"

G_BEGIN_DECLS

#define BH_TYPE_INBOX (bh_inbox_get_type ())
G_DECLARE_FINAL_TYPE (BhInbox, bh_inbox, BH, INBOX, GObject)

BhInbox *bh_inbox_new (BhJournal *journal);
/* A message that was queued or delivered before this object was made. Oldest first. */
void bh_inbox_add (BhInbox *self, BhMessage *message);

/* BH_ERROR_INVALID_FIELD for an empty text, BH_ERROR_TOO_LARGE. */
gboolean bh_inbox_check (const char *text, GError **error);
/* Stages a new message and its row. (transfer full) */
BhMessage *bh_inbox_post (BhInbox *self, const char *text, gboolean interrupt, const char *by);
/* (transfer full) (nullable) the oldest message that is queued, staged as delivered. One that was delivered
 * but never taken up (the coordinator died in between) comes first and again. */
BhMessage *bh_inbox_next (BhInbox *self);
/* Stages the receipt "taken up": the inbox forgets it. */
void bh_inbox_take_up (BhInbox *self, BhMessage *message);
/* Stages the withdrawal; NULL with BH_ERROR_MESSAGE_DELIVERED, or BH_ERROR_MESSAGE_NOT_FOUND if it is not in
 * here. (transfer full) */
BhMessage *bh_inbox_withdraw (BhInbox *self, const char *id, GError **error);
/* The Run ended: what was not taken up never will be. */
void bh_inbox_withdraw_all (BhInbox *self);
/* Messages that wait to be taken up. */
guint bh_inbox_count (BhInbox *self);
/* One of them is to cut short what is being done. */
gboolean bh_inbox_wants_interrupt (BhInbox *self);

G_END_DECLS

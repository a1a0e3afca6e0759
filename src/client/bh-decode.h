/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Records for showing. What a newer coordinator says in words this program does not know is shown all the
 * same: a row or a Run of an unknown kind or state is better than none. On any thread. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* Every one decodes as the codec of its record does, but for values of enumerations that are not known:
 *   row       kind → status, and the unknown word in `tool`; state → done
 *   Run       state → running, and the unknown word in `reason` after BH_UNKNOWN_STATE; mode, keep → their
 * first question  set's state → withdrawn: nothing that is not understood is answered; kind → text message
 * state → delivered */
#define BH_UNKNOWN_STATE "unknown state: "
BhRow *bh_decode_row (JsonNode *node, GError **error);
BhRun *bh_decode_run (JsonNode *node, GError **error);
BhQuestionSet *bh_decode_question_set (JsonNode *node, GError **error);
BhMessage *bh_decode_message (JsonNode *node, GError **error);

/* {"MEMBER":[…],"next":…,"total":…}, the latter two as the list has them. Boxed; immutable. */
typedef struct
{
  GPtrArray *records; /* what `decode` made of each; what cannot be read is left out */
  char *bad;          /* (nullable): a sentence about the first of those that were left out */
  char *next;         /* (nullable); none after a page that cannot be read at all: it would lead nowhere */
  guint64 total;
} BhListing;
#define BH_TYPE_LISTING (bh_listing_get_type ())
GType bh_listing_get_type (void);
BhListing *bh_listing_ref (BhListing *self);
void bh_listing_unref (BhListing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhListing, bh_listing_unref)
typedef gpointer (*BhDecodeFunc) (JsonNode *node, GError **error);
BhListing *bh_decode_listing (
    JsonNode *answer, const char *member, BhDecodeFunc decode, GDestroyNotify unref, GError **error);

/* --- events --- */

typedef enum
{
  BH_FEED_UNKNOWN, /* of a kind this program does not know */
  BH_FEED_BAD,     /* cannot be read */
  BH_FEED_HELLO,
  BH_FEED_RUN,
  BH_FEED_RUN_DELETED,
  BH_FEED_WORKER,
  BH_FEED_ROW,
  BH_FEED_DELTA,
  BH_FEED_QUESTION,
  BH_FEED_MESSAGE,
} BhFeedKind;

typedef struct
{
  guint64 seq; /* 0: has none */
  BhFeedKind kind;
  gpointer record; /* BhRun, BhWorkerInfo, BhRow, BhQuestionSet, BhMessage */
  char *text;      /* run_deleted: its id; delta: what was added, NULL: elided since; bad: why */
  gboolean missed; /* hello: events were left out */
  /* delta */
  guint64 row, offset, length;
  BhPart part;
} BhFeedEvent;

void bh_feed_event_clear (BhFeedEvent *self);
/* Never fails: what cannot be read becomes BH_FEED_BAD. `id`: "" if there is none. */
void bh_feed_event_decode (BhFeedEvent *self, const char *id, const char *kind, const char *data);

G_END_DECLS

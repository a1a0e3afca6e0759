/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "client/bh-connection-private.h"
#include "client/bh-feed.h"
#include "client/bh-row-text.h"
#include "client/bh-timeline.h"

G_BEGIN_DECLS

/* What bh-timeline*.c share. */

/* The records of BH_TIMELINE_PAGE rows. */
typedef struct
{
  guint index;
  gboolean loading;
  gboolean loaded;
  gboolean again; /* to be fetched once more: what is under way may be too old */
  char *problem;  /* (nullable) why it could not be loaded */
  BhRow *rows[BH_TIMELINE_PAGE];
  gboolean touched[BH_TIMELINE_PAGE]; /* came by an event while the page was under way: newer */
  GList link;                         /* in timeline->lru, its data the page */
} BhTimelinePage;

/* Raw bytes of a row under way, as the deltas have it. */
typedef struct
{
  guint64 bytes[3];
} BhTimelineGrown;

struct _BhTimeline
{
  GObject parent_instance;

  BhConnection *connection;
  char *run_id;
  BhRun *run;                   /* (nullable) */
  BhQuestionSet *question;      /* (nullable) the open one, as it was notified */
  BhQuestionSet *only_question; /* (nullable) likewise, if no other is */
  gboolean knows_questions;     /* all that there are */
  gboolean ready, live, deleted;
  char *problem;

  guint64 n_known; /* rows there are */
  guint n_told;    /* rows the list model has */

  GHashTable *pages; /* index → BhTimelinePage */
  GQueue lru;        /* of the pages, those used last first */
  guint focus;       /* the page last asked for */
  guint n_fetching;
  guint fetch_source;
  GHashTable *objects;  /* position → BhTimelineRow that somebody holds; borrowed */
  GHashTable *expanded; /* set of positions */
  GHashTable *grown;    /* position → BhTimelineGrown */

  GHashTable *questions;    /* id → BhQuestionSet */
  GHashTable *all_messages; /* id → BhMessage */
  GListStore *messages;     /* BhMessageItem */

  BhFeed *feed; /* (nullable) */
  guint64 last_seq;
  gboolean opening; /* the Run is being asked for */
  gint64 resynced_at;
  guint resync_source;

  guint flush_source;
  gint64 flushed_at;
  gboolean rushing; /* rows come in a rush */
  GPtrArray *dirty; /* BhTimelineRow */
  gboolean run_dirty;
  guint find; /* number of the search that is the last */
};

struct _BhTimelineRow
{
  GObject parent_instance;

  BhTimeline *timeline; /* borrowed; NULL: it is gone */
  guint position;
  BhRow *row;      /* (nullable) */
  BhRow *incoming; /* (nullable) what it is from the next frame on */
  gboolean expanded;
  BhRowText texts[3]; /* by BhPart */
  guint grown;        /* bits: parts whose size has grown since the last frame */
  guint n_loading;
  gboolean queued; /* among the dirty ones */
  char *problem;
};

/* --- bh-timeline.c --- */
void bh_timeline_schedule_flush (BhTimeline *self);
void bh_timeline_set_dirty (BhTimeline *self, BhTimelineRow *row);
void bh_timeline_set_ready (BhTimeline *self);
void bh_timeline_set_live (BhTimeline *self, gboolean live);
void bh_timeline_set_problem (BhTimeline *self, const char *problem, gboolean deleted);
void bh_timeline_set_run (BhTimeline *self, BhRun *run);
void bh_timeline_forget_object (BhTimeline *self, guint position);
void bh_timeline_set_expanded (BhTimeline *self, guint position, gboolean expanded);

/* --- bh-timeline-pages.c --- */
void bh_timeline_page_free (BhTimelinePage *page);
/* (transfer none) (nullable): the record if it is there, which makes its page one that is used. */
BhRow *bh_timeline_peek (BhTimeline *self, guint position);
/* Fetches its page soon. */
void bh_timeline_want (BhTimeline *self, guint position);
void bh_timeline_fetch_page (BhTimeline *self, guint index);
/* A record by an event; it is the newest there is. */
void bh_timeline_put_row (BhTimeline *self, BhRow *row);
/* What is there may be out of date: fetches again what somebody holds. */
void bh_timeline_invalidate (BhTimeline *self);
/* What could not be fetched may be now. */
void bh_timeline_retry_pages (BhTimeline *self);

/* --- bh-timeline-feed.c --- */
void bh_timeline_begin (BhTimeline *self);
void bh_timeline_connection_cb (BhConnection *connection, GParamSpec *pspec, BhTimeline *self);
void bh_timeline_deleted_cb (BhConnection *connection, const char *run_id, BhTimeline *self);
void bh_timeline_take_message (BhTimeline *self, BhMessage *message);
/* Chips for what a page says is on its way. */
void bh_timeline_look_for_message (BhTimeline *self, const BhRow *row);
/* (transfer none) (nullable): the first question that is known to be open, and how many are. */
BhQuestionSet *bh_timeline_open_question (BhTimeline *self, guint *n_open);

/* --- bh-timeline-row.c --- */
BhTimelineRow *bh_timeline_row_new (BhTimeline *timeline, guint position);
/* The model goes. */
void bh_timeline_row_orphan (BhTimelineRow *self);
void bh_timeline_row_set_row (BhTimelineRow *self, BhRow *row);
void bh_timeline_row_set_problem (BhTimelineRow *self, const char *problem);
void bh_timeline_row_take_delta (BhTimelineRow *self, const BhFeedEvent *event);
/* Tells what has gathered; once a frame. */
void bh_timeline_row_flush (BhTimelineRow *self);
/* Its question or message may be another one. */
void bh_timeline_row_refresh (BhTimelineRow *self);
/* The head is the beginning of what the row is about: a step's result, else of its text. */
gboolean bh_timeline_row_head_is_all (BhTimelineRow *self, BhPart part);
/* All of it may have been missed. */
void bh_timeline_row_reload (BhTimelineRow *self);

G_END_DECLS

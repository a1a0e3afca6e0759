/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A Run as lists show it: the latest record of it, with properties to bind. There is one item for a Run of a
 * connection, whoever shows it. */

#include <glib-object.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

typedef struct _BhConnection BhConnection;

/* Where a Run stands in a list; in this order. Those that are over stand by the day they were created. */
typedef enum
{
  BH_SECTION_NEEDS_YOU,
  BH_SECTION_RUNNING, /* launching, too */
  BH_SECTION_QUEUED,
  BH_SECTION_TODAY,
  BH_SECTION_YESTERDAY,
  BH_SECTION_EARLIER,
} BhSection;
#define BH_TYPE_SECTION (bh_section_get_type ())
GType bh_section_get_type (void);

/* Properties, read-only but "unread", notified only when they have changed:
 * - "id", "name", "current" (one line), "summary", "reason": strings (nullable but id)
 * - "state" (BhRunState), "mode" (BhMode), "section" (BhSection)
 * - "created-at", "started-at", "completed-at": int64, µs since 1970, 0: none
 * - "connection" (BhConnection)
 * - "run" (BhRun): notified for every new record
 * - "unread" (boolean, writable): set when a change brings the Run to needs you or to its end; whoever shows
 * it clears it
 * - "question" (BhQuestionSet): the open one, or NULL
 * - "removed" (boolean): deleted; the item is of the past
 * - "unknown-state" (string, nullable): what the coordinator calls a state that this program does not know;
 * "state" is running then */
#define BH_TYPE_RUN_ITEM (bh_run_item_get_type ())
G_DECLARE_FINAL_TYPE (BhRunItem, bh_run_item, BH, RUN_ITEM, GObject)

const char *bh_run_item_get_id (BhRunItem *self);
/* (transfer none): never NULL; immutable. bh_run_ref() to keep it. */
BhRun *bh_run_item_get_run (BhRunItem *self);
const char *bh_run_item_get_name (BhRunItem *self);
BhRunState bh_run_item_get_state (BhRunItem *self);
const char *bh_run_item_get_current (BhRunItem *self);
const char *bh_run_item_get_summary (BhRunItem *self);
const char *bh_run_item_get_unknown_state (BhRunItem *self);
/* (transfer none): NULL when the connection is gone */
BhConnection *bh_run_item_get_connection (BhRunItem *self);
gboolean bh_run_item_get_unread (BhRunItem *self);
void bh_run_item_set_unread (BhRunItem *self, gboolean unread);
/* (transfer none) (nullable) */
BhQuestionSet *bh_run_item_get_question (BhRunItem *self);
gboolean bh_run_item_get_removed (BhRunItem *self);
/* By the local time zone and today's date. */
BhSection bh_run_item_get_section (BhRunItem *self);

G_END_DECLS

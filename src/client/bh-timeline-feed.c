/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-timeline-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "client/bh-future.h"

/* What a timeline asks when it begins, and what it is told from then on. */

#define RESYNC_US G_USEC_PER_SEC

/* --- questions and messages ---------------------------------------------------------------------------- */

static void
refresh_rows (BhTimeline *self)
{
  GHashTableIter iter;
  gpointer row;

  g_hash_table_iter_init (&iter, self->objects);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    bh_timeline_row_refresh (row);
}

static void
refresh_row (BhTimeline *self, guint64 n)
{
  BhTimelineRow *row =
      n < G_MAXINT ? g_hash_table_lookup (self->objects, GUINT_TO_POINTER ((guint) n)) : NULL;

  if (row != NULL)
    bh_timeline_row_refresh (row);
}

static void
take_question (BhTimeline *self, BhQuestionSet *set)
{
  BhQuestionSet *known = g_hash_table_lookup (self->questions, set->id);

  /* one that is over never opens again */
  if (known != NULL && known->state != BH_SET_OPEN && set->state == BH_SET_OPEN)
    return;
  if (known == NULL || known->state != set->state)
    {
      g_hash_table_replace (self->questions, set->id, bh_question_set_ref (set));
      refresh_row (self, set->row);
      bh_timeline_schedule_flush (self);
    }
}

BhQuestionSet *
bh_timeline_open_question (BhTimeline *self, guint *n_open)
{
  BhQuestionSet *first = NULL;
  GHashTableIter iter;
  gpointer value;

  *n_open = 0;
  g_hash_table_iter_init (&iter, self->questions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      BhQuestionSet *set = value;

      if (set->state != BH_SET_OPEN)
        continue;
      ++*n_open;
      if (first == NULL || set->row < first->row)
        first = set;
    }
  return first;
}

static gboolean
is_on_its_way (const BhMessage *message)
{
  return message->state == BH_MESSAGE_QUEUED || message->state == BH_MESSAGE_DELIVERED;
}

static void
take_chip (BhTimeline *self, BhMessage *message)
{
  GListModel *model = G_LIST_MODEL (self->messages);
  guint n = g_list_model_get_n_items (model);
  guint at;

  for (at = 0; at < n; at++)
    {
      g_autoptr (BhMessageItem) item = g_list_model_get_item (model, at);
      const BhMessage *known = bh_message_item_get_message (item);

      if (strcmp (known->id, message->id) == 0)
        {
          if (is_on_its_way (message))
            bh_message_item_set_message (item, message);
          else
            g_list_store_remove (self->messages, at);
          return;
        }
      if (known->row > message->row)
        break;
    }
  if (is_on_its_way (message))
    {
      g_autoptr (BhMessageItem) item = bh_message_item_new (message);

      g_list_store_insert (self->messages, at, item);
    }
}

void
bh_timeline_take_message (BhTimeline *self, BhMessage *message)
{
  const BhMessage *known = g_hash_table_lookup (self->all_messages, message->id);

  /* a receipt only ever goes on */
  if (known != NULL && known->state > message->state)
    return;
  g_hash_table_replace (self->all_messages, message->id, bh_message_ref (message));
  take_chip (self, message);
  refresh_row (self, message->row);
}

static DexFuture *
message_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhTimeline) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self != NULL && self->connection != NULL && value != NULL && g_value_get_boxed (value) != NULL)
    bh_timeline_take_message (self, g_value_get_boxed (value));
  return dex_future_new_true ();
}

void
bh_timeline_look_for_message (BhTimeline *self, const BhRow *row)
{
  g_autofree char *run = NULL, *message = NULL, *path = NULL;

  if (row->message == NULL || (row->state != BH_ROW_QUEUED && row->state != BH_ROW_DELIVERED) ||
      g_hash_table_contains (self->all_messages, row->message))
    return;
  run = bh_connection_escape (self->run_id);
  message = bh_connection_escape (row->message);
  path = g_strdup_printf ("/v1/runs/%s/messages/%s", run, message);
  dex_future_disown (
      dex_future_finally (bh_connection_call (self->connection, "GET", path, NULL, NULL, BH_TYPE_MESSAGE,
                                              (BhClientDecode) bh_decode_message, NULL),
                          message_cb, bh_weak_ref_new (self), bh_weak_ref_free));
}

/* --- events -------------------------------------------------------------------------------------------- */

static void resync (BhTimeline *self);

static gboolean
resync_cb (gpointer data)
{
  BhTimeline *self = data;

  self->resync_source = 0;
  resync (self);
  return G_SOURCE_REMOVE;
}

/* Something was missed or makes no sense: asks anew, but not all the time. */
static void
schedule_resync (BhTimeline *self)
{
  gint64 elapsed = g_get_monotonic_time () - self->resynced_at;

  if (self->resync_source != 0)
    return;
  if (self->resynced_at == 0 || elapsed >= RESYNC_US)
    self->resync_source = g_idle_add (resync_cb, self);
  else
    self->resync_source = g_timeout_add ((guint) ((RESYNC_US - elapsed) / 1000 + 1), resync_cb, self);
}

static void
take_row (BhTimeline *self, BhRow *row)
{
  if (row->n >= G_MAXINT)
    return;
  if (row->n > self->n_known)
    {
      g_info ("Row %" G_GUINT64_FORMAT " of %s came before those ahead of it", row->n, self->run_id);
      schedule_resync (self);
      return;
    }
  bh_timeline_put_row (self, row);
  if (row->n == self->n_known)
    {
      self->n_known++;
      bh_timeline_schedule_flush (self);
    }
}

static void
take_delta (BhTimeline *self, const BhFeedEvent *event)
{
  BhTimelineGrown *grown;
  BhTimelineRow *object;
  gpointer key;

  if (event->row >= self->n_known)
    return;
  key = GUINT_TO_POINTER ((guint) event->row);
  grown = g_hash_table_lookup (self->grown, key);
  if (grown == NULL)
    {
      grown = g_new0 (BhTimelineGrown, 1);
      g_hash_table_insert (self->grown, key, grown);
    }
  grown->bytes[event->part] = MAX (grown->bytes[event->part], event->offset + event->length);
  object = g_hash_table_lookup (self->objects, key);
  if (object != NULL)
    bh_timeline_row_take_delta (object, event);
}

static void
take_event (BhTimeline *self, BhFeedEvent *event)
{
  switch (event->kind)
    {
    case BH_FEED_ROW:
      take_row (self, event->record);
      break;
    case BH_FEED_DELTA:
      take_delta (self, event);
      break;
    case BH_FEED_RUN:
      bh_timeline_set_run (self, event->record);
      break;
    case BH_FEED_QUESTION:
      take_question (self, event->record);
      break;
    case BH_FEED_MESSAGE:
      bh_timeline_take_message (self, event->record);
      break;
    case BH_FEED_BAD:
      bh_connection_note_bad (self->connection, event->text);
      schedule_resync (self);
      break;
    case BH_FEED_UNKNOWN:
    case BH_FEED_HELLO:
    case BH_FEED_RUN_DELETED:
    case BH_FEED_WORKER:
    default:
      break;
    }
}

static void
events_cb (gpointer data, BhFeedEvent *events, guint n_events)
{
  g_autoptr (BhTimeline) self = g_object_ref (data);

  for (guint i = 0; i < n_events && self->feed != NULL; i++)
    {
      guint64 seq = events[i].seq;

      if (seq != 0 && seq <= self->last_seq)
        {
          g_debug ("Event %" G_GUINT64_FORMAT " of %s came again, or late", seq, self->run_id);
          continue;
        }
      if (seq != 0)
        {
          if (seq != self->last_seq + 1)
            schedule_resync (self);
          self->last_seq = seq;
        }
      take_event (self, &events[i]);
    }
}

static void
connection_cb (gpointer data, const GError *error, gboolean is_final)
{
  g_autoptr (BhTimeline) self = g_object_ref (data);

  bh_timeline_set_live (self, error == NULL);
  if (!is_final)
    return;
  g_clear_pointer (&self->feed, bh_feed_free);
  if (g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND))
    bh_timeline_set_problem (self, error->message, TRUE);
}

static const BhFeedListener listener = { events_cb, connection_cb };

/* --- beginning ----------------------------------------------------------------------------------------- */

static void
follow (BhTimeline *self)
{
  g_autofree char *id = NULL, *path = NULL;

  if (self->feed != NULL)
    return;
  id = bh_connection_escape (self->run_id);
  path = g_strdup_printf ("/v1/runs/%s/events", id);
  self->feed =
      bh_feed_new (bh_connection_get_client (self->connection), path, self->last_seq, &listener, self);
}

static DexFuture *
questions_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhTimeline) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *sets;

  if (self == NULL || self->connection == NULL || value == NULL)
    return dex_future_new_true ();
  sets = g_value_get_boxed (value);
  for (guint i = 0; i < sets->len; i++)
    {
      BhQuestionSet *set = g_ptr_array_index (sets, i);

      if (!g_hash_table_contains (self->questions, set->id) || set->state != BH_SET_OPEN)
        take_question (self, set);
    }
  self->knows_questions = TRUE;
  bh_timeline_schedule_flush (self);
  refresh_rows (self);
  return dex_future_new_true ();
}

static void
ask_questions (BhTimeline *self)
{
  dex_future_disown (dex_future_finally (bh_connection_list_questions (self->connection, self->run_id, TRUE),
                                         questions_cb, bh_weak_ref_new (self), bh_weak_ref_free));
}

/* The rows that there are, of which the end is shown first. */
static void
take_count (BhTimeline *self, guint64 rows)
{
  guint last;

  self->n_known = MAX (self->n_known, MIN (rows, G_MAXINT));
  if (self->n_known == 0)
    {
      bh_timeline_set_ready (self);
      return;
    }
  last = (guint) ((self->n_known - 1) / BH_TIMELINE_PAGE);
  if (!g_hash_table_contains (self->pages, GUINT_TO_POINTER (last)))
    bh_timeline_fetch_page (self, last);
  bh_timeline_schedule_flush (self);
}

static void
take_start (BhTimeline *self, BhRun *run)
{
  gboolean first = self->feed == NULL && self->last_seq == 0;
  gboolean stale = self->run != NULL && self->run->last_seq != run->last_seq;

  bh_timeline_set_problem (self, NULL, FALSE);
  /* pages asked for before the events begin may lack what happened in between */
  if (first && stale)
    bh_timeline_invalidate (self);
  bh_timeline_set_run (self, run);
  if (first)
    self->last_seq = run->last_seq;
  take_count (self, run->rows);
  follow (self);
  ask_questions (self);
}

static DexFuture *
run_cb (DexFuture *future, gpointer data)
{
  g_autoptr (BhTimeline) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->connection == NULL)
    return dex_future_new_true ();
  self->opening = FALSE;
  if (value != NULL && g_value_get_boxed (value) != NULL)
    take_start (self, g_value_get_boxed (value));
  else if (value == NULL)
    bh_timeline_set_problem (self, error->message, g_error_matches (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND));
  return dex_future_new_true ();
}

void
bh_timeline_begin (BhTimeline *self)
{
  if (self->opening || self->deleted)
    return;
  self->opening = TRUE;
  dex_future_disown (dex_future_finally (bh_connection_get_run (self->connection, self->run_id), run_cb,
                                         bh_weak_ref_new (self), bh_weak_ref_free));
}

void
bh_timeline_retry (BhTimeline *self)
{
  g_return_if_fail (BH_IS_TIMELINE (self));
  if (self->deleted)
    return;
  bh_timeline_set_problem (self, NULL, FALSE);
  bh_timeline_retry_pages (self);
  bh_timeline_begin (self);
}

static void
resync (BhTimeline *self)
{
  self->resynced_at = g_get_monotonic_time ();
  bh_timeline_invalidate (self);
  bh_timeline_begin (self);
}

void
bh_timeline_connection_cb (BhConnection *connection, GParamSpec *pspec, BhTimeline *self)
{
  if (bh_connection_get_state (connection) != BH_CONNECTION_CONNECTED)
    return;
  bh_timeline_retry_pages (self);
  if (self->feed == NULL)
    bh_timeline_begin (self);
  else if (!self->knows_questions)
    ask_questions (self);
}

void
bh_timeline_deleted_cb (BhConnection *connection, const char *run_id, BhTimeline *self)
{
  if (strcmp (run_id, self->run_id) != 0)
    return;
  g_clear_pointer (&self->feed, bh_feed_free);
  bh_timeline_set_live (self, FALSE);
  bh_timeline_set_problem (self, _ ("This Run was deleted"), TRUE);
}

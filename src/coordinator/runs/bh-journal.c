/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-journal-private.h"

#include <string.h>

#include "coordinator/runs/bh-live-row.h"
#include "coordinator/store/bh-change-private.h"
#include "protocol/bh-text.h"

/* so many rows are remembered after they have ended */
#define REMEMBERED 32

G_DEFINE_FINAL_TYPE (BhJournal, bh_journal, G_TYPE_OBJECT)

static void
bh_journal_finalize (GObject *object)
{
  BhJournal *self = BH_JOURNAL (object);

  g_clear_object (&self->store);
  g_free (self->run_id);
  g_clear_pointer (&self->run, bh_run_unref);
  g_clear_pointer (&self->rows, g_hash_table_unref);
  g_queue_clear_full (&self->ended, g_free);
  g_clear_pointer (&self->states, g_hash_table_unref);
  g_clear_pointer (&self->mask, bh_run_mask_free);
  g_clear_pointer (&self->staged, bh_change_unref);
  dex_clear (&self->last);
  dex_clear (&self->waiting);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (bh_journal_parent_class)->finalize (object);
}

static void
bh_journal_class_init (BhJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_journal_finalize;
}

static void
bh_journal_init (BhJournal *self)
{
  self->rows = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) bh_live_row_free);
  self->states = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_queue_init (&self->ended);
}

BhJournal *
bh_journal_new (BhStore *store, BhRun *run)
{
  BhJournal *self;

  g_return_val_if_fail (BH_IS_STORE (store), NULL);
  g_return_val_if_fail (run != NULL && run->id != NULL, NULL);

  self = g_object_new (BH_TYPE_JOURNAL, NULL);
  self->store = g_object_ref (store);
  self->run_id = g_strdup (run->id);
  self->run = bh_run_ref (run);
  self->next_seq = run->last_seq + 1;
  self->next_row = run->rows;
  return self;
}

/* Takes `row`. */
static BhLiveRow *
remember_row (BhJournal *self, BhRow *row)
{
  BhLiveRow *live = bh_live_row_new (row);

  g_hash_table_insert (self->rows, g_memdup2 (&row->n, sizeof row->n), live);
  return live;
}

static void
remember_beginning (BhLiveRow *live, BhRunBundle *bundle)
{
  GBytes *bytes = bundle->beginnings != NULL ? g_hash_table_lookup (bundle->beginnings, &live->row->n) : NULL;
  gsize size = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  if (size > 0)
    bh_live_row_extend_beginning (live, BH_PART_TEXT, data, size);
}

BhJournal *
bh_journal_new_for_bundle (BhStore *store, BhRunBundle *bundle)
{
  BhJournal *self;
  GHashTableIter iter;
  gpointer key, value;

  g_return_val_if_fail (bundle != NULL, NULL);

  self = bh_journal_new (store, bundle->run);
  for (guint i = 0; i < bundle->open_rows->len; i++)
    {
      BhLiveRow *live = remember_row (self, bh_row_ref (g_ptr_array_index (bundle->open_rows, i)));
      GArray *cuts =
          bundle->boundaries != NULL ? g_hash_table_lookup (bundle->boundaries, &live->row->n) : NULL;

      if (cuts != NULL && cuts->len > 0)
        live->cuts = g_array_copy (cuts);
      remember_beginning (live, bundle);
    }
  for (guint i = 0; bundle->message_rows != NULL && i < bundle->message_rows->len; i++)
    remember_row (self, bh_row_ref (g_ptr_array_index (bundle->message_rows, i)));
  g_hash_table_iter_init (&iter, bundle->state);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_hash_table_insert (self->states, g_strdup (key), g_strdup (value));
      self->had_held = self->had_held || g_str_has_prefix (key, BH_JOURNAL_HELD);
    }
  return self;
}

const char *
bh_journal_get_run_id (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), NULL);
  return self->run_id;
}

BhRun *
bh_journal_get_run (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), NULL);
  return self->run;
}

/* Whether staging still means anything. */
static gboolean
is_live (BhJournal *self)
{
  return !self->closed && self->failure == NULL;
}

static BhChange *
stage (BhJournal *self)
{
  if (self->staged == NULL)
    self->staged = bh_change_new (self->run_id);
  return self->staged;
}

/* Takes `record`. */
static void
add_record_event (BhJournal *self, const char *kind, JsonNode *record)
{
  BhEvent *event = bh_event_new ();

  event->seq = self->next_seq++;
  event->kind = g_strdup (kind);
  event->data = bh_record_event_text (event->seq, g_get_real_time (), kind, record);
  json_node_unref (record);
  bh_change_add_event (stage (self), event, 0, BH_PART_TEXT, 0);
}

/* Takes `run`. Fills in what only the journal knows, and notes the event; who reads events has the
 * instructions from row 0. */
static void
take_run (BhJournal *self, BhRun *run)
{
  JsonNode *node;

  run->rows = self->next_row;
  run->last_seq = self->next_seq;
  bh_journal_mask_run (self, run);
  if (run != self->run)
    {
      bh_run_unref (self->run);
      self->run = run;
    }
  node = bh_run_to_json (run);
  json_object_set_null_member (json_node_get_object (node), "instructions");
  add_record_event (self, "run", node);
}

void
bh_journal_create (BhJournal *self,
                   GHashTable *env,
                   const char *network,
                   const char *idempotency_key,
                   const char *request_digest)
{
  g_return_if_fail (BH_IS_JOURNAL (self));

  if (!is_live (self))
    return;
  take_run (self, bh_run_copy (self->run));
  bh_change_create_run (stage (self), self->run, env, network, idempotency_key, request_digest);
}

void
bh_journal_put_run (BhJournal *self, BhRun *run)
{
  g_return_if_fail (BH_IS_JOURNAL (self));
  g_return_if_fail (run != NULL);

  if (!is_live (self))
    {
      bh_run_unref (run);
      return;
    }
  /* the very record that others may be reading must not change under them */
  if (run == self->run)
    {
      bh_run_unref (run);
      run = bh_run_copy (self->run);
    }
  take_run (self, run);
  bh_change_put_run (stage (self), self->run);
}

/* Keeps the memory of a long Run small. */
static void
note_end (BhJournal *self, guint64 n)
{
  g_queue_push_tail (&self->ended, g_memdup2 (&n, sizeof n));
  if (self->ended.length > REMEMBERED)
    {
      g_autofree guint64 *oldest = g_queue_pop_head (&self->ended);
      BhLiveRow *live = g_hash_table_lookup (self->rows, oldest);

      if (live != NULL && !bh_live_row_may_change (live))
        g_hash_table_remove (self->rows, oldest);
    }
}

static void stage_piece (BhJournal *self, guint64 n, BhPart part, GBytes *bytes);

static void
put_live_row (BhJournal *self, BhLiveRow *live)
{
  BhRow *row = bh_live_row_get (live);

  add_record_event (self, "row", bh_row_to_json (row));
  bh_change_put_row (stage (self), row);
  if (bh_live_row_may_change (live))
    return;
  g_clear_pointer (&live->cuts, g_array_unref);
  note_end (self, row->n);
}

guint64
bh_journal_add_row (BhJournal *self, BhRow *row)
{
  BhLiveRow *live;
  guint64 n;

  g_return_val_if_fail (BH_IS_JOURNAL (self), 0);
  g_return_val_if_fail (row != NULL, 0);

  if (!is_live (self))
    {
      bh_row_unref (row);
      return 0;
    }
  bh_journal_mask_row (self, row);
  n = row->n = self->next_row++;
  if (row->started_at == 0)
    row->started_at = g_get_real_time ();
  row->text_bytes = row->call_bytes = row->result_bytes = row->elided_from = row->elided_bytes = 0;
  live = remember_row (self, row);
  live->began = g_get_monotonic_time ();
  put_live_row (self, live);
  return n;
}

guint64
bh_journal_count_rows (BhJournal *self)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), 0);
  return self->next_row;
}

BhRow *
bh_journal_get_row (BhJournal *self, guint64 n)
{
  BhLiveRow *live;

  g_return_val_if_fail (BH_IS_JOURNAL (self), NULL);

  live = g_hash_table_lookup (self->rows, &n);
  return live != NULL ? bh_live_row_get (live) : NULL;
}

const char *
bh_journal_get_beginning (BhJournal *self, guint64 n)
{
  BhLiveRow *live;

  g_return_val_if_fail (BH_IS_JOURNAL (self), NULL);

  live = g_hash_table_lookup (self->rows, &n);
  return live != NULL && live->beginning != NULL ? live->beginning->str : NULL;
}

void
bh_journal_put_row (BhJournal *self, BhRow *row)
{
  BhLiveRow *live;

  g_return_if_fail (BH_IS_JOURNAL (self));
  g_return_if_fail (row != NULL);

  live = is_live (self) ? g_hash_table_lookup (self->rows, &row->n) : NULL;
  if (live == NULL)
    {
      if (is_live (self))
        g_critical ("Row %" G_GUINT64_FORMAT " of Run %s is not known to its journal", row->n, self->run_id);
      bh_row_unref (row);
      return;
    }
  if (row == live->row)
    {
      bh_row_unref (row);
      row = bh_row_copy (live->row);
    }
  bh_journal_mask_row (self, row);
  if (row->state != BH_ROW_OPEN && live->row->state == BH_ROW_OPEN)
    bh_journal_unmask_rest (self, row->n, stage_piece);
  bh_live_row_set (live, row);
  put_live_row (self, live);
}

void
bh_journal_end_row (BhJournal *self, guint64 n, BhRowState state, int exit_status)
{
  BhRow *row;

  g_return_if_fail (BH_IS_JOURNAL (self));

  row = bh_journal_get_row (self, n);
  if (row == NULL || !is_live (self))
    return;
  row = bh_row_copy (row);
  row->state = state;
  row->exit_status = exit_status;
  bh_journal_put_row (self, row);
}

/* One chunk. The stored row is put again only when its head or its elision changes: its byte counts follow
 * from the deltas, and a page of the database is saved with each line of output. */
static void
append_chunk (BhJournal *self, BhLiveRow *live, BhPart part, GBytes *bytes)
{
  BhEvent *event = bh_event_new ();
  guint64 offset = live->bytes[part], from, to;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  gboolean put;

  event->seq = self->next_seq;
  event->kind = g_strdup ("delta");
  event->bytes = g_bytes_ref (bytes);
  live->bytes[part] += size;
  live->stale = TRUE;
  if (bh_change_add_event (stage (self), event, live->row->n, part, offset))
    {
      self->next_seq++;
      if (part == BH_PART_RESULT)
        bh_live_row_note_cut (live, offset);
    }
  put = bh_live_row_extend_head (live, part, data, size);
  bh_live_row_extend_beginning (live, part, data, size);
  if (part == BH_PART_RESULT && bh_live_row_cut (live, &from, &to))
    {
      bh_change_elide (stage (self), live->row->n, part, from, to);
      put = TRUE;
    }
  if (put || !bh_live_row_may_change (live))
    bh_change_put_row (stage (self), bh_live_row_get (live));
}

static void
stage_piece (BhJournal *self, guint64 n, BhPart part, GBytes *bytes)
{
  BhLiveRow *live = g_hash_table_lookup (self->rows, &n);
  gsize size, at = 0;
  const char *data;

  data = g_bytes_get_data (bytes, &size);
  while (at < size)
    {
      gsize piece = size - at > BH_DELTA_MAX ? bh_text_whole (data + at, BH_DELTA_MAX) : size - at;
      g_autoptr (GBytes) chunk = g_bytes_new_from_bytes (bytes, at, piece > 0 ? piece : BH_DELTA_MAX);

      append_chunk (self, live, part, chunk);
      at += g_bytes_get_size (chunk);
    }
}

void
bh_journal_append (BhJournal *self, guint64 n, BhPart part, GBytes *bytes)
{
  g_autoptr (GBytes) shown = NULL;
  BhLiveRow *live;

  g_return_if_fail (BH_IS_JOURNAL (self));
  g_return_if_fail (bytes != NULL);

  if (!is_live (self))
    return;
  live = g_hash_table_lookup (self->rows, &n);
  g_return_if_fail (live != NULL);
  /* to a row that has ended nothing is added but a text, which is whole */
  shown = bh_journal_mask_piece (self, n, part, bytes, live->row->state != BH_ROW_OPEN);
  if (shown != NULL)
    stage_piece (self, n, part, shown);
}

void
bh_journal_append_text (BhJournal *self, guint64 n, BhPart part, const char *text)
{
  g_autoptr (GBytes) bytes = NULL;

  g_return_if_fail (text != NULL);

  bytes = g_bytes_new (text, strlen (text));
  bh_journal_append (self, n, part, bytes);
}

void
bh_journal_put_question (BhJournal *self, BhQuestionSet *set)
{
  g_return_if_fail (BH_IS_JOURNAL (self));
  g_return_if_fail (set != NULL);

  if (!is_live (self))
    return;
  add_record_event (self, "question", bh_question_set_to_json (set));
  bh_change_put_question (stage (self), set);
}

void
bh_journal_put_message (BhJournal *self, BhMessage *message)
{
  g_return_if_fail (BH_IS_JOURNAL (self));
  g_return_if_fail (message != NULL);

  if (!is_live (self))
    return;
  add_record_event (self, "message", bh_message_to_json (message));
  bh_change_put_message (stage (self), message);
}

void
bh_journal_set_state (BhJournal *self, const char *key, const char *value)
{
  g_return_if_fail (BH_IS_JOURNAL (self));
  g_return_if_fail (key != NULL);

  if (!is_live (self) || g_strcmp0 (g_hash_table_lookup (self->states, key), value) == 0)
    return;
  if (value != NULL)
    g_hash_table_insert (self->states, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (self->states, key);
  bh_change_set_state (stage (self), key, value);
}

void
bh_journal_set_state_int (BhJournal *self, const char *key, gint64 value)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, value);
  bh_journal_set_state (self, key, text);
}

const char *
bh_journal_get_state (BhJournal *self, const char *key)
{
  g_return_val_if_fail (BH_IS_JOURNAL (self), NULL);
  return g_hash_table_lookup (self->states, key);
}

gint64
bh_journal_get_state_int (BhJournal *self, const char *key, gint64 fallback)
{
  const char *text = bh_journal_get_state (self, key);
  gint64 value;

  return text != NULL && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL) ? value
                                                                                                   : fallback;
}

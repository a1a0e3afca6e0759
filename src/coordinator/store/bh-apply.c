/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-apply.h"

#include <string.h>

#include "coordinator/store/bh-change-private.h"
#include "coordinator/store/bh-queries.h"
#include "coordinator/store/bh-recent.h"
#include "coordinator/store/bh-store-private.h"

/* rows and events deleted in one step; a step's transaction stays at a few milliseconds */
#define PURGE_STEP 512
/* pages */
#define KEEP_FREE 1024

/* An error in the change itself, not in the file. */
static gboolean
refuse (BhDb *db, GError **error, const char *run_id, const char *what)
{
  db->last_error = SQLITE_CONSTRAINT;
  bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "A change of Run %s was not stored: %s.", run_id, what);
  return FALSE;
}

/* A Run that is not there is the change's error. */
static gboolean
find_run (BhDb *db, const char *run_id, gint64 *run, GError **error)
{
  if (bh_query_find_run (db, run_id, run, error))
    return TRUE;
  if (db->last_error == SQLITE_OK)
    db->last_error = SQLITE_CONSTRAINT;
  return FALSE;
}

static char *
node_to_text (JsonNode *node)
{
  char *text = bh_json_to_text (node);

  json_node_unref (node);
  return text;
}

/* The instructions never change and may be large: they have a column of their own. */
static char *
record_of_run (BhRun *run)
{
  JsonNode *node = bh_run_to_json (run);

  json_object_set_null_member (json_node_get_object (node), "instructions");
  return node_to_text (node);
}

static const char *
or_empty (const char *text)
{
  return text != NULL ? text : "";
}

static gboolean
create_run (BhDb *db, BhChange *change, gint64 *run, GError **error)
{
  BhRun *record = change->run;
  g_autofree char *text = record_of_run (record);

  if (!bh_db_run (db, error,
                  "INSERT INTO runs (id, state, box_id, name, summary, record, instructions, env, network) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  "tittttttt", change->run_id, (gint64) record->state, record->box_id,
                  or_empty (record->name), or_empty (record->summary), text, or_empty (record->instructions),
                  change->env, change->network))
    return FALSE;
  *run = sqlite3_last_insert_rowid (db->handle);
  if (!bh_db_run (db, error, "INSERT INTO runs_fts (rowid, name, instructions, summary) VALUES (?, ?, ?, ?)",
                  "ittt", *run, or_empty (record->name), or_empty (record->instructions),
                  or_empty (record->summary)))
    return FALSE;
  if (change->idempotency_key == NULL)
    return TRUE;
  if (bh_db_run (db, error, "INSERT INTO idempotency (key, digest, run) VALUES (?, ?, ?)", "tti",
                 change->idempotency_key, or_empty (change->request_digest), *run))
    return TRUE;
  if (db->last_error == SQLITE_CONSTRAINT && error != NULL)
    {
      g_clear_error (error);
      bh_set_error (error, BH_ERROR_IDEMPOTENCY_MISMATCH, NULL,
                    "Another request with this Idempotency-Key was stored first. Send the request again to "
                    "get its Run.");
    }
  return FALSE;
}

/* The index must be told what it held before. */
static gboolean
unindex_run (BhDb *db, gint64 run, GError **error)
{
  return bh_db_run (db, error,
                    "INSERT INTO runs_fts (runs_fts, rowid, name, instructions, summary) "
                    "SELECT 'delete', num, name, instructions, summary FROM runs WHERE num = ?",
                    "i", run);
}

static gboolean
put_run (BhDb *db, BhRun *record, gint64 run, GError **error)
{
  g_autofree char *text = record_of_run (record);
  gint64 same;

  if (!bh_db_int (db, &same, 0, error, "SELECT name = ? AND summary = ? FROM runs WHERE num = ?", "tti",
                  or_empty (record->name), or_empty (record->summary), run))
    return FALSE;
  if (!same && !unindex_run (db, run, error))
    return FALSE;
  if (!bh_db_run (db, error,
                  "UPDATE runs SET state = ?, box_id = ?, name = ?, summary = ?, record = ? WHERE num = ?",
                  "itttti", (gint64) record->state, record->box_id, or_empty (record->name),
                  or_empty (record->summary), text, run))
    return FALSE;
  return same || bh_db_run (db, error,
                            "INSERT INTO runs_fts (rowid, name, instructions, summary) "
                            "SELECT num, name, instructions, summary FROM runs WHERE num = ?",
                            "i", run);
}

static gboolean
check_seqs (BhDb *db, BhChange *change, guint64 last, GError **error)
{
  guint64 expected = last != 0 ? last + 1 : 0;

  for (guint i = 0; i < change->events->len; i++)
    {
      BhEvent *event = g_ptr_array_index (change->events, i);

      /* whether a Run's first seq is 0 or 1 is the journal's business */
      if (expected == 0 && event->seq <= 1)
        expected = event->seq;
      if (event->seq != expected++)
        return refuse (db, error, change->run_id, "an event does not follow the one stored last");
    }
  return TRUE;
}

static gboolean
add_event (BhDb *db, BhEvent *event, const BhPlace *place, gint64 run, GError **error)
{
  static const char *const kinds[] = BH_EVENT_KINDS;
  gint64 kind = 0;

  if (place->is_delta)
    return bh_db_run (
        db, error,
        "INSERT INTO events (id, kind, at, row_id, part, off, length, bytes) VALUES (?, 0, ?, ?, ?, ?, ?, ?)",
        "iiiiiib", bh_key (run, event->seq), place->at, bh_key (run, place->row), (gint64) place->part,
        (gint64) place->offset, (gint64) place->length, event->bytes);
  for (gsize i = 1; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (event->kind, kinds[i]) == 0)
      kind = (gint64) i;
  if (kind == 0 || event->data == NULL)
    return refuse (db, error, "", "an event has an unknown kind or no data");
  return bh_db_run (db, error, "INSERT INTO events (id, kind, data) VALUES (?, ?, ?)", "iit",
                    bh_key (run, event->seq), kind, event->data);
}

/* Leaves nothing in `recent` unless it could put all there: what is elided is in `events`. */
static gboolean
add_events (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  gint64 last;
  gboolean recent;

  if (change->events->len == 0 && change->elisions->len == 0)
    return TRUE;
  if (!bh_recent_last_event (db, run, &last, &recent, error) ||
      !check_seqs (db, change, (guint64) last & BH_KEY_MASK, error))
    return FALSE;
  if (change->events->len > 0 && bh_recent_takes (change))
    return bh_recent_add (db, change, run, error);
  if (recent && !bh_recent_settle (db, run, error))
    return FALSE;
  for (guint i = 0; i < change->events->len; i++)
    if (!add_event (db, g_ptr_array_index (change->events, i), &g_array_index (change->places, BhPlace, i),
                    run, error))
      return FALSE;
  return TRUE;
}

static gint64
row_liveness (const BhRow *row)
{
  if (row->state == BH_ROW_OPEN)
    return 1;
  return row->state == BH_ROW_QUEUED || row->state == BH_ROW_DELIVERED ? 2 : 0;
}

static gboolean
put_rows (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  for (guint i = 0; i < change->rows->len; i++)
    {
      BhRow *row = g_ptr_array_index (change->rows, i);
      g_autofree char *text = node_to_text (bh_row_to_json (row));

      if (!bh_db_run (db, error,
                      "INSERT INTO rows (id, live, data) VALUES (?, ?, ?) "
                      "ON CONFLICT (id) DO UPDATE SET live = excluded.live, data = excluded.data",
                      "iit", bh_key (run, row->n), row_liveness (row), text))
        return FALSE;
    }
  return TRUE;
}

/* A question set or a message: `sql` inserts it by id, or updates its state and data. Takes `record`. */
static gboolean
put_record (
    BhDb *db, const char *sql, const char *id, gint64 run, gint64 state, JsonNode *record, GError **error)
{
  g_autofree char *text = node_to_text (record);

  return bh_db_run (db, error, sql, "tiit", id, run, state, text);
}

static gboolean
put_questions (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  for (guint i = 0; i < change->questions->len; i++)
    {
      BhQuestionSet *set = g_ptr_array_index (change->questions, i);

      if (!put_record (db,
                       "INSERT INTO questions (id, run, state, data) VALUES (?, ?, ?, ?) "
                       "ON CONFLICT (id) DO UPDATE SET state = excluded.state, data = excluded.data",
                       set->id, run, set->state, bh_question_set_to_json (set), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_messages (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  for (guint i = 0; i < change->messages->len; i++)
    {
      BhMessage *message = g_ptr_array_index (change->messages, i);

      if (!put_record (db,
                       "INSERT INTO messages (id, run, state, data) VALUES (?, ?, ?, ?) "
                       "ON CONFLICT (id) DO UPDATE SET state = excluded.state, data = excluded.data",
                       message->id, run, message->state, bh_message_to_json (message), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_states (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  for (guint i = 0; i < change->states->len; i++)
    {
      const BhStateValue *state = &g_array_index (change->states, BhStateValue, i);
      gboolean ok;

      if (state->value == NULL)
        ok = bh_db_run (db, error, "DELETE FROM states WHERE run = ? AND key = ?", "it", run, state->key);
      else
        ok = bh_db_run (db, error,
                        "INSERT INTO states (run, key, value) VALUES (?, ?, ?) "
                        "ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
                        "itt", run, state->key, state->value);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

static gboolean
elide (BhDb *db, BhChange *change, gint64 run, GError **error)
{
  for (guint i = 0; i < change->elisions->len; i++)
    {
      const BhElision *elision = &g_array_index (change->elisions, BhElision, i);

      if (!bh_db_run (db, error,
                      "UPDATE events SET bytes = NULL "
                      "WHERE row_id = ? AND part = ? AND off >= ? AND off < ? AND off + length <= ?",
                      "iiiii", bh_key (run, elision->row), (gint64) elision->part, (gint64) elision->from,
                      (gint64) elision->to, (gint64) elision->to))
        return FALSE;
    }
  return TRUE;
}

static gboolean
delete_run (BhDb *db, gint64 run, GError **error)
{
  return unindex_run (db, run, error) && bh_db_run (db, error, "DELETE FROM runs WHERE num = ?", "i", run) &&
         bh_db_run (db, error, "DELETE FROM questions WHERE run = ?", "i", run) &&
         bh_db_run (db, error, "DELETE FROM messages WHERE run = ?", "i", run) &&
         bh_db_run (db, error, "DELETE FROM states WHERE run = ?", "i", run) &&
         bh_db_run (db, error, "DELETE FROM idempotency WHERE run = ?", "i", run) &&
         bh_recent_settle (db, run, error) &&
         bh_db_run (db, error, "INSERT INTO purges (run) VALUES (?)", "i", run);
}

gboolean
bh_apply_change (BhDb *db, BhChange *change, GError **error)
{
  gint64 run;

  db->last_error = SQLITE_OK;
  if (change->creates ? !create_run (db, change, &run, error) : !find_run (db, change->run_id, &run, error))
    return FALSE;
  if (change->deletes)
    return delete_run (db, run, error);
  if (change->run != NULL && !change->creates && !put_run (db, change->run, run, error))
    return FALSE;
  return put_rows (db, change, run, error) && add_events (db, change, run, error) &&
         put_questions (db, change, run, error) && put_messages (db, change, run, error) &&
         put_states (db, change, run, error) && elide (db, change, run, error);
}

/* Deletes up to a step's worth of keys of `run` from a table; `*left` shrinks by what went. */
static gboolean
purge_table (BhDb *db, const char *sql, gint64 run, gint64 *left, GError **error)
{
  if (*left <= 0)
    return TRUE;
  if (!bh_db_run (db, error, sql, "iii", bh_key (run, 0), bh_key (run, BH_KEY_MASK), *left))
    return FALSE;
  *left -= sqlite3_changes (db->handle);
  return TRUE;
}

/* Gives free pages back to the file system, some at a time, but keeps what is soon needed again. */
static gboolean
shrink (BhDb *db, gboolean *more, GError **error)
{
  gint64 unused;

  if (!bh_db_int (db, &unused, 0, error, "PRAGMA freelist_count", NULL))
    return FALSE;
  *more = unused > KEEP_FREE;
  return !*more || bh_db_run (db, error, "PRAGMA incremental_vacuum(128)", NULL);
}

gboolean
bh_apply_purge (BhDb *db, gboolean *more, GError **error)
{
  gint64 run, left = PURGE_STEP;

  db->last_error = SQLITE_OK;
  *more = TRUE;
  if (!bh_db_int (db, &run, 0, error, "SELECT run FROM purges LIMIT 1", NULL))
    return FALSE;
  if (run == 0)
    return shrink (db, more, error);
  if (!purge_table (db,
                    "DELETE FROM events WHERE id IN "
                    "(SELECT id FROM events WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)",
                    run, &left, error) ||
      !purge_table (
          db,
          "DELETE FROM rows WHERE id IN (SELECT id FROM rows WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)",
          run, &left, error))
    return FALSE;
  return left <= 0 || bh_db_run (db, error, "DELETE FROM purges WHERE run = ?", "i", run);
}

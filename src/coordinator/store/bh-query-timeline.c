/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-queries.h"

#include "coordinator/store/bh-store-private.h"
#include "coordinator/store/bh-store-types.h"

/* a page of events ends after so many bytes */
#define PAGE_BYTES (1024 * 1024)

/* The same question to either table, see bh-recent.h. */
#define OLD_AND_RECENT(select, where) { select " FROM events " where, select " FROM recent " where }

static gboolean
last_byte (BhDb *db, gint64 run, guint64 n, BhPart part, guint64 *end, GError **error)
{
  static const char *const sql[] =
      OLD_AND_RECENT ("SELECT off + length", "WHERE row_id = ? AND part = ? ORDER BY off DESC LIMIT 1");
  gint64 found = -1;

  for (int i = 1; i >= 0 && found < 0; i--)
    if (!bh_db_int (db, &found, -1, error, sql[i], "ii", bh_key (run, n), (gint64) part))
      return FALSE;
  if (found >= 0)
    *end = (guint64) found;
  return TRUE;
}

gboolean
bh_query_complete_row (BhDb *db, gint64 run, BhRow *row, GError **error)
{
  return last_byte (db, run, row->n, BH_PART_TEXT, &row->text_bytes, error) &&
         last_byte (db, run, row->n, BH_PART_CALL, &row->call_bytes, error) &&
         last_byte (db, run, row->n, BH_PART_RESULT, &row->result_bytes, error);
}

static BhRow *
decode_row (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = bh_json_parse (text, -1, error);

  return node != NULL ? bh_row_from_json (node, error) : NULL;
}

GPtrArray *
bh_query_live_rows (BhDb *db, gint64 run, gint64 live, GError **error)
{
  sqlite3_stmt *statement =
      bh_db_statement (db,
                       "SELECT data FROM rows WHERE live > 0 AND live = ? AND id BETWEEN ? AND ? ORDER BY id",
                       error);
  g_autoptr (GPtrArray) rows = NULL;

  if (statement == NULL)
    return NULL;
  bh_db_bind (statement, "iii", live, bh_key (run, 0), bh_key (run, BH_KEY_MASK));
  rows = bh_query_records (db, statement, (gpointer) bh_row_from_json, (GDestroyNotify) bh_row_unref, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    if (!bh_query_complete_row (db, run, g_ptr_array_index (rows, i), error))
      return NULL;
  return g_steal_pointer (&rows);
}

GPtrArray *
bh_query_records (BhDb *db,
                  sqlite3_stmt *statement,
                  gpointer (*decode) (JsonNode *, GError **),
                  GDestroyNotify free_func,
                  GError **error)
{
  g_autoptr (GPtrArray) records = g_ptr_array_new_with_free_func (free_func);
  int step;

  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    {
      g_autoptr (JsonNode) node = bh_json_parse (bh_db_text (statement, 0), -1, error);
      gpointer record = node != NULL ? decode (node, error) : NULL;

      if (record == NULL)
        {
          bh_db_reset (statement);
          return NULL;
        }
      g_ptr_array_add (records, record);
    }
  return step == SQLITE_DONE ? g_steal_pointer (&records) : NULL;
}

static gboolean
add_boundaries (BhDb *db, sqlite3_stmt *statement, guint64 next, GArray *boundaries, GError **error)
{
  int step;

  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    {
      guint64 offset = (guint64) sqlite3_column_int64 (statement, 0);

      if (offset < next)
        continue;
      g_array_append_val (boundaries, offset);
      next = offset + BH_OUTPUT_STEP;
    }
  return step == SQLITE_DONE;
}

/* What is in `recent` is too little for a boundary. */
GArray *
bh_query_boundaries (BhDb *db, gint64 run, const BhRow *row, GError **error)
{
  g_autoptr (GArray) boundaries = g_array_new (FALSE, FALSE, sizeof (guint64));
  sqlite3_stmt *statement =
      bh_db_statement (db, "SELECT off FROM events WHERE row_id = ? AND part = ? AND off >= ? ORDER BY off",
                       error);
  guint64 next = MAX (BH_OUTPUT_FIRST, row->elided_from + row->elided_bytes);

  if (statement == NULL)
    return NULL;
  bh_db_bind (statement, "iii", bh_key (run, row->n), (gint64) BH_PART_RESULT, (gint64) next);
  return add_boundaries (db, statement, next, boundaries, error) ? g_steal_pointer (&boundaries) : NULL;
}

/* The JSON of a row as it is now; NULL with `error`. */
static char *
current_row (BhDb *db, gint64 run, const char *text, gboolean open, GError **error)
{
  g_autoptr (BhRow) row = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!open)
    return g_strdup (text);
  row = decode_row (text, error);
  if (row == NULL || !bh_query_complete_row (db, run, row, error))
    return NULL;
  node = bh_row_to_json (row);
  return bh_json_to_text (node);
}

static gboolean
read_rows (BhDb *db, const BhQuery *query, gint64 run, GPtrArray *rows, GError **error)
{
  sqlite3_stmt *statement =
      bh_db_statement (db, "SELECT live, data FROM rows WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?", error);
  int step;

  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "iii", bh_key (run, MIN (query->from, BH_KEY_MASK)), bh_key (run, BH_KEY_MASK),
              (gint64) query->count);
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    {
      char *text =
          current_row (db, run, bh_db_text (statement, 1), sqlite3_column_int (statement, 0) == 1, error);

      if (text == NULL)
        {
          bh_db_reset (statement);
          return FALSE;
        }
      g_ptr_array_add (rows, text);
    }
  return step == SQLITE_DONE;
}

gboolean
bh_query_rows (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  BhRowPage *page = bh_row_page_new ();
  gint64 run, last;

  page->rows = g_ptr_array_new_with_free_func (g_free);
  g_value_init (value, BH_TYPE_ROW_PAGE);
  g_value_take_boxed (value, page);
  if (!bh_query_find_run (db, query->id, &run, error) ||
      !bh_db_int (db, &last, -1, error, "SELECT max(id) FROM rows WHERE id BETWEEN ? AND ?", "ii",
                  bh_key (run, 0), bh_key (run, BH_KEY_MASK)))
    return FALSE;
  page->total = last < 0 ? 0 : ((guint64) last & BH_KEY_MASK) + 1;
  return read_rows (db, query, run, page->rows, error);
}

/* The row as it is now, and its Run's number; BH_ERROR_ROW_NOT_FOUND. */
static BhRow *
find_row (BhDb *db, const BhQuery *query, gint64 *run, GError **error)
{
  g_autoptr (BhRow) row = NULL;
  sqlite3_stmt *statement;
  int step;

  if (!bh_query_find_run (db, query->id, run, error))
    return NULL;
  statement = bh_db_statement (db, "SELECT data FROM rows WHERE id = ?", error);
  if (statement == NULL)
    return NULL;
  bh_db_bind (statement, "i", bh_key (*run, MIN (query->n, BH_KEY_MASK)));
  step = bh_db_step (db, statement, error);
  if (step == SQLITE_DONE)
    bh_set_error (error, BH_ERROR_ROW_NOT_FOUND, NULL, "Run %s has no row %" G_GUINT64_FORMAT ".", query->id,
                  query->n);
  if (step != SQLITE_ROW)
    return NULL;
  row = decode_row (bh_db_text (statement, 0), error);
  bh_db_reset (statement);
  if (row == NULL || !bh_query_complete_row (db, *run, row, error))
    return NULL;
  return g_steal_pointer (&row);
}

gboolean
bh_query_row (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  gint64 run;
  BhRow *row = find_row (db, query, &run, error);

  if (row == NULL)
    return FALSE;
  g_value_init (value, BH_TYPE_ROW);
  g_value_take_boxed (value, row);
  return TRUE;
}

/* Appends what one chunk has of [*at, end) to `bytes`. FALSE: a gap, the end of what lies together. */
static gboolean
add_chunk (sqlite3_stmt *statement, GByteArray *bytes, guint64 *at, guint64 end)
{
  guint64 offset = (guint64) sqlite3_column_int64 (statement, 0);
  const guint8 *data = sqlite3_column_blob (statement, 1);
  guint64 length = (guint64) sqlite3_column_bytes (statement, 1);
  guint64 skip;

  if (data == NULL)
    return bytes->len == 0;
  if (offset > *at && bytes->len > 0)
    return FALSE;
  if (offset > *at)
    *at = offset;
  skip = *at - offset;
  if (skip >= length || *at >= end)
    return *at < end;
  length = MIN (length - skip, end - *at);
  g_byte_array_append (bytes, data + skip, (guint) length);
  *at += length;
  return *at < end;
}

/* The offset at which the chunk begins that `from` lies in. */
static gboolean
first_chunk (BhDb *db, gint64 key, gint64 part, guint64 from, gint64 *first, GError **error)
{
  static const char *const sql[] =
      OLD_AND_RECENT ("SELECT max(off)", "WHERE row_id = ? AND part = ? AND off <= ?");

  *first = -1;
  for (int i = 1; i >= 0 && *first < 0; i--)
    if (!bh_db_int (db, first, -1, error, sql[i], "iii", key, part, (gint64) from))
      return FALSE;
  *first = MAX (*first, 0);
  return TRUE;
}

/* `*from` becomes the offset of the first byte read. */
static gboolean
read_body (BhDb *db, const BhQuery *query, gint64 run, guint64 *from, GByteArray *bytes, GError **error)
{
  static const char *const sql[] =
      OLD_AND_RECENT ("SELECT off, bytes", "WHERE row_id = ? AND part = ? AND off >= ? ORDER BY off");
  gint64 key = bh_key (run, query->n), part = (gint64) query->part, first;
  guint64 at = *from;
  int step = SQLITE_DONE;

  if (!first_chunk (db, key, part, *from, &first, error))
    return FALSE;
  for (int i = 0; i < 2 && step == SQLITE_DONE; i++)
    {
      sqlite3_stmt *statement = bh_db_statement (db, sql[i], error);

      if (statement == NULL)
        return FALSE;
      bh_db_bind (statement, "iii", key, part, first);
      while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
        if (!add_chunk (statement, bytes, &at, at - bytes->len + query->count))
          break;
      if (step == SQLITE_ROW)
        bh_db_reset (statement);
    }
  *from = at - bytes->len;
  return step != -1;
}

gboolean
bh_query_body (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gint64 run;
  g_autoptr (BhRow) row = find_row (db, query, &run, error);
  BhBody *body;

  if (row == NULL)
    return FALSE;
  body = bh_body_new ();
  g_value_init (value, BH_TYPE_BODY);
  g_value_take_boxed (value, body);
  body->total = bh_row_part_bytes (row, query->part);
  body->offset = MIN (query->from, body->total);
  if (query->part == BH_PART_RESULT && body->offset >= row->elided_from &&
      body->offset < row->elided_from + row->elided_bytes)
    body->offset = row->elided_from + row->elided_bytes;
  if (body->offset < body->total && query->count > 0 &&
      !read_body (db, query, run, &body->offset, bytes, error))
    return FALSE;
  body->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  return TRUE;
}

/* Columns: id, kind, data, at, row_id, part, off, length, bytes. */
static BhEvent *
decode_event (sqlite3_stmt *statement)
{
  static const char *const kinds[] = BH_EVENT_KINDS;
  BhEvent *event = bh_event_new ();
  gint64 kind = sqlite3_column_int64 (statement, 1);

  event->seq = (guint64) sqlite3_column_int64 (statement, 0) & BH_KEY_MASK;
  event->kind = g_strdup (kinds[CLAMP (kind, 0, (gint64) G_N_ELEMENTS (kinds) - 1)]);
  if (kind != 0)
    {
      event->data = g_strdup (bh_db_text (statement, 2));
      return event;
    }
  event->data = bh_delta_event_text (event->seq, sqlite3_column_int64 (statement, 3),
                                     (guint64) sqlite3_column_int64 (statement, 4) & BH_KEY_MASK,
                                     (BhPart) sqlite3_column_int (statement, 5),
                                     (guint64) sqlite3_column_int64 (statement, 6),
                                     (guint64) sqlite3_column_int64 (statement, 7));
  event->bytes = bh_db_bytes (statement, 8);
  return event;
}

static gsize
event_size (const BhEvent *event)
{
  return strlen (event->data) + (event->bytes != NULL ? g_bytes_get_size (event->bytes) : 0);
}

/* Adds events until the page is full. `*size`: of what is in it. */
static gboolean
add_page (BhDb *db,
          const char *sql,
          const BhQuery *query,
          gint64 run,
          GPtrArray *events,
          gsize *size,
          GError **error)
{
  sqlite3_stmt *statement = bh_db_statement (db, sql, error);
  int step;

  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "iii", bh_key (run, MIN (query->n, BH_KEY_MASK)), bh_key (run, BH_KEY_MASK),
              (gint64) query->count - (gint64) events->len);
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    {
      BhEvent *event = decode_event (statement);

      g_ptr_array_add (events, event);
      *size += event_size (event);
      if (*size < PAGE_BYTES)
        continue;
      bh_db_reset (statement);
      return TRUE;
    }
  return step == SQLITE_DONE;
}

gboolean
bh_query_events (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  static const char *const sql[] = {
    "SELECT id, kind, data, at, row_id, part, off, length, bytes FROM events "
    "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
    "SELECT id, 0, NULL, at, row_id, part, off, length, bytes FROM recent "
    "WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
  };
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_event_unref);
  gsize size = 0;
  gint64 run;

  g_value_init (value, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (value, events);
  if (!bh_query_find_run (db, query->id, &run, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (sql) && events->len < query->count && size < PAGE_BYTES; i++)
    if (!add_page (db, sql[i], query, run, events, &size, error))
      return FALSE;
  return TRUE;
}

gboolean
bh_query_questions (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  sqlite3_stmt *statement;
  GPtrArray *sets;
  gint64 run;

  if (!bh_query_find_run (db, query->id, &run, error))
    return FALSE;
  statement =
      bh_db_statement (db, "SELECT data FROM questions WHERE run = ?1 AND (NOT ?2 OR state = 0) ORDER BY num",
                       error);
  if (statement == NULL)
    return FALSE;
  G_STATIC_ASSERT (BH_SET_OPEN == 0);
  bh_db_bind (statement, "ii", run, (gint64) query->open_only);
  sets = bh_query_records (db, statement, (gpointer) bh_question_set_from_json,
                           (GDestroyNotify) bh_question_set_unref, error);
  if (sets == NULL)
    return FALSE;
  g_value_init (value, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (value, sets);
  return TRUE;
}

/* The JSON in the first column of the one row there should be. NULL: none, or `error` is set. */
static JsonNode *
read_node (BhDb *db, sqlite3_stmt *statement, GError **error)
{
  JsonNode *node;

  if (bh_db_step (db, statement, error) != SQLITE_ROW)
    return NULL;
  node = bh_json_parse (bh_db_text (statement, 0), -1, error);
  bh_db_reset (statement);
  return node;
}

gboolean
bh_query_question (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) node = NULL;
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT data FROM questions WHERE id = ?", error);
  BhQuestionSet *set;

  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "t", query->id);
  node = read_node (db, statement, &failure);
  if (node == NULL && failure == NULL)
    failure = bh_error_new (BH_ERROR_QUESTION_NOT_FOUND, NULL, "There is no question %s.", query->id);
  set = node != NULL ? bh_question_set_from_json (node, &failure) : NULL;
  if (set == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_value_init (value, BH_TYPE_QUESTION_SET);
  g_value_take_boxed (value, set);
  return TRUE;
}

gboolean
bh_query_message (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) node = NULL;
  sqlite3_stmt *statement;
  BhMessage *message;
  gint64 run;

  if (!bh_query_find_run (db, query->id, &run, error))
    return FALSE;
  statement = bh_db_statement (db, "SELECT data FROM messages WHERE id = ? AND run = ?", error);
  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "ti", query->text, run);
  node = read_node (db, statement, &failure);
  if (node == NULL && failure == NULL)
    failure =
        bh_error_new (BH_ERROR_MESSAGE_NOT_FOUND, NULL, "Run %s has no message %s.", query->id, query->text);
  message = node != NULL ? bh_message_from_json (node, &failure) : NULL;
  if (message == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  g_value_init (value, BH_TYPE_MESSAGE);
  g_value_take_boxed (value, message);
  return TRUE;
}

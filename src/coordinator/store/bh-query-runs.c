/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-queries.h"

#include <string.h>

#include "coordinator/store/bh-recent.h"
#include "coordinator/store/bh-store-types.h"

gboolean
bh_query_find_run (BhDb *db, const char *run_id, gint64 *run, GError **error)
{
  if (!bh_db_int (db, run, 0, error, "SELECT num FROM runs WHERE id = ?", "t", run_id))
    return FALSE;
  if (*run != 0)
    return TRUE;
  bh_set_error (error, BH_ERROR_RUN_NOT_FOUND, NULL, "There is no Run %s. It may have been deleted.", run_id);
  return FALSE;
}

/* Rows and events come without a new record of their Run. */
static gboolean
complete_run (BhDb *db, gint64 num, BhRun *run, GError **error)
{
  gint64 last_row, last_event;

  if (!bh_db_int (db, &last_row, -1, error, "SELECT max(id) FROM rows WHERE id BETWEEN ? AND ?", "ii",
                  bh_key (num, 0), bh_key (num, BH_KEY_MASK)) ||
      !bh_recent_last_event (db, num, &last_event, NULL, error))
    return FALSE;
  run->rows = last_row < 0 ? 0 : ((guint64) last_row & BH_KEY_MASK) + 1;
  run->last_seq = (guint64) last_event & BH_KEY_MASK;
  return TRUE;
}

/* Columns: num, record, instructions (may be NULL), network (may be NULL; records of older releases lack it).
 */
static BhRun *
decode_run (sqlite3_stmt *statement, gint64 *num, GError **error)
{
  g_autoptr (JsonNode) node = bh_json_parse (bh_db_text (statement, 1), -1, error);
  BhRun *run = node != NULL ? bh_run_from_json (node, error) : NULL;

  if (run == NULL)
    return NULL;
  *num = sqlite3_column_int64 (statement, 0);
  g_set_str (&run->instructions, bh_db_text (statement, 2));
  if (bh_db_text (statement, 3) != NULL)
    g_set_str (&run->network, bh_db_text (statement, 3));
  return run;
}

/* The first Run of a statement, or NULL: not found, or an error. */
static BhRun *
read_run (BhDb *db, sqlite3_stmt *statement, gint64 *num, GError **error)
{
  g_autoptr (BhRun) run = NULL;

  if (bh_db_step (db, statement, error) != SQLITE_ROW)
    return NULL;
  run = decode_run (statement, num, error);
  bh_db_reset (statement);
  if (run == NULL || !complete_run (db, *num, run, error))
    return NULL;
  return g_steal_pointer (&run);
}

/* One Run by one parameter; `missing` is the error when there is none. */
static BhRun *
find_record (BhDb *db, const char *sql, const char *parameter, gint64 *num, BhError missing, GError **error)
{
  GError *failure = NULL;
  sqlite3_stmt *statement = bh_db_statement (db, sql, error);
  BhRun *run;

  if (statement == NULL)
    return NULL;
  bh_db_bind (statement, "t", parameter);
  run = read_run (db, statement, num, &failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  else if (run == NULL && missing == BH_ERROR_RUN_NOT_FOUND)
    bh_set_error (error, missing, NULL, "There is no Run %s. It may have been deleted.", parameter);
  else if (run == NULL)
    bh_set_error (error, missing, NULL, "No Run belongs to %s.", parameter);
  return run;
}

static void
take_run (GValue *value, BhRun *run)
{
  g_value_init (value, BH_TYPE_RUN);
  g_value_take_boxed (value, run);
}

static BhRun *
find_by_id (BhDb *db, const char *id, gint64 *num, GError **error)
{
  return find_record (db, "SELECT num, record, instructions, network FROM runs WHERE id = ?", id, num,
                      BH_ERROR_RUN_NOT_FOUND, error);
}

gboolean
bh_query_get_run (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  gint64 num;
  BhRun *run = find_by_id (db, query->id, &num, error);

  if (run == NULL)
    return FALSE;
  take_run (value, run);
  return TRUE;
}

gboolean
bh_query_run_of_box (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  gint64 num;
  BhRun *run =
      find_record (db,
                   "SELECT num, record, NULL, network FROM runs WHERE box_id = ? ORDER BY num DESC LIMIT 1",
                   query->id, &num, BH_ERROR_NOT_FOUND, error);

  if (run == NULL)
    return FALSE;
  take_run (value, run);
  return TRUE;
}

gboolean
bh_query_idempotent (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  gint64 num, same;
  BhRun *run = find_record (db,
                            "SELECT num, record, instructions, network FROM runs "
                            "WHERE num = (SELECT run FROM idempotency WHERE key = ?)",
                            query->id, &num, BH_ERROR_NOT_FOUND, error);

  if (run == NULL)
    return FALSE;
  take_run (value, run);
  if (!bh_db_int (db, &same, 0, error, "SELECT digest = ? FROM idempotency WHERE key = ?", "tt", query->text,
                  query->id))
    return FALSE;
  if (!same)
    bh_set_error (
        error, BH_ERROR_IDEMPOTENCY_MISMATCH, NULL,
        "This Idempotency-Key was used before, for another request. Use a new key for a new request.");
  return same != 0;
}

gboolean
bh_query_active_runs (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT id FROM runs WHERE state < ? ORDER BY num", error);
  int step;

  if (statement == NULL)
    return FALSE;
  G_STATIC_ASSERT (BH_RUN_COMPLETED == 4);
  bh_db_bind (statement, "i", (gint64) BH_RUN_COMPLETED);
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    g_strv_builder_add (ids, bh_db_text (statement, 0));
  g_value_init (value, G_TYPE_STRV);
  g_value_take_boxed (value, g_strv_builder_end (ids));
  return step == SQLITE_DONE;
}

static void
bind_states (sqlite3_stmt *statement, int from, guint states)
{
  for (int i = 0; i <= BH_RUN_STOPPED; i++)
    sqlite3_bind_int (statement, from + i, (states & (1u << i)) != 0 ? i : -1);
}

/* Numbers first, by an index alone; records only of those that are on the page. */
static sqlite3_stmt *
prepare_list (BhDb *db, const BhQuery *query, const char *fts, gint64 before, GError **error)
{
  sqlite3_stmt *statement;

  if (fts != NULL)
    statement = bh_db_statement (
        db,
        "SELECT num, record, NULL, network FROM runs_fts JOIN runs ON runs.num = runs_fts.rowid "
        "WHERE runs_fts MATCH ?3 AND runs_fts.rowid < ?1 "
        "AND (?11 OR state IN (?4, ?5, ?6, ?7, ?8, ?9, ?10)) "
        "ORDER BY runs_fts.rowid DESC LIMIT ?2",
        error);
  else if (query->states == 0)
    statement = bh_db_statement (
        db, "SELECT num, record, NULL, network FROM runs WHERE num < ?1 ORDER BY num DESC LIMIT ?2", error);
  else
    statement =
        bh_db_statement (db,
                         "SELECT num, record, NULL, network FROM runs WHERE num IN "
                         "(SELECT num FROM runs WHERE state IN (?4, ?5, ?6, ?7, ?8, ?9, ?10) AND num < ?1 "
                         "ORDER BY num DESC LIMIT ?2) ORDER BY num DESC",
                         error);
  if (statement == NULL)
    return NULL;
  sqlite3_bind_int64 (statement, 1, before);
  sqlite3_bind_int64 (statement, 2, (gint64) query->count);
  if (fts != NULL)
    {
      sqlite3_bind_text (statement, 3, fts, -1, SQLITE_STATIC);
      sqlite3_bind_int (statement, 11, query->states == 0);
    }
  if (fts != NULL || query->states != 0)
    bind_states (statement, 4, query->states);
  return statement;
}

static gboolean
complete_runs (BhDb *db, GPtrArray *runs, GArray *nums, GError **error)
{
  for (guint i = 0; i < runs->len; i++)
    if (!complete_run (db, g_array_index (nums, gint64, i), g_ptr_array_index (runs, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
read_list (BhDb *db, const BhQuery *query, gint64 before, GPtrArray *runs, GError **error)
{
  gboolean searching = query->text != NULL && query->text[strspn (query->text, " \t\r\n")] != '\0';
  g_autofree char *fts = searching ? bh_search_to_fts (query->text) : NULL;
  g_autoptr (GArray) nums = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *statement;
  int step;

  if (searching && fts == NULL)
    return TRUE; /* only punctuation: nothing has it as a word */
  statement = prepare_list (db, query, fts, before, error);
  if (statement == NULL)
    return FALSE;
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    {
      gint64 num;
      BhRun *run = decode_run (statement, &num, error);

      if (run == NULL)
        {
          bh_db_reset (statement);
          return FALSE;
        }
      g_ptr_array_add (runs, run);
      g_array_append_val (nums, num);
    }
  return step == SQLITE_DONE && complete_runs (db, runs, nums, error);
}

gboolean
bh_query_list_runs (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  gint64 before = G_MAXINT64;
  GPtrArray *runs = g_ptr_array_new_with_free_func ((GDestroyNotify) bh_run_unref);

  g_value_init (value, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (value, runs);
  if (query->before != NULL && !bh_query_find_run (db, query->before, &before, error))
    return FALSE;
  return read_list (db, query, before, runs, error);
}

/* A JSON object of strings; NULL is an empty one. */
static GHashTable *
decode_env (const char *text, GError **error)
{
  g_autoptr (GHashTable) env = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (JsonNode) node = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (text == NULL)
    return g_steal_pointer (&env);
  node = bh_json_parse (text, -1, error);
  if (node == NULL)
    return NULL;
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member))
    g_hash_table_insert (env, g_strdup (name), json_node_dup_string (member));
  return g_steal_pointer (&env);
}

static gboolean
load_settings (BhDb *db, gint64 num, BhRunBundle *bundle, GError **error)
{
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT env, network FROM runs WHERE num = ?", error);

  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "i", num);
  if (bh_db_step (db, statement, error) != SQLITE_ROW)
    return FALSE;
  bundle->env = decode_env (bh_db_text (statement, 0), error);
  bundle->network = g_strdup (bh_db_text (statement, 1));
  bh_db_reset (statement);
  return bundle->env != NULL;
}

static gboolean
load_states (BhDb *db, gint64 num, BhRunBundle *bundle, GError **error)
{
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT key, value FROM states WHERE run = ?", error);
  int step;

  if (statement == NULL)
    return FALSE;
  bundle->state = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  bh_db_bind (statement, "i", num);
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    g_hash_table_insert (bundle->state, g_strdup (bh_db_text (statement, 0)),
                         g_strdup (bh_db_text (statement, 1)));
  return step == SQLITE_DONE;
}

static gboolean
load_questions_and_messages (BhDb *db, gint64 num, BhRunBundle *bundle, GError **error)
{
  sqlite3_stmt *statement =
      bh_db_statement (db, "SELECT data FROM questions WHERE run = ? AND state = ? ORDER BY num", error);

  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "ii", num, (gint64) BH_SET_OPEN);
  bundle->open_questions = bh_query_records (db, statement, (gpointer) bh_question_set_from_json,
                                             (GDestroyNotify) bh_question_set_unref, error);
  if (bundle->open_questions == NULL)
    return FALSE;
  statement =
      bh_db_statement (db, "SELECT data FROM messages WHERE run = ? AND state IN (?, ?) ORDER BY num", error);
  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "iii", num, (gint64) BH_MESSAGE_QUEUED, (gint64) BH_MESSAGE_DELIVERED);
  bundle->messages = bh_query_records (db, statement, (gpointer) bh_message_from_json,
                                       (GDestroyNotify) bh_message_unref, error);
  return bundle->messages != NULL;
}

static gboolean
load_beginning (BhDb *db, const BhRow *row, BhRunBundle *bundle, GError **error)
{
  const BhQuery query = {
    .id = bundle->run->id, .n = row->n, .part = BH_PART_TEXT, .count = BH_BEGINNING_MAX
  };
  g_auto (GValue) value = G_VALUE_INIT;
  BhBody *body;

  if (row->kind != BH_ROW_MESSAGE)
    return TRUE;
  if (!bh_query_body (db, &query, &value, error))
    return FALSE;
  body = g_value_get_boxed (&value);
  g_hash_table_insert (bundle->beginnings, g_memdup2 (&row->n, sizeof row->n), g_bytes_ref (body->bytes));
  return TRUE;
}

static gboolean
load_rows (BhDb *db, gint64 num, BhRunBundle *bundle, GError **error)
{
  bundle->boundaries =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_array_unref);
  bundle->beginnings =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) g_bytes_unref);
  bundle->open_rows = bh_query_live_rows (db, num, 1, error);
  if (bundle->open_rows == NULL)
    return FALSE;
  for (guint i = 0; i < bundle->open_rows->len; i++)
    {
      BhRow *row = g_ptr_array_index (bundle->open_rows, i);
      GArray *boundaries = bh_query_boundaries (db, num, row, error);

      if (boundaries == NULL)
        return FALSE;
      g_hash_table_insert (bundle->boundaries, g_memdup2 (&row->n, sizeof row->n), boundaries);
      if (!load_beginning (db, row, bundle, error))
        return FALSE;
    }
  bundle->message_rows = bh_query_live_rows (db, num, 2, error);
  return bundle->message_rows != NULL;
}

gboolean
bh_query_load_run (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  BhRunBundle *bundle = bh_run_bundle_new ();
  gint64 num;

  g_value_init (value, BH_TYPE_RUN_BUNDLE);
  g_value_take_boxed (value, bundle);
  bundle->run = find_by_id (db, query->id, &num, error);
  return bundle->run != NULL && load_settings (db, num, bundle, error) &&
         load_states (db, num, bundle, error) && load_rows (db, num, bundle, error) &&
         load_questions_and_messages (db, num, bundle, error);
}

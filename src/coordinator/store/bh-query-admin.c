/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/store/bh-queries.h"

gboolean
bh_query_token_name (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT name FROM tokens WHERE sha256 = ?", error);
  int step;

  if (statement == NULL)
    return FALSE;
  bh_db_bind (statement, "t", query->text);
  step = bh_db_step (db, statement, error);
  if (step == SQLITE_DONE)
    bh_set_error (error, BH_ERROR_NOT_FOUND, NULL, "There is no such token.");
  if (step != SQLITE_ROW)
    return FALSE;
  g_value_init (value, G_TYPE_STRING);
  g_value_set_string (value, bh_db_text (statement, 0));
  bh_db_reset (statement);
  return TRUE;
}

static char *
token_to_text (const char *name, gint64 created_at)
{
  GString *text = g_string_new ("{\"name\":");
  g_autofree char *time = bh_time_format (created_at);

  bh_json_append_string (text, name);
  g_string_append (text, ",\"created_at\":");
  bh_json_append_string (text, time);
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

gboolean
bh_query_tokens (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT name, created_at FROM tokens ORDER BY name", error);
  GPtrArray *tokens;
  int step;

  if (statement == NULL)
    return FALSE;
  tokens = g_ptr_array_new_with_free_func (g_free);
  g_value_init (value, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (value, tokens);
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    g_ptr_array_add (tokens, token_to_text (bh_db_text (statement, 0), sqlite3_column_int64 (statement, 1)));
  return step == SQLITE_DONE;
}

gboolean
bh_query_settings (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  sqlite3_stmt *statement = bh_db_statement (db, "SELECT name, value FROM settings ORDER BY name", error);
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  int step;

  if (statement == NULL)
    return FALSE;
  while ((step = bh_db_step (db, statement, error)) == SQLITE_ROW)
    {
      g_strv_builder_add (texts, bh_db_text (statement, 0));
      g_strv_builder_add (texts, bh_db_text (statement, 1));
    }
  g_value_init (value, G_TYPE_STRV);
  g_value_take_boxed (value, g_strv_builder_end (texts));
  return step == SQLITE_DONE;
}

/* quick_check answers "ok", or a line for each problem; when it cannot even be asked, that is one more. */
static JsonArray *
find_problems (BhDb *db)
{
  JsonArray *problems = json_array_new ();
  g_autoptr (GError) error = NULL;
  sqlite3_stmt *statement = bh_db_statement (db, "PRAGMA quick_check(20)", &error);
  int step = statement != NULL ? SQLITE_ROW : -1;

  while (step == SQLITE_ROW && (step = bh_db_step (db, statement, &error)) == SQLITE_ROW)
    {
      const char *line = bh_db_text (statement, 0);

      if (g_strcmp0 (line, "ok") != 0)
        json_array_add_string_element (problems, line);
    }
  if (step == -1)
    json_array_add_string_element (problems, error->message);
  return problems;
}

static void
add_number (BhDb *db, JsonObject *object, const char *name, const char *sql)
{
  gint64 number;

  if (bh_db_int (db, &number, 0, NULL, sql, NULL))
    json_object_set_int_member (object, name, number);
  else
    json_object_set_null_member (object, name);
}

gboolean
bh_query_check (BhDb *db, const BhQuery *query, GValue *value, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  JsonArray *problems = find_problems (db);

  json_node_take_object (node, object);
  json_object_set_boolean_member (object, "ok", json_array_get_length (problems) == 0);
  json_object_set_array_member (object, "problems", problems);
  json_object_set_string_member (object, "path", db->path);
  add_number (db, object, "bytes", "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size");
  add_number (db, object, "runs", "SELECT count(*) FROM runs");
  add_number (db, object, "events", "SELECT (SELECT count(*) FROM events) + (SELECT count(*) FROM recent)");
  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, bh_json_to_text (node));
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-connection-private.h"

#include <string.h>

#include "client/bh-client-private.h"
#include "client/bh-future.h"
#include "protocol/bh-json-util.h"

#define BODY_MIN 4096
#define BODY_MAX (1024 * 1024)

/* --- paths --------------------------------------------------------------------------------------------- */

char *
bh_connection_escape (const char *text)
{
  return g_uri_escape_string (text, NULL, FALSE);
}

/* /v1/runs/ID and what follows */
static char *
run_path (const char *run_id, const char *rest)
{
  g_autofree char *id = bh_connection_escape (run_id);

  return g_strconcat ("/v1/runs/", id, rest, NULL);
}

static JsonNode *
string_body (const char *member, const char *value)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_set_string_member (object, member, value);
  json_object_unref (object);
  return node;
}

/* --- answers taken into the model ---------------------------------------------------------------------- */

static DexFuture *
took_run_cb (DexFuture *future, gpointer data)
{
  BhRun *run = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (run != NULL)
    bh_connection_take_run (data, run);
  return dex_ref (future);
}

static DexFuture *
took_question_cb (DexFuture *future, gpointer data)
{
  BhQuestionSet *set = g_value_get_boxed (dex_future_get_value (future, NULL));

  if (set != NULL)
    bh_connection_take_question (data, set);
  return dex_ref (future);
}

static DexFuture *
took_questions_cb (DexFuture *future, gpointer data)
{
  BhConnection *self = data;
  GPtrArray *sets = g_value_get_boxed (dex_future_get_value (future, NULL));

  for (guint i = 0; i < sets->len; i++)
    {
      BhQuestionSet *set = g_ptr_array_index (sets, i);
      BhRunItem *item = set->run != NULL ? bh_connection_lookup_run (self, set->run) : NULL;
      BhQuestionSet *open = item != NULL ? bh_run_item_get_question (item) : NULL;

      /* of those that are over only the one that was open is news */
      if (set->state == BH_SET_OPEN || (open != NULL && strcmp (open->id, set->id) == 0))
        bh_connection_take_question (self, set);
    }
  return dex_ref (future);
}

DexFuture *
bh_connection_call (BhConnection *self,
                    const char *method,
                    const char *path,
                    JsonNode *body,
                    const char *key,
                    GType type,
                    BhClientDecode decode,
                    DexFutureCallback cb)
{
  DexFuture *future = bh_client_call (self->client, method, path, body, key, type, decode);

  if (cb != NULL)
    future = dex_future_then (future, cb, g_object_ref (self), g_object_unref);
  return bh_future_detached (future);
}

static DexFuture *
call_run (BhConnection *self, const char *method, const char *path, JsonNode *body, const char *key)
{
  return bh_connection_call (self, method, path, body, key, BH_TYPE_RUN, (BhClientDecode) bh_decode_run,
                             took_run_cb);
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

DexFuture *
bh_connection_create_run (BhConnection *self, const BhRunRequest *request, const char *key)
{
  g_autoptr (JsonNode) body = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (request != NULL);
  body = bh_run_request_to_json (request);
  return call_run (self, "POST", "/v1/runs", body, key);
}

DexFuture *
bh_connection_get_run (BhConnection *self, const char *run_id)
{
  g_autofree char *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  path = run_path (run_id, "");
  return call_run (self, "GET", path, NULL, NULL);
}

DexFuture *
bh_connection_rename_run (BhConnection *self, const char *run_id, const char *name)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) body = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL && name != NULL);
  path = run_path (run_id, "");
  body = string_body ("name", name);
  return call_run (self, "PATCH", path, body, NULL);
}

typedef struct
{
  BhConnection *connection;
  char *run_id;
} Deletion;

static void
deletion_free (gpointer data)
{
  Deletion *self = data;

  g_object_unref (self->connection);
  g_free (self->run_id);
  g_free (self);
}

static DexFuture *
deleted_cb (DexFuture *future, gpointer data)
{
  Deletion *self = data;

  bh_connection_remove_run (self->connection, self->run_id);
  return dex_future_new_true ();
}

DexFuture *
bh_connection_delete_run (BhConnection *self, const char *run_id)
{
  g_autofree char *path = NULL;
  Deletion *deletion;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  path = run_path (run_id, "");
  deletion = g_new0 (Deletion, 1);
  deletion->connection = g_object_ref (self);
  deletion->run_id = g_strdup (run_id);
  return bh_future_detached (dex_future_then (bh_client_request (self->client, "DELETE", path, NULL),
                                              deleted_cb, deletion, deletion_free));
}

DexFuture *
bh_connection_stop_run (BhConnection *self, const char *run_id)
{
  g_autofree char *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  path = run_path (run_id, "/stop");
  return call_run (self, "POST", path, NULL, NULL);
}

static DexFuture *
records_cb (DexFuture *future, gpointer data)
{
  BhListing *listing = g_value_get_boxed (dex_future_get_value (future, NULL));

  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_ref (listing->records));
}

DexFuture *
bh_connection_find_runs (BhConnection *self, const char *query, guint states, const char *before)
{
  g_autoptr (GString) status = g_string_new (NULL);

  for (int state = BH_RUN_QUEUED; state <= BH_RUN_STOPPED; state++)
    if (states & (1u << state))
      g_string_append_printf (status, "%s%s", status->len > 0 ? "," : "", bh_nick (BH_TYPE_RUN_STATE, state));
  if (query != NULL && *query == '\0')
    query = NULL;
  return bh_connection_list_runs (self, status->len > 0 ? status->str : NULL, query, before);
}

DexFuture *
bh_connection_search (BhConnection *self, const char *query, guint states)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  return bh_future_detached (
      dex_future_then (bh_connection_find_runs (self, query, states, NULL), records_cb, NULL, NULL));
}

/* --- messages and questions ---------------------------------------------------------------------------- */

DexFuture *
bh_connection_send_message (BhConnection *self, const char *run_id, const char *text, gboolean interrupt)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) body = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL && text != NULL);
  path = run_path (run_id, "/messages");
  body = string_body ("text", text);
  json_object_set_boolean_member (json_node_get_object (body), "interrupt", interrupt);
  return bh_connection_call (self, "POST", path, body, NULL, BH_TYPE_MESSAGE,
                             (BhClientDecode) bh_decode_message, NULL);
}

DexFuture *
bh_connection_withdraw_message (BhConnection *self, const char *run_id, const char *message_id)
{
  g_autofree char *id = NULL, *rest = NULL, *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL && message_id != NULL);
  id = bh_connection_escape (message_id);
  rest = g_strconcat ("/messages/", id, NULL);
  path = run_path (run_id, rest);
  return bh_connection_call (self, "DELETE", path, NULL, NULL, BH_TYPE_MESSAGE,
                             (BhClientDecode) bh_decode_message, NULL);
}

static JsonNode *
answer_body (const char *set_id, JsonNode *answers)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_init_object (json_node_alloc (), object);

  json_object_unref (object);
  if (JSON_NODE_HOLDS_ARRAY (answers))
    json_object_set_member (object, "answers", json_node_copy (answers));
  else if (JSON_NODE_HOLDS_OBJECT (answers))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *value;

      json_object_iter_init_ordered (&iter, json_node_get_object (answers));
      while (json_object_iter_next_ordered (&iter, &name, &value))
        json_object_set_member (object, name, json_node_copy (value));
    }
  if (set_id != NULL)
    json_object_set_string_member (object, "question", set_id);
  return node;
}

DexFuture *
bh_connection_answer (BhConnection *self, const char *run_id, const char *set_id, JsonNode *answers)
{
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) body = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL && answers != NULL);
  path = run_path (run_id, "/answers");
  body = answer_body (set_id, answers);
  /* with a key, so that it is repeated when the coordinator is killed meanwhile: the first answer stands
   * anyhow */
  return bh_connection_call (self, "POST", path, body, set_id, BH_TYPE_QUESTION_SET,
                             (BhClientDecode) bh_decode_question_set, took_question_cb);
}

DexFuture *
bh_connection_answer_option (BhConnection *self, const char *run_id, const char *set_id, const char *option)
{
  JsonObject *answer = json_object_new ();
  JsonArray *options = json_array_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), answer);

  json_array_add_string_element (options, option);
  json_object_set_array_member (answer, "options", options);
  json_object_unref (answer);
  return bh_connection_answer (self, run_id, set_id, node);
}

JsonNode *
bh_choices_to_json (GPtrArray *choices)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_init_array (json_node_alloc (), array);

  for (guint i = 0; i < choices->len; i++)
    {
      const BhChoice *choice = g_ptr_array_index (choices, i);
      JsonObject *object = json_object_new ();
      JsonArray *options = json_array_new ();

      json_object_set_string_member (object, "question", choice->question);
      for (guint j = 0; choice->options != NULL && choice->options[j] != NULL; j++)
        json_array_add_string_element (options, choice->options[j]);
      json_object_set_array_member (object, "options", options);
      if (choice->text != NULL)
        json_object_set_string_member (object, "text", choice->text);
      json_array_add_object_element (array, object);
    }
  json_array_unref (array);
  return node;
}

gboolean
bh_choices_are_answer (GPtrArray *choices, const BhQuestionSet *set)
{
  g_autoptr (JsonNode) ours = NULL, theirs = NULL;
  g_autofree char *one = NULL, *other = NULL;

  g_return_val_if_fail (choices != NULL && set != NULL, FALSE);
  if (set->answers == NULL)
    return FALSE;
  ours = bh_choices_to_json (choices);
  theirs = bh_choices_to_json (set->answers);
  one = bh_json_to_text (ours);
  other = bh_json_to_text (theirs);
  return g_str_equal (one, other);
}

BhQuestionSet *
bh_connection_error_answer (const GError *error)
{
  JsonNode *extra;

  if (!g_error_matches (error, BH_ERROR, BH_ERROR_ALREADY_ANSWERED))
    return NULL;
  extra = bh_error_get_extra (error, "question");
  return extra != NULL ? bh_decode_question_set (extra, NULL) : NULL;
}

static gpointer
decode_questions (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "questions", (BhDecodeFunc) bh_decode_question_set,
                            (GDestroyNotify) bh_question_set_unref, error);
}

DexFuture *
bh_connection_list_questions (BhConnection *self, const char *run_id, gboolean all)
{
  g_autofree char *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  path = run_path (run_id, all ? "/questions?all=true" : "/questions");
  return dex_future_then (bh_connection_records (self, path, decode_questions), took_questions_cb,
                          g_object_ref (self), g_object_unref);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

BH_DEFINE_RECORD (BhBodyText, bh_body_text)

static void
bh_body_text_clear (BhBodyText *self)
{
  g_free (self->text);
}

static guint64
read_uint (JsonObject *object, const char *member)
{
  gint64 value = json_object_get_int_member_with_default (object, member, 0);

  return value > 0 ? (guint64) value : 0;
}

static gpointer
decode_body (JsonNode *answer, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  const char *text =
      object != NULL ? json_object_get_string_member_with_default (object, "text", NULL) : NULL;
  BhBodyText *self;
  int part;

  if (text == NULL ||
      !bh_from_nick (BH_TYPE_PART, json_object_get_string_member_with_default (object, "part", NULL), &part))
    {
      bh_set_error (error, BH_ERROR_BAD_JSON, NULL, "It is no part of a row");
      return NULL;
    }
  self = g_atomic_rc_box_new0 (BhBodyText);
  self->part = (BhPart) part;
  self->row = read_uint (object, "row");
  self->from = read_uint (object, "from");
  self->bytes = read_uint (object, "bytes");
  self->total = read_uint (object, "total");
  self->has_next = json_object_has_member (object, "next") && !json_object_get_null_member (object, "next");
  self->next = self->has_next ? read_uint (object, "next") : 0;
  /* one that does not lead on would be followed for ever */
  self->has_next = self->has_next && self->next > self->from;
  self->text = g_strdup (text);
  return self;
}

DexFuture *
bh_connection_find_row (
    BhConnection *self, const char *run_id, const char *text, guint64 from, guint count, gboolean backwards)
{
  g_autofree char *escaped = bh_connection_escape (text);
  g_autofree char *rest =
      g_strdup_printf ("/find?text=%s&from=%" G_GUINT64_FORMAT "&count=%u&backwards=%s", escaped, from,
                       CLAMP (count, 1, 500), backwards ? "true" : "false");
  g_autofree char *path = run_path (run_id, rest);

  return bh_connection_call (self, "GET", path, NULL, NULL, JSON_TYPE_NODE, bh_client_decode_json, NULL);
}

DexFuture *
bh_connection_row_body (
    BhConnection *self, const char *run_id, guint64 row, BhPart part, guint64 from, guint64 length)
{
  g_autofree char *rest = NULL, *path = NULL;

  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  rest = g_strdup_printf ("/rows/%" G_GUINT64_FORMAT "/body?part=%s&from=%" G_GUINT64_FORMAT
                          "&length=%" G_GUINT64_FORMAT,
                          row, bh_nick (BH_TYPE_PART, part), from, CLAMP (length, BODY_MIN, BODY_MAX));
  path = run_path (run_id, rest);
  return bh_connection_call (self, "GET", path, NULL, NULL, BH_TYPE_BODY_TEXT, decode_body, NULL);
}

static gpointer
decode_rows (JsonNode *answer, GError **error)
{
  return bh_decode_listing (answer, "rows", (BhDecodeFunc) bh_decode_row, (GDestroyNotify) bh_row_unref,
                            error);
}

DexFuture *
bh_connection_list_rows (BhConnection *self, const char *run_id, guint64 from, guint count)
{
  g_autofree char *rest =
      g_strdup_printf ("/rows?from=%" G_GUINT64_FORMAT "&count=%u", from, CLAMP (count, 1, 500));
  g_autofree char *path = run_path (run_id, rest);

  return bh_connection_listing (self, path, decode_rows);
}

DexFuture *
bh_connection_rows (BhConnection *self, const char *run_id, guint64 from, guint count)
{
  dex_return_error_if_fail (BH_IS_CONNECTION (self));
  dex_return_error_if_fail (run_id != NULL);
  return dex_future_then (bh_connection_list_rows (self, run_id, from, count), records_cb, NULL, NULL);
}

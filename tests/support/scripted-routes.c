/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "support/scripted-coordinator-private.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/bh-json-util.h"

typedef struct
{
  ScriptedCoordinator *self;
  SoupServerMessage *message;
  const char *method;
  GHashTable *query;
  char **parts; /* of the path, after /v1/ */
  guint n_parts;
  JsonNode *body;   /* (nullable) */
  ScriptedRun *run; /* (nullable) that of /v1/runs/ID */
} Request;

static void
respond (Request *request, guint status, const char *text)
{
  soup_server_message_set_status (request->message, status, NULL);
  soup_server_message_set_response (request->message, "application/json", SOUP_MEMORY_COPY, text,
                                    strlen (text));
}

/* Takes `node`. */
static void
respond_node (Request *request, guint status, JsonNode *node)
{
  g_autofree char *text = bh_json_to_text (node);

  respond (request, status, text);
  json_node_unref (node);
}

static void
respond_error (Request *request, GError *error)
{
  respond_node (request, bh_error_status ((BhError) error->code), bh_problem_to_json (error));
  g_error_free (error);
}

static const char *
query (Request *request, const char *name)
{
  return request->query != NULL ? g_hash_table_lookup (request->query, name) : NULL;
}

static guint64
query_number (Request *request, const char *name, guint64 fallback)
{
  const char *text = query (request, name);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : fallback;
}

typedef JsonNode *(*ToJson) (gconstpointer record);

static void
respond_list (Request *request, const char *member, GPtrArray *list, ToJson to_json)
{
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < list->len; i++)
    json_array_add_element (array, to_json (g_ptr_array_index (list, i)));
  json_object_set_array_member (object, member, array);
  respond_node (request, 200, bh_json_take_object (object));
}

static const char *
member (Request *request, const char *name)
{
  if (request->body == NULL || !JSON_NODE_HOLDS_OBJECT (request->body))
    return NULL;
  return json_object_get_string_member_with_default (json_node_get_object (request->body), name, NULL);
}

/* --- Runs ---------------------------------------------------------------------------------------------- */

static int
newest_first (gconstpointer a, gconstpointer b)
{
  const ScriptedRun *first = *(ScriptedRun *const *) a, *second = *(ScriptedRun *const *) b;

  if (first->run->created_at != second->run->created_at)
    return first->run->created_at > second->run->created_at ? -1 : 1;
  return strcmp (second->run->id, first->run->id);
}

static gboolean
is_asked_for (Request *request, const BhRun *run)
{
  const char *status = query (request, "status"), *text = query (request, "q");
  g_auto (GStrv) states = status != NULL ? g_strsplit (status, ",", -1) : NULL;

  return (states == NULL ||
          g_strv_contains ((const char *const *) states, bh_nick (BH_TYPE_RUN_STATE, run->state))) &&
         (text == NULL || strstr (run->name, text) != NULL);
}

static JsonNode *
run_to_json (ScriptedRun *run)
{
  run->run->rows = run->n_rows;
  run->run->last_seq = run->last_seq;
  return bh_run_to_json (run->run);
}

static void
list_runs (Request *request)
{
  g_autoptr (GPtrArray) all = g_hash_table_get_values_as_ptr_array (request->self->runs);
  const char *before = query (request, "before"), *next = NULL;
  guint64 limit = query_number (request, "limit", 50);
  JsonObject *object;
  JsonArray *array;
  gboolean begun = before == NULL;

  if (before != NULL && scripted_find_run (request->self, before) == NULL)
    {
      respond_error (request, bh_error_new (BH_ERROR_RUN_NOT_FOUND, NULL, "There is no such Run"));
      return;
    }
  object = json_object_new ();
  array = json_array_new ();
  g_ptr_array_sort (all, newest_first);
  for (guint i = 0; i < all->len; i++)
    {
      ScriptedRun *run = g_ptr_array_index (all, i);

      if (begun && is_asked_for (request, run->run))
        {
          if (json_array_get_length (array) == limit)
            break;
          json_array_add_element (array, run_to_json (run));
          next = run->run->id;
        }
      begun = begun || strcmp (run->run->id, before) == 0;
    }
  bh_json_set_string (object, "next", json_array_get_length (array) == limit ? next : NULL);
  json_object_set_array_member (object, "runs", array);
  respond_node (request, 200, bh_json_take_object (object));
}

static void
create_run (Request *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunRequest) asked = bh_run_request_from_json (request->body, &error);
  g_autofree char *id = g_strdup_printf ("r_made%u", request->self->n_made++);
  g_autoptr (BhRun) run = scripted_run_new (id, BH_RUN_QUEUED, 0);

  if (asked == NULL)
    {
      respond_error (request, g_steal_pointer (&error));
      return;
    }
  run->mode = asked->mode;
  if (asked->name != NULL)
    g_set_str (&run->name, asked->name);
  g_mutex_unlock (&request->self->mutex);
  scripted_coordinator_put_run (request->self, run);
  g_mutex_lock (&request->self->mutex);
  respond_node (request, 201, run_to_json (scripted_find_run (request->self, id)));
}

static void
serve_run (Request *request)
{
  if (strcmp (request->method, "DELETE") == 0)
    {
      g_autofree char *block =
          g_strdup_printf ("event: run_deleted\ndata: {\"id\":\"%s\"}\n\n", request->run->run->id);

      g_hash_table_remove (request->self->runs, request->parts[1]);
      scripted_broadcast (request->self, "/v1/events", block);
      soup_server_message_set_status (request->message, 204, NULL);
      return;
    }
  if (strcmp (request->method, "PATCH") == 0)
    {
      g_set_str (&request->run->run->name, member (request, "name"));
      scripted_tell_run (request->self, request->run);
    }
  respond_node (request, 200, run_to_json (request->run));
}

static void
stop_run (Request *request)
{
  request->run->run->state = BH_RUN_STOPPED;
  scripted_tell_run (request->self, request->run);
  respond_node (request, 200, run_to_json (request->run));
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void
list_rows (Request *request)
{
  guint64 from = query_number (request, "from", 0), count = query_number (request, "count", 100);
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint64 n = from; n < from + count && n < request->run->n_rows; n++)
    {
      g_autoptr (BhRow) row = scripted_get_row (request->run, (guint) n);

      json_array_add_element (array, bh_row_to_json (row));
    }
  json_object_set_array_member (object, "rows", array);
  json_object_set_int_member (object, "total", request->run->n_rows);
  respond_node (request, 200, bh_json_take_object (object));
}

static void
serve_body (Request *request)
{
  const char *part = query (request, "part");
  g_autofree char *key = g_strconcat (request->parts[3], "/", part, NULL);
  const GString *body = g_hash_table_lookup (request->run->bodies, key);
  gsize total = body != NULL ? body->len : 0;
  guint64 from = MIN (query_number (request, "from", 0), total);
  guint64 length = MIN (query_number (request, "length", 256 * 1024), total - from);
  g_autofree char *text = body != NULL ? g_strndup (body->str + from, length) : g_strdup ("");
  const char *accept =
      soup_message_headers_get_one (soup_server_message_get_request_headers (request->message), "Accept");
  JsonObject *object;

  if (g_strcmp0 (accept, "application/octet-stream") == 0)
    {
      soup_server_message_set_status (request->message, 200, NULL);
      soup_server_message_set_response (request->message, accept, SOUP_MEMORY_COPY,
                                        body != NULL ? body->str : "", total);
      return;
    }
  object = json_object_new ();
  json_object_set_int_member (object, "row", atoi (request->parts[3]));
  json_object_set_string_member (object, "part", part);
  json_object_set_int_member (object, "from", (gint64) from);
  json_object_set_int_member (object, "bytes", (gint64) length);
  json_object_set_int_member (object, "total", (gint64) total);
  if (from + length < total)
    json_object_set_int_member (object, "next", (gint64) (from + length));
  else
    json_object_set_null_member (object, "next");
  json_object_set_string_member (object, "text", text);
  respond_node (request, 200, bh_json_take_object (object));
}

/* --- messages and questions ---------------------------------------------------------------------------- */

static void
post_message (Request *request)
{
  g_autoptr (BhMessage) message = bh_message_new ();

  message->id = g_strdup_printf ("m_made%u", request->self->n_made++);
  message->run = g_strdup (request->run->run->id);
  message->text = g_strdup (member (request, "text"));
  message->author = g_strdup ("you");
  message->row = request->run->n_rows;
  message->queued_at = g_get_real_time ();
  scripted_take_message (request->self, request->run, message);
  respond_node (request, 201, bh_message_to_json (message));
}

static void
serve_message (Request *request)
{
  for (guint i = 0; i < request->run->messages->len; i++)
    {
      const BhMessage *known = g_ptr_array_index (request->run->messages, i);
      g_autoptr (BhMessage) message = bh_message_copy (known);

      if (strcmp (known->id, request->parts[3]) != 0)
        continue;
      if (strcmp (request->method, "DELETE") == 0)
        {
          message->state = BH_MESSAGE_WITHDRAWN;
          scripted_take_message (request->self, request->run, message);
        }
      respond_node (request, 200, bh_message_to_json (message));
      return;
    }
  respond_error (request, bh_error_new (BH_ERROR_MESSAGE_NOT_FOUND, NULL, "There is no such message"));
}

static void
list_questions (Request *request)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < request->run->questions->len; i++)
    {
      BhQuestionSet *set = g_ptr_array_index (request->run->questions, i);

      if (set->state == BH_SET_OPEN || query (request, "all") != NULL)
        g_ptr_array_add (list, set);
    }
  respond_list (request, "questions", list, (ToJson) bh_question_set_to_json);
}

static void
answer_question (Request *request)
{
  g_autoptr (BhQuestionSet) set = NULL;
  g_autoptr (GError) error = NULL;

  if (request->run->questions->len > 0)
    set =
        bh_question_set_copy (g_ptr_array_index (request->run->questions, request->run->questions->len - 1));
  if (set == NULL)
    error = bh_error_new (BH_ERROR_QUESTION_NOT_FOUND, NULL, "There is no such question");
  else if (set->state == BH_SET_ANSWERED)
    {
      error = bh_error_new (BH_ERROR_ALREADY_ANSWERED, NULL, "It was answered already");
      bh_error_set_extra (error, "question", bh_question_set_to_json (set));
    }
  else
    set->answers = bh_question_set_check_answers (set, request->body, &error);
  if (error != NULL)
    {
      respond_error (request, g_steal_pointer (&error));
      return;
    }
  set->state = BH_SET_ANSWERED;
  set->answered_by = g_strdup ("you");
  set->answered_at = g_get_real_time ();
  scripted_take_question (request->self, request->run, set);
  respond_node (request, 200, bh_question_set_to_json (set));
}

/* --- streams ------------------------------------------------------------------------------------------- */

static void
finished_cb (SoupServerMessage *message, gpointer data)
{
  ScriptedCoordinator *self = data;

  for (guint i = 0; i < self->streams->len; i++)
    if (((ScriptedStream *) g_ptr_array_index (self->streams, i))->message == message)
      g_ptr_array_remove_index (self->streams, i--);
}

static void
begin_stream (Request *request, const char *path)
{
  ScriptedStream *stream = g_new0 (ScriptedStream, 1);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  SoupMessageBody *body = soup_server_message_get_response_body (request->message);
  const char *last = soup_message_headers_get_one (soup_server_message_get_request_headers (request->message),
                                                   "Last-Event-ID");
  guint64 after = last != NULL ? g_ascii_strtoull (last, NULL, 10) : 0;
  const char *hello = "event: hello\ndata: {\"missed\":false}\n\n";

  g_ptr_array_add (request->self->requests, g_strconcat ("STREAM ", path, " ", last, NULL));
  stream->path = g_strdup (path);
  stream->message = g_object_ref (request->message);
  g_ptr_array_add (request->self->streams, stream);
  g_signal_connect (request->message, "finished", G_CALLBACK (finished_cb), request->self);
  soup_server_message_set_status (request->message, 200, NULL);
  soup_message_headers_set_content_type (headers, "text/event-stream", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (body, FALSE);
  if (request->run == NULL)
    soup_message_body_append (body, SOUP_MEMORY_STATIC, hello, strlen (hello));
  for (guint i = 0; request->run != NULL && i < request->run->events->len; i++)
    if (request->run->first_seq + i > after)
      {
        const char *block = g_ptr_array_index (request->run->events, i);

        soup_message_body_append (body, SOUP_MEMORY_COPY, block, strlen (block));
      }
}

/* --- routes -------------------------------------------------------------------------------------------- */

static void
change_box (Request *request)
{
  GPtrArray *boxes = request->self->boxes;

  for (guint i = 0; i < boxes->len; i++)
    {
      BhBoxInfo *box = boxes->pdata[i];

      if (strcmp (box->id, request->parts[1]) != 0)
        continue;
      if (strcmp (request->method, "DELETE") == 0)
        g_ptr_array_remove_index (boxes, i);
      else
        g_set_str (&box->state, "stopped");
      break;
    }
  soup_server_message_set_status (request->message, 204, NULL);
}

static gboolean
is (Request *request, guint at, const char *part)
{
  return at < request->n_parts && strcmp (request->parts[at], part) == 0;
}

static void
serve_info (Request *request)
{
  g_autofree char *text =
      g_strdup_printf ("{\"name\":\"scripted\",\"version\":\"7\",\"api\":%d}", request->self->api);

  respond (request, 200, text);
}

static gboolean
body_holds (Request *request, guint64 n, const char *needle)
{
  static const char *const parts[] = { "text", "call", "result" };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *key = g_strdup_printf ("%" G_GUINT64_FORMAT "/%s", n, parts[i]);
      const GString *body = g_hash_table_lookup (request->run->bodies, key);
      g_autofree char *folded = body != NULL ? g_utf8_casefold (body->str, (gssize) body->len) : NULL;

      if (folded != NULL && strstr (folded, needle) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* As the real one: of a few rows at a time. */
static void
find_row (Request *request)
{
  guint64 from = query_number (request, "from", 0), to = from + query_number (request, "count", 100);
  gboolean backwards = g_strcmp0 (query (request, "backwards"), "true") == 0;
  g_autofree char *needle = g_utf8_casefold (query (request, "text"), -1);
  JsonObject *object = json_object_new ();
  gint64 found = -1;

  to = MIN (to, request->run->n_rows);
  for (guint i = 0; i < 60 && from < to && found < 0; i++)
    {
      guint64 n = backwards ? --to : from++;

      if (body_holds (request, n, needle))
        found = (gint64) n;
    }
  json_object_set_null_member (object, "row");
  json_object_set_null_member (object, "next");
  if (found >= 0)
    json_object_set_int_member (object, "row", found);
  else if (from < to)
    json_object_set_int_member (object, "next", (gint64) (backwards ? to : from));
  respond_node (request, 200, bh_json_take_object (object));
}

static void
serve_in_run (Request *request, const char *path)
{
  if (request->n_parts == 2)
    serve_run (request);
  else if (is (request, 2, "rows") && request->n_parts == 3)
    list_rows (request);
  else if (is (request, 2, "rows") && is (request, 4, "body"))
    serve_body (request);
  else if (is (request, 2, "find"))
    find_row (request);
  else if (is (request, 2, "events"))
    begin_stream (request, path);
  else if (is (request, 2, "stop"))
    stop_run (request);
  else if (is (request, 2, "messages") && request->n_parts == 3)
    post_message (request);
  else if (is (request, 2, "messages"))
    serve_message (request);
  else if (is (request, 2, "questions"))
    list_questions (request);
  else if (is (request, 2, "answers"))
    answer_question (request);
  else
    respond_error (request, bh_error_new (BH_ERROR_NOT_FOUND, NULL, "There is no such path"));
}

static void
route (Request *request, const char *path)
{
  if (is (request, 0, "info"))
    serve_info (request);
  else if (is (request, 0, "events"))
    begin_stream (request, path);
  else if (is (request, 0, "workers") && request->n_parts == 1)
    respond_list (request, "workers", request->self->workers, (ToJson) bh_worker_info_to_json);
  else if (is (request, 0, "workers"))
    respond (
        request, 200,
        "{\"images\":[{\"id\":\"host\",\"description\":\"This computer\",\"provider\":\"bubblewrap\"}]}");
  else if (is (request, 0, "engines"))
    respond_list (request, "engines", request->self->engines, (ToJson) bh_engine_info_to_json);
  else if (is (request, 0, "keys") && request->n_parts == 1)
    respond (request, 200,
             "{\"stored_in\":\"file\",\"keys\":["
             "{\"name\":\"ANTHROPIC_API_KEY\",\"engines\":[\"claude-api\"],\"set\":true},"
             "{\"name\":\"GEMINI_API_KEY\",\"engines\":[\"gemini\",\"goose\"],\"set\":false}]}");
  else if (is (request, 0, "sign-ins") && request->n_parts == 1)
    respond (request, 200,
             "{\"sign_ins\":[{\"engine\":\"claude-plan\",\"name\":\"Claude <b>Plan</b>\","
             "\"paths\":[\"~/.claude/.credentials.json\"],\"consent\":\"always\"}]}");
  else if (is (request, 0, "keys") || is (request, 0, "sign-ins"))
    respond (request, 200, "{}");
  else if (is (request, 0, "devboxes") && request->n_parts == 1)
    respond_list (request, "devboxes", request->self->boxes, (ToJson) bh_box_info_to_json);
  else if (is (request, 0, "devboxes"))
    change_box (request);
  else if (!is (request, 0, "runs"))
    respond_error (request, bh_error_new (BH_ERROR_NOT_FOUND, NULL, "There is no such path"));
  else if (request->n_parts == 1 && strcmp (request->method, "POST") == 0)
    create_run (request);
  else if (request->n_parts == 1)
    list_runs (request);
  else if (request->run == NULL)
    respond_error (request, bh_error_new (BH_ERROR_RUN_NOT_FOUND, NULL, "There is no such Run"));
  else
    serve_in_run (request, path);
}

static gboolean
serve_fault (Request *request, const char *line)
{
  for (guint i = 0; i < request->self->faults->len; i++)
    {
      ScriptedFault *fault = g_ptr_array_index (request->self->faults, i);

      if (fault->times == 0 || !g_str_has_prefix (line, fault->request))
        continue;
      fault->times--;
      respond (request, fault->status, fault->body);
      return TRUE;
    }
  if (request->self->down)
    respond (request, 503,
             "{\"title\":\"T\",\"status\":503,\"detail\":\"It is not ready\",\"code\":\"unavailable\"}");
  return request->self->down;
}

void
scripted_serve (
    SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *parameters, gpointer data)
{
  ScriptedCoordinator *self = data;
  const char *given = g_uri_get_query (soup_server_message_get_uri (message));
  SoupMessageBody *sent = soup_server_message_get_request_body (message);
  g_autofree char *line = NULL;
  g_auto (GStrv) parts = g_strsplit (g_str_has_prefix (path, "/v1/") ? path + 4 : path, "/", -1);
  g_autoptr (JsonNode) body = NULL;
  Request request = { .self = self, .message = message, .query = parameters, .parts = parts };

  request.method = soup_server_message_get_method (message);
  line = g_strconcat (request.method, " ", path, given != NULL ? "?" : "", given, NULL);
  request.n_parts = g_strv_length (parts);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->requests, g_strdup (line));
  if (sent->length > 0)
    {
      g_autofree char *text = g_strndup (sent->data, (gsize) sent->length);

      body = bh_json_parse (text, -1, NULL);
      g_set_str (&self->last_body, text);
    }
  request.body = body;
  if (is (&request, 0, "runs") && request.n_parts > 1)
    request.run = scripted_find_run (self, parts[1]);
  if (!serve_fault (&request, line))
    route (&request, path);
  if (self->held != NULL && g_str_has_prefix (line, self->held))
    {
      soup_server_message_pause (message);
      g_ptr_array_add (self->waiting, g_object_ref (message));
    }
  g_mutex_unlock (&self->mutex);
}

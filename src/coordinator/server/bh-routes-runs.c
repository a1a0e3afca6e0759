/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

#include "protocol/bh-json.h"

/* Runs, and what a person says to them. */

gboolean
bh_route_create_run (BhRequest *request, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char *key = soup_message_headers_get_one (headers, "Idempotency-Key");
  g_autofree char *digest = NULL;
  g_autoptr (JsonNode) body = NULL;
  g_autoptr (BhRunRequest) wanted = NULL;
  g_autoptr (BhRun) run = NULL;
  g_autofree char *location = NULL;

  if (key != NULL && (*key == '\0' || strlen (key) > 128 || !g_str_is_ascii (key)))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "Idempotency-Key",
                    "An Idempotency-Key has 1 to 128 ASCII characters");
      return FALSE;
    }
  body = bh_request_body (request, error);
  if (body == NULL)
    return FALSE;
  wanted = bh_run_request_from_json (body, error);
  if (wanted == NULL)
    return FALSE;
  digest = bh_request_digest (request);
  run = dex_await_boxed (bh_coordinator_create_run (request->coordinator, wanted, key, digest), error);
  if (run == NULL)
    return FALSE;
  location = g_strconcat ("/v1/runs/", run->id, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message), "Location",
                                location);
  bh_request_respond (request, SOUP_STATUS_CREATED, bh_run_to_json (run));
  return TRUE;
}

/* "running,needs_you" as a bit mask of states */
static gboolean
parse_states (const char *text, guint *states, GError **error)
{
  g_auto (GStrv) nicks = NULL;

  *states = 0;
  if (text == NULL || *text == '\0')
    return TRUE;
  nicks = g_strsplit (text, ",", -1);
  for (guint i = 0; nicks[i] != NULL; i++)
    {
      int state;

      if (!bh_from_nick (BH_TYPE_RUN_STATE, nicks[i], &state))
        {
          bh_set_error (error, BH_ERROR_INVALID_FIELD, "status",
                        "“%s” is no status; known are queued, launching, running, needs_you, completed, "
                        "failed, stopped",
                        nicks[i]);
          return FALSE;
        }
      *states |= 1u << state;
    }
  return TRUE;
}

gboolean
bh_route_list_runs (BhRequest *request, GError **error)
{
  g_autoptr (GPtrArray) runs = NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  guint states;
  guint64 limit;

  json_object_set_array_member (object, "runs", array);
  json_node_set_object (node, object);
  if (!parse_states (bh_request_query (request, "status"), &states, error) ||
      !bh_request_query_uint (request, "limit", 50, 1, 200, &limit, error))
    goto failed;
  runs = dex_await_boxed (bh_store_list_runs (bh_coordinator_get_store (request->coordinator), states,
                                              bh_request_query (request, "q"),
                                              bh_request_query (request, "before"), (guint) limit),
                          error);
  if (runs == NULL)
    goto failed;
  for (guint i = 0; i < runs->len; i++)
    json_array_add_element (array, bh_run_to_json (g_ptr_array_index (runs, i)));
  if (runs->len == limit)
    json_object_set_string_member (object, "next", ((BhRun *) g_ptr_array_index (runs, runs->len - 1))->id);
  else
    json_object_set_null_member (object, "next");
  bh_request_respond (request, SOUP_STATUS_OK, node);
  return TRUE;

failed:
  json_node_unref (node);
  return FALSE;
}

/* Answers with a Run, or fails with what the future was rejected with. */
static gboolean
respond_run (BhRequest *request, DexFuture *future, GError **error)
{
  g_autoptr (BhRun) run = dex_await_boxed (future, error);

  if (run == NULL)
    return FALSE;
  bh_request_respond (request, SOUP_STATUS_OK, bh_run_to_json (run));
  return TRUE;
}

gboolean
bh_route_get_run (BhRequest *request, GError **error)
{
  return respond_run (request,
                      bh_store_get_run (bh_coordinator_get_store (request->coordinator),
                                        request->arguments[0]),
                      error);
}

gboolean
bh_route_rename_run (BhRequest *request, GError **error)
{
  static const char *const members[] = { "name", NULL };
  g_autoptr (JsonNode) body = bh_request_body (request, error);
  const char *name;

  if (body == NULL || !bh_request_only_members (body, members, error))
    return FALSE;
  name = bh_request_member_string (body, "name");
  if (name == NULL)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "name", "“name” must be a string");
      return FALSE;
    }
  return respond_run (request, bh_coordinator_rename_run (request->coordinator, request->arguments[0], name),
                      error);
}

gboolean
bh_route_delete_run (BhRequest *request, GError **error)
{
  if (!dex_await (bh_coordinator_delete_run (request->coordinator, request->arguments[0]), error))
    return FALSE;
  bh_request_respond_empty (request);
  return TRUE;
}

gboolean
bh_route_stop_run (BhRequest *request, GError **error)
{
  return respond_run (request,
                      bh_coordinator_stop_run (request->coordinator, request->arguments[0], request->by),
                      error);
}

gboolean
bh_route_post_message (BhRequest *request, GError **error)
{
  static const char *const members[] = { "text", "interrupt", NULL };
  g_autoptr (JsonNode) body = bh_request_body (request, error);
  g_autoptr (BhMessage) message = NULL;
  JsonObject *object;
  JsonNode *interrupt;
  const char *text;

  if (body == NULL || !bh_request_only_members (body, members, error))
    return FALSE;
  object = json_node_get_object (body);
  text = bh_request_member_string (body, "text");
  if (text == NULL)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "text", "“text” must be a string: what to tell the Run");
      return FALSE;
    }
  interrupt = json_object_get_member (object, "interrupt");
  if (interrupt != NULL && json_node_get_value_type (interrupt) != G_TYPE_BOOLEAN)
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "interrupt", "“interrupt” must be true or false");
      return FALSE;
    }
  message =
      dex_await_boxed (bh_coordinator_post_message (request->coordinator, request->arguments[0], text,
                                                    interrupt != NULL && json_node_get_boolean (interrupt),
                                                    request->by),
                       error);
  if (message == NULL)
    return FALSE;
  bh_request_respond (request, SOUP_STATUS_CREATED, bh_message_to_json (message));
  return TRUE;
}

gboolean
bh_route_get_message (BhRequest *request, GError **error)
{
  g_autoptr (BhMessage) message = NULL;

  message = dex_await_boxed (bh_store_message (bh_coordinator_get_store (request->coordinator),
                                               request->arguments[0], request->arguments[1]),
                             error);
  if (message == NULL)
    return FALSE;
  bh_request_respond (request, SOUP_STATUS_OK, bh_message_to_json (message));
  return TRUE;
}

gboolean
bh_route_withdraw_message (BhRequest *request, GError **error)
{
  g_autoptr (BhMessage) message = NULL;

  message = dex_await_boxed (bh_coordinator_withdraw_message (request->coordinator, request->arguments[0],
                                                              request->arguments[1]),
                             error);
  if (message == NULL)
    return FALSE;
  bh_request_respond (request, SOUP_STATUS_OK, bh_message_to_json (message));
  return TRUE;
}

static JsonNode *
question_set_to_json (gconstpointer set)
{
  return bh_question_set_to_json (set);
}

gboolean
bh_route_questions (BhRequest *request, GError **error)
{
  BhStore *store = bh_coordinator_get_store (request->coordinator);
  g_autoptr (BhRun) run = NULL;
  g_autoptr (GPtrArray) sets = NULL;
  gboolean all;

  if (!bh_request_query_bool (request, "all", &all, error))
    return FALSE;
  run = dex_await_boxed (bh_store_get_run (store, request->arguments[0]), error);
  if (run == NULL)
    return FALSE;
  sets = dex_await_boxed (bh_store_questions (store, run->id, !all), error);
  if (sets == NULL)
    return FALSE;
  bh_request_respond_list (request, "questions", sets, question_set_to_json);
  return TRUE;
}

gboolean
bh_route_answer (BhRequest *request, GError **error)
{
  static const char *const members[] = { "question", "answers", "options", "text", NULL };
  g_autoptr (JsonNode) body = bh_request_body (request, error);
  g_autoptr (BhQuestionSet) set = NULL;

  if (body == NULL || !bh_request_only_members (body, members, error))
    return FALSE;
  set =
      dex_await_boxed (bh_coordinator_answer (request->coordinator, request->arguments[0], body, request->by),
                       error);
  if (set == NULL)
    return FALSE;
  bh_request_respond (request, SOUP_STATUS_OK, bh_question_set_to_json (set));
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* The client against a server in a thread of its own, on a Unix socket. */

#include <string.h>

#include "client/bh-client.h"
#include "support/threaded-server.h"

typedef struct
{
  ThreadedServer *server;
  /* set before the first request, or only used by the server's thread */
  guint n_requests;
  char *last_id;
  char *keys[4];
  char *ids[8];
} Server;

static void
respond (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

/* Events one and two, and half of the third; then the connection dies. The next connection gets what is asked
 * for. */
static void
serve_stream (Server *self, SoupServerMessage *message, const char *path)
{
  const char *id =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Last-Event-ID");
  guint n = self->n_requests++;

  if (n < G_N_ELEMENTS (self->ids))
    self->ids[n] = g_strdup (id != NULL ? id : "none");
  if (strcmp (path, "/v1/runs/cut/events") == 0)
    respond (message, 200, "text/event-stream",
             n == 0 ? "id: 1\nevent: run\ndata: {\"n\":1}\n\nid: 2\nevent: row\ndata: {\"n\":2}\n\nid: "
                      "3\nevent: row\ndata: {\"n"
                    : "id: 3\nevent: row\ndata: {\"n\":3}\n\n");
  else if (strcmp (path, "/v1/runs/garbled/events") == 0)
    respond (message, 200, "text/event-stream", "id: 5\ndata: {\"n\":5}\n\nid: 6\ndata: {\"n\":\n\n");
  else if (n == 0)
    respond (message, 500, "text/plain", "down for a moment");
  else
    respond (message, 200, "text/event-stream", "id: 9\ndata: {\"n\":9}\n\n");
}

static void
serve_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Server *self = data;
  const char *key =
      soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Idempotency-Key");

  if (strcmp (path, "/v1/info") == 0)
    respond (message, 200, "application/json", "{\"name\":\"bellhop\",\"version\":\"x\",\"api\":1}");
  else if (strcmp (path, "/v1/problem") == 0)
    respond (message, 422, "application/problem+json",
             "{\"type\":\"about:blank\",\"title\":\"T\",\"status\":422,\"detail\":\"Give a target\","
             "\"code\":\"target_required\",\"field\":\"target\"}");
  else if (strcmp (path, "/v1/broken") == 0)
    respond (message, 500, "text/html", "<h1>oops</h1>");
  else if (strcmp (path, "/v1/malformed") == 0)
    respond (message, 200, "application/json", "{\"runs\": [");
  else if (strcmp (path, "/v1/deep") == 0)
    {
      g_autofree char *deep = g_strnfill (100000, '[');
      respond (message, 200, "application/json", deep);
    }
  else if (strcmp (path, "/v1/nothing") == 0)
    soup_server_message_set_status (message, 204, NULL);
  else if (strcmp (path, "/v1/runs") == 0)
    {
      if (self->n_requests < G_N_ELEMENTS (self->keys))
        self->keys[self->n_requests] = g_strdup (key);
      if (self->n_requests++ == 0)
        respond (message, 503, "application/problem+json",
                 "{\"title\":\"T\",\"status\":503,\"detail\":\"Not yet\",\"code\":\"unavailable\"}");
      else
        respond (message, 201, "application/json", "{\"id\":\"r_1\"}");
    }
  else if (g_str_has_suffix (path, "/events") && strcmp (path, "/v1/runs/gone/events") != 0)
    serve_stream (self, message, path);
  else
    respond (message, 404, "application/problem+json",
             "{\"title\":\"T\",\"status\":404,\"detail\":\"No such Run\",\"code\":\"run_not_found\"}");
}

static void
server_stop (Server *self)
{
  threaded_server_free (self->server);
  for (guint i = 0; i < G_N_ELEMENTS (self->keys); i++)
    g_free (self->keys[i]);
  for (guint i = 0; i < G_N_ELEMENTS (self->ids); i++)
    g_free (self->ids[i]);
}

/* --- fibers -------------------------------------------------------------------------------------------- */

typedef struct
{
  void (*test) (Server *server, BhClient *client);
  Server *server;
  BhClient *client;
  GMainLoop *loop;
} Case;

static DexFuture *
case_fiber (gpointer data)
{
  Case *self = data;

  self->test (self->server, self->client);
  g_main_loop_quit (self->loop);
  return dex_future_new_for_boolean (TRUE);
}

static void
run_case (gconstpointer data)
{
  Server server = { 0 };
  Case self = { .test = (void (*) (Server *, BhClient *)) (gpointer) data, .server = &server };

  server.server = threaded_server_new (serve_cb, NULL, &server);
  self.client = bh_client_new_local (threaded_server_get_socket (server.server));
  self.loop = g_main_loop_new (NULL, FALSE);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, case_fiber, &self, NULL));
  g_main_loop_run (self.loop);
  g_main_loop_unref (self.loop);
  g_object_unref (self.client);
  server_stop (&server);
}

static void
assert_refused (BhClient *client, const char *path, BhError code, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = dex_await_boxed (bh_client_request (client, "GET", path, NULL), &error);

  g_assert_null (node);
  g_assert_error (error, BH_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
assert_next (BhEventStream *stream, guint64 id, gint64 n)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (BhStreamEvent) event = dex_await_boxed (bh_event_stream_next (stream), &error);

      g_assert_no_error (error);
      if (strcmp (event->kind, "connection") == 0)
        continue;
      g_assert_cmpuint (event->id, ==, id);
      g_assert_cmpint (json_object_get_int_member (json_node_get_object (event->data), "n"), ==, n);
      return;
    }
}

/* --- tests --------------------------------------------------------------------------------------------- */

static void
test_connect (Server *server, BhClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) info = dex_await_boxed (bh_client_connect (client), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (info), "name"), ==, "bellhop");
}

static void
test_problem (Server *server, BhClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      dex_await_boxed (bh_client_request (client, "POST", "/v1/problem", NULL), &error);

  g_assert_null (node);
  g_assert_error (error, BH_ERROR, BH_ERROR_TARGET_REQUIRED);
  g_assert_cmpstr (bh_error_field (error), ==, "target");
  g_assert_cmpstr (error->message, ==, "Give a target");
}

static void
test_no_problem_document (Server *server, BhClient *client)
{
  assert_refused (client, "/v1/broken", BH_ERROR_INTERNAL, "500");
  assert_refused (client, "/v1/malformed", BH_ERROR_BAD_JSON, "JSON");
  assert_refused (client, "/v1/deep", BH_ERROR_BAD_JSON, "");
}

static void
test_no_content (Server *server, BhClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      dex_await_boxed (bh_client_request (client, "DELETE", "/v1/nothing", NULL), &error);

  g_assert_no_error (error);
  g_assert_null (node);
}

static void
test_repeated_with_key (Server *server, BhClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node =
      dex_await_boxed (bh_client_request_with_key (client, "POST", "/v1/runs", NULL, "a-key"), &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  g_assert_cmpstr (server->keys[0], ==, "a-key");
  g_assert_cmpstr (server->keys[1], ==, "a-key");
}

static void
test_not_repeated_without_key (Server *server, BhClient *client)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = dex_await_boxed (bh_client_request (client, "POST", "/v1/runs", NULL), &error);

  g_assert_null (node);
  g_assert_error (error, BH_ERROR, BH_ERROR_UNAVAILABLE);
  g_assert_cmpuint (server->n_requests, ==, 1);
}

static void
test_stream_goes_on (Server *server, BhClient *client)
{
  g_autoptr (BhEventStream) stream = bh_client_stream (client, "/v1/runs/cut/events", 0);

  assert_next (stream, 1, 1);
  assert_next (stream, 2, 2);
  assert_next (stream, 3, 3);
  g_assert_cmpstr (server->ids[0], ==, "none");
  g_assert_cmpstr (server->ids[1], ==, "2");
}

static void
test_stream_after (Server *server, BhClient *client)
{
  g_autoptr (BhEventStream) stream = bh_client_stream (client, "/v1/runs/later/events", 8);

  assert_next (stream, 9, 9);
  g_assert_cmpstr (server->ids[0], ==, "8");
  g_assert_cmpstr (server->ids[1], ==, "8");
}

static void
test_stream_garbled (Server *server, BhClient *client)
{
  g_autoptr (BhEventStream) stream = bh_client_stream (client, "/v1/runs/garbled/events", 0);
  g_autoptr (GError) error = NULL;

  assert_next (stream, 5, 5);
  while (error == NULL)
    {
      g_autoptr (BhStreamEvent) event = dex_await_boxed (bh_event_stream_next (stream), &error);
      if (event != NULL && strcmp (event->kind, "connection") != 0)
        g_assert_cmpuint (event->id, ==, 5);
    }
  g_assert_error (error, BH_ERROR, BH_ERROR_BAD_JSON);
}

static void
test_stream_refused (Server *server, BhClient *client)
{
  g_autoptr (BhEventStream) stream = bh_client_stream (client, "/v1/runs/gone/events", 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhStreamEvent) event = dex_await_boxed (bh_event_stream_next (stream), &error);

  g_assert_null (event);
  g_assert_error (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND);
  g_clear_error (&error);
  event = dex_await_boxed (bh_event_stream_next (stream), &error);
  g_assert_null (event);
  g_assert_error (error, BH_ERROR, BH_ERROR_RUN_NOT_FOUND);
}

static void
test_unreachable (Server *server, BhClient *client)
{
  g_autoptr (BhClient) nobody = bh_client_new_local ("/nonexistent/bellhop.sock");
  g_autoptr (BhClient) plain = bh_client_new_remote ("http://192.0.2.1:1", "secret", NULL);
  g_autoptr (BhClient) nonsense = bh_client_new_remote ("localhost", NULL, NULL);
  g_autoptr (GError) error = NULL;

  bh_client_set_may_start (nobody, FALSE);
  g_assert_null (dex_await_boxed (bh_client_connect (nobody), &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
  g_clear_error (&error);
  g_assert_null (dex_await_boxed (bh_client_connect (plain), &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "https"));
  g_clear_error (&error);
  g_assert_null (dex_await_boxed (bh_client_connect (nonsense), &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
}

#define ADD(name, function) g_test_add_data_func ("/client/" name, (gconstpointer) function, run_case)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("connect", test_connect);
  ADD ("problem", test_problem);
  ADD ("no-problem-document", test_no_problem_document);
  ADD ("no-content", test_no_content);
  ADD ("repeated-with-key", test_repeated_with_key);
  ADD ("not-repeated-without-key", test_not_repeated_without_key);
  ADD ("stream/goes-on", test_stream_goes_on);
  ADD ("stream/after", test_stream_after);
  ADD ("stream/garbled", test_stream_garbled);
  ADD ("stream/refused", test_stream_refused);
  ADD ("unreachable", test_unreachable);
  return g_test_run ();
}

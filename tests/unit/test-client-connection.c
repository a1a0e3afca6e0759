/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* A connection and what it knows, against a scripted coordinator. */

#include <libsoup/soup.h>
#include <string.h>

#include "client/bh-info-item.h"
#include "test-client-util.h"

static ScriptedCoordinator *
coordinator_with (guint n_runs)
{
  ScriptedCoordinator *coordinator = scripted_coordinator_new ();

  for (guint i = 0; i < n_runs; i++)
    {
      g_autofree char *id = g_strdup_printf ("r_%u", i);
      g_autoptr (BhRun) run = scripted_run_new (id, BH_RUN_COMPLETED, 10 + i);

      scripted_coordinator_put_run (coordinator, run);
    }
  return coordinator;
}

static void
let_go (BhConnection *connection)
{
  bh_connection_close (connection);
  g_object_unref (connection);
  drain_loop ();
}

static gboolean
is_online (BhInfoItem *item)
{
  return ((const BhWorkerInfo *) bh_info_item_get (item))->online;
}

static void
test_listed (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (3);
  g_autoptr (BhWorkerInfo) worker = bh_worker_info_new ();
  g_autoptr (BhEngineInfo) engine = bh_engine_info_new ();
  BhConnection *connection;
  g_autoptr (BhInfoItem) item = NULL;

  worker->name = g_strdup ("desk");
  worker->online = TRUE;
  scripted_coordinator_put_worker (coordinator, worker);
  engine->id = g_strdup ("runbook");
  engine->name = g_strdup ("Runbook");
  scripted_coordinator_put_engine (coordinator, engine);
  connection = connected_to (coordinator);
  g_assert_cmpstr (bh_connection_get_version (connection), ==, "7");
  g_assert_cmpstr (bh_connection_get_id (connection), ==, "local");
  g_assert_null (bh_connection_get_detail (connection));
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_2"));
  g_assert_cmpuint (g_list_model_get_n_items (bh_connection_get_workers (connection)), ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (bh_connection_get_engines (connection)), ==, 1);
  item = g_list_model_get_item (bh_connection_get_workers (connection), 0);
  g_assert_true (is_online (item));
  worker->online = FALSE;
  scripted_coordinator_put_worker (coordinator, worker);
  wait_until (!is_online (item));
  let_go (connection);
}

static void
test_events (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection = connected_to (coordinator);
  g_autoptr (BhRun) run = scripted_run_new ("r_new", BH_RUN_RUNNING, 0);
  guint changed = 0, deleted = 0, names = 0, states = 0;
  BhRunItem *item;

  count_signal (connection, "run-changed", &changed);
  count_signal (connection, "run-deleted", &deleted);
  scripted_coordinator_put_run (coordinator, run);
  wait_until (changed == 1);
  item = bh_connection_lookup_run (connection, "r_new");
  g_assert_nonnull (item);
  g_assert_false (bh_run_item_get_unread (item));
  count_signal (item, "notify::name", &names);
  count_signal (item, "notify::state", &states);
  scripted_coordinator_set_state (coordinator, "r_new", BH_RUN_COMPLETED);
  wait_until (bh_run_item_get_state (item) == BH_RUN_COMPLETED);
  g_assert_true (bh_run_item_get_unread (item));
  g_assert_cmpuint (states, ==, 1);
  g_assert_cmpuint (names, ==, 0);
  scripted_coordinator_delete_run (coordinator, "r_new", FALSE);
  wait_until (deleted == 1);
  g_assert_null (bh_connection_lookup_run (connection, "r_new"));
  let_go (connection);
}

/* What happened while nobody listened is known after the reconnection, what was known is kept meanwhile. */
static void
test_reconnects (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (5);
  BhConnection *connection = connected_to (coordinator);
  g_autoptr (BhRun) run = scripted_run_new ("r_while", BH_RUN_RUNNING, 0);
  guint again = 0, deleted = 0;

  count_signal (connection, "reconnected", &again);
  count_signal (connection, "run-deleted", &deleted);
  scripted_coordinator_set_down (coordinator, TRUE);
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_LOST);
  g_assert_nonnull (bh_connection_get_detail (connection));
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_4"));
  scripted_coordinator_put_run (coordinator, run);
  scripted_coordinator_delete_run (coordinator, "r_3", TRUE);
  scripted_coordinator_set_down (coordinator, FALSE);
  bh_connection_reconnect (connection);
  wait_until (again == 1);
  g_assert_cmpint (bh_connection_get_state (connection), ==, BH_CONNECTION_CONNECTED);
  g_assert_null (bh_connection_get_detail (connection));
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_while"));
  g_assert_null (bh_connection_lookup_run (connection, "r_3"));
  g_assert_cmpuint (deleted, ==, 1);
  let_go (connection);
}

static void
test_versions (gconstpointer data)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection =
      bh_connection_new_local ("This computer", scripted_coordinator_get_socket (coordinator));

  scripted_coordinator_set_api (coordinator, GPOINTER_TO_INT (data));
  bh_client_set_may_start (bh_connection_get_client (connection), FALSE);
  bh_connection_open (connection);
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_REFUSED);
  g_assert_true (
      g_error_matches (bh_connection_get_problem (connection), BH_ERROR, BH_ERROR_VERSION_MISMATCH));
  g_assert_nonnull (strstr (bh_connection_get_detail (connection), "release"));
  scripted_coordinator_set_api (coordinator, 1);
  bh_connection_reconnect (connection);
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED);
  let_go (connection);
}

/* Says so, goes on, and lists again lest it has missed something: then there is nothing to be said any more.
 */
static void
test_bad_events (void)
{
  static const char *const bad[] = {
    "event: run\ndata: {\"id\":\n\n",   "event: run\ndata: [1,2]\n\n",    "event: run\ndata: {\"id\":7}\n\n",
    "event: question\ndata: {}\n\n",    "event: worker\ndata: \"x\"\n\n", "event: run_deleted\ndata: {}\n\n",
    "id: -4\nevent: run\ndata: {}\n\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
      BhConnection *connection = connected_to (coordinator);
      guint before = scripted_coordinator_count (coordinator, "GET /v1/workers");

      scripted_coordinator_hold (coordinator, "GET /v1/runs");
      scripted_coordinator_send (coordinator, "/v1/events", bad[i]);
      wait_until (bh_connection_get_detail (connection) != NULL);
      g_assert_cmpint (bh_connection_get_state (connection), ==, BH_CONNECTION_CONNECTED);
      scripted_coordinator_hold (coordinator, NULL);
      wait_until (bh_connection_get_detail (connection) == NULL);
      g_assert_cmpuint (scripted_coordinator_count (coordinator, "GET /v1/workers"), >, before);
      g_assert_nonnull (bh_connection_lookup_run (connection, "r_1"));
      scripted_coordinator_set_state (coordinator, "r_1", BH_RUN_FAILED);
      wait_until (bh_run_item_get_state (bh_connection_lookup_run (connection, "r_1")) == BH_RUN_FAILED);
      let_go (connection);
    }
}

/* For one that comes soon after another it is listed again as well, if later. */
static void
test_bad_events_again (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
  BhConnection *connection = connected_to (coordinator);

  for (guint i = 0; i < 2; i++)
    {
      scripted_coordinator_hold (coordinator, "GET /v1/runs");
      scripted_coordinator_send (coordinator, "/v1/events", "event: run\ndata: 7\n\n");
      wait_until (bh_connection_get_detail (connection) != NULL);
      scripted_coordinator_hold (coordinator, NULL);
      wait_until (bh_connection_get_detail (connection) == NULL);
    }
  let_go (connection);
}

static void
test_bad_event_while_listing (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
  BhConnection *connection = connected_to (coordinator);
  guint again = 0;

  count_signal (connection, "reconnected", &again);
  scripted_coordinator_hold (coordinator, "GET /v1/runs");
  scripted_coordinator_hang_up (coordinator, "/v1/events");
  wait_until (scripted_coordinator_count_streams (coordinator, "/v1/events") == 2);
  scripted_coordinator_send (coordinator, "/v1/events",
                             "event: run\ndata: 7\n\n"
                             "event: run\ndata: {\"id\":\"r_1\",\"state\":\"failed\",\"last_seq\":99}\n\n");
  wait_until (bh_run_item_get_state (bh_connection_lookup_run (connection, "r_1")) == BH_RUN_FAILED);
  scripted_coordinator_hold (coordinator, NULL);
  wait_until (again == 1);
  g_assert_nonnull (bh_connection_get_detail (connection));
  wait_until (bh_connection_get_detail (connection) == NULL);
  let_go (connection);
}

static void
test_unknown_words (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection = connected_to (coordinator);
  guint changed = 0;
  BhRunItem *item;

  count_signal (connection, "run-changed", &changed);
  scripted_coordinator_send (coordinator, "/v1/events",
                             "event: weather\ndata: {\"sun\":true}\n\n"
                             "event: run\ndata: {\"id\":\"r_odd\",\"name\":\"Odd\",\"state\":\"hibernating\","
                             "\"mode\":\"dreaming\",\"last_seq\":9}\n\n");
  wait_until (changed == 1);
  item = bh_connection_lookup_run (connection, "r_odd");
  g_assert_cmpstr (bh_run_item_get_unknown_state (item), ==, "hibernating");
  g_assert_null (bh_connection_get_detail (connection));
  /* an older record of it changes nothing */
  scripted_coordinator_send (
      coordinator, "/v1/events",
      "event: run\ndata: {\"id\":\"r_odd\",\"name\":\"Old\",\"state\":\"queued\",\"last_seq\":8}\n\n"
      "event: run\ndata: {\"id\":\"r_end\",\"name\":\"End\",\"state\":\"queued\",\"last_seq\":1}\n\n");
  wait_until (bh_connection_lookup_run (connection, "r_end") != NULL);
  g_assert_cmpstr (bh_run_item_get_name (item), ==, "Odd");
  let_go (connection);
}

/* Dies in the middle of a line; then answers 500 for a while. */
static void
test_dies (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
  BhConnection *connection = connected_to (coordinator);
  guint again = 0;

  count_signal (connection, "reconnected", &again);
  scripted_coordinator_fail (coordinator, "GET /v1/runs", 500, "{}", 1);
  scripted_coordinator_fail (coordinator, "GET /v1/events", 500, "oops", 1);
  scripted_coordinator_send (coordinator, "/v1/events", "event: run\ndata: {\"id\":\"r_0\",\"na");
  scripted_coordinator_hang_up (coordinator, "/v1/events");
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_LOST);
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_1"));
  wait_until (again == 1);
  g_assert_null (bh_connection_get_detail (connection));
  let_go (connection);
}

/* What cannot be read in a list is said, and what was known of it is kept. */
static void
test_unread (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
  BhConnection *connection = connected_to (coordinator);
  guint again = 0;

  count_signal (connection, "reconnected", &again);
  scripted_coordinator_fail (coordinator, "GET /v1/runs?limit", 200,
                             "{\"runs\":[{\"id\":\"r_0\",\"state\":7},{\"id\":\"r_2\",\"state\":\"queued\"}],"
                             "\"next\":null}",
                             1);
  scripted_coordinator_hang_up (coordinator, "/v1/events");
  wait_until (again == 1);
  g_assert_nonnull (strstr (bh_connection_get_detail (connection), "cannot be read"));
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_0"));
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_2"));
  scripted_coordinator_hang_up (coordinator, "/v1/events");
  wait_until (again == 2);
  g_assert_null (bh_connection_get_detail (connection));
  let_go (connection);
}

/* An answer that is no JSON is no reason to forget anything. */
static void
test_no_json (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
  BhConnection *connection = connected_to (coordinator);

  scripted_coordinator_fail (coordinator, "GET /v1/runs?limit", 200, "{\"runs\": [", 1);
  scripted_coordinator_hang_up (coordinator, "/v1/events");
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_REFUSED);
  g_assert_nonnull (strstr (bh_connection_get_detail (connection), "cannot be read"));
  g_assert_nonnull (bh_connection_lookup_run (connection, "r_1"));
  bh_connection_reconnect (connection);
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_CONNECTED);
  let_go (connection);
}

/* One that gives the same page for ever is not asked for ever. */
static void
test_endless_list (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (2);
  BhConnection *connection = connected_to (coordinator);

  scripted_coordinator_fail (coordinator, "GET /v1/runs?limit", 200,
                             "{\"runs\":[{\"id\":\"r_1\",\"state\":\"queued\"}],\"next\":\"r_1\"}",
                             G_MAXUINT);
  scripted_coordinator_hang_up (coordinator, "/v1/events");
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_REFUSED);
  g_assert_nonnull (strstr (bh_connection_get_detail (connection), "comes to no end"));
  let_go (connection);
}

static void
test_nobody_there (void)
{
  BhConnection *connection = bh_connection_new_local ("This computer", "/nonexistent/socket");

  bh_client_set_may_start (bh_connection_get_client (connection), FALSE);
  bh_connection_open (connection);
  wait_until (bh_connection_get_state (connection) == BH_CONNECTION_LOST);
  g_assert_nonnull (bh_connection_get_detail (connection));
  let_go (connection);
}

/* Made for this test, valid for a hundred years, good for nothing else. */
static const char certificate_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                      "MIIBmjCCAUGgAwIBAgIUNQbQw/WIBun+0ifgrNAI7a7eQ6owCgYIKoZIzj0EAwIw\n"
                                      "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAwMTg0NFoYDzIxMjYxMDMw\n"
                                      "MDAxODQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
                                      "PQMBBwNCAASqj9SpVanm28wy6eOGHHbbtal/Uz7f/1gJkMhuQNqoxVokuysU1e0A\n"
                                      "zORGMN6Jmo1nV3xev2cJfjQoIfesQ1RPo28wbTAdBgNVHQ4EFgQUtP2TPDlSRp1e\n"
                                      "WX4a11Uzyg9XwSowHwYDVR0jBBgwFoAUtP2TPDlSRp1eWX4a11Uzyg9XwSowDwYD\n"
                                      "VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARhwR/AAABgglsb2NhbGhvc3QwCgYIKoZI\n"
                                      "zj0EAwIDRwAwRAIgeNhZSIzfsLX0Vs/4seBLqnleG27jN4wTtvz3+j8OfVUCIE44\n"
                                      "M2flY9BKIToCgQ+/tJuO+bb5r/OqQ67pzzs0rCrV\n"
                                      "-----END CERTIFICATE-----\n"
                                      "-----BEGIN PRIVATE KEY-----\n"
                                      "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQVY1Tj7BYFYsuiQA\n"
                                      "Jefs0i1lvOnuii6BjpxX6gj/oaOhRANCAASqj9SpVanm28wy6eOGHHbbtal/Uz7f\n"
                                      "/1gJkMhuQNqoxVokuysU1e0AzORGMN6Jmo1nV3xev2cJfjQoIfesQ1RP\n"
                                      "-----END PRIVATE KEY-----\n";

static void
serve_tls_cb (
    SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  static const char info[] = "{\"name\":\"far\",\"version\":\"7\",\"api\":1}";

  if (strcmp (path, "/v1/info") != 0)
    {
      soup_server_message_set_status (message, 401, NULL);
      return;
    }
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_STATIC, info, strlen (info));
}

static BhConnection *
open_remote (guint port, const char *fingerprint)
{
  g_autofree char *url = g_strdup_printf ("https://127.0.0.1:%u", port);
  BhConnection *connection = bh_connection_new_remote ("far", "Far", url, "token", fingerprint);

  bh_connection_open (connection);
  wait_until (bh_connection_get_state (connection) != BH_CONNECTION_CONNECTING);
  return connection;
}

/* Another certificate is refused and named; accepted by that name it is good, and then a token is refused. */
static void
test_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (certificate_pem, -1, &error);
  g_autoptr (SoupServer) server = soup_server_new ("tls-certificate", certificate, NULL);
  g_autofree char *seen = NULL, *other = g_strnfill (64, 'a');
  GSList *uris;
  BhConnection *connection;
  guint port;

  g_assert_no_error (error);
  soup_server_add_handler (server, NULL, serve_tls_cb, NULL, NULL);
  g_assert_true (
      soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (server);
  port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  connection = open_remote (port, other);
  g_assert_cmpint (bh_connection_get_state (connection), ==, BH_CONNECTION_REFUSED);
  seen = g_strdup (bh_connection_get_seen_fingerprint (connection));
  g_assert_nonnull (seen);
  g_assert_nonnull (strstr (bh_connection_get_detail (connection), "certificate that was not accepted"));
  let_go (connection);
  connection = open_remote (port, seen);
  g_assert_cmpint (bh_connection_get_state (connection), !=, BH_CONNECTION_CONNECTED);
  g_assert_null (bh_connection_get_seen_fingerprint (connection));
  g_assert_cmpstr (bh_connection_get_host (connection), ==, "far");
  let_go (connection);
  soup_server_disconnect (server);
}

/* As a button of a notification does. */
static void
test_answer_option (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_NEEDS_YOU, 5);
  g_autoptr (BhQuestionSet) set = scripted_question_new ("q_1", "r_1", 0);
  const BhQuestion *question = set->questions->pdata[0];
  const BhOption *option = question->options->pdata[1];
  g_autoptr (DexFuture) done = NULL;
  g_autofree char *body = NULL, *expected = NULL;
  BhConnection *connection;

  scripted_coordinator_put_run (coordinator, run);
  scripted_coordinator_put_question (coordinator, set);
  connection = connected_to (coordinator);
  done = settled (bh_connection_answer_option (connection, "r_1", "q_1", option->id));
  g_assert_true (dex_future_is_resolved (done));
  g_assert_null (bh_run_item_get_question (bh_connection_lookup_run (connection, "r_1")));
  body = scripted_coordinator_last_body (coordinator);
  expected = g_strdup_printf ("\"options\":[\"%s\"]", option->id);
  g_assert_nonnull (strstr (body, expected));
  let_go (connection);
}

static void
test_questions (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = scripted_coordinator_new ();
  g_autoptr (BhRun) run = scripted_run_new ("r_1", BH_RUN_NEEDS_YOU, 5);
  g_autoptr (BhQuestionSet) set = scripted_question_new ("q_1", "r_1", 0);
  g_autoptr (GPtrArray) choices = NULL;
  g_autoptr (JsonNode) answers = NULL;
  g_autoptr (DexFuture) done = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhQuestionSet) first = NULL;
  BhConnection *connection;
  BhRunItem *item;
  guint asked = 0;

  scripted_coordinator_put_run (coordinator, run);
  scripted_coordinator_put_question (coordinator, set);
  connection = connected_to (coordinator);
  count_signal (connection, "question", &asked);
  item = bh_connection_lookup_run (connection, "r_1");
  g_assert_nonnull (bh_run_item_get_question (item));
  choices = bh_question_set_recommended (bh_run_item_get_question (item));
  answers = bh_choices_to_json (choices);
  done = settled (bh_connection_answer (connection, "r_1", NULL, answers));
  g_assert_true (dex_future_is_resolved (done));
  g_assert_null (bh_run_item_get_question (item));
  g_assert_cmpuint (asked, >=, 1);
  error = rejected (bh_connection_answer (connection, "r_1", NULL, answers));
  g_assert_error (error, BH_ERROR, BH_ERROR_ALREADY_ANSWERED);
  first = bh_connection_error_answer (error);
  g_assert_nonnull (first);
  g_assert_cmpstr (first->answered_by, ==, "you");
  let_go (connection);
}

static void
test_calls (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection = connected_to (coordinator);
  g_autoptr (BhRunRequest) request = bh_run_request_new ();
  g_autoptr (DexFuture) made = NULL, renamed = NULL, sent = NULL, withdrawn = NULL, images = NULL,
                        gone = NULL;
  g_autoptr (GError) error = NULL, missing = NULL;
  const BhRun *run;
  const BhMessage *message;

  request->instructions = g_strdup ("Do it");
  request->engine = g_strdup ("auto");
  request->network = g_strdup ("open");
  made = settled (bh_connection_create_run (connection, request, "k_1"));
  run = g_value_get_boxed (dex_future_get_value (made, NULL));
  g_assert_nonnull (bh_connection_lookup_run (connection, run->id));
  renamed = settled (bh_connection_rename_run (connection, run->id, "New name"));
  g_assert_cmpstr (bh_run_item_get_name (bh_connection_lookup_run (connection, run->id)), ==, "New name");
  sent = settled (bh_connection_send_message (connection, run->id, "Faster", FALSE));
  message = g_value_get_boxed (dex_future_get_value (sent, NULL));
  g_assert_cmpstr (message->text, ==, "Faster");
  withdrawn = settled (bh_connection_withdraw_message (connection, run->id, message->id));
  message = g_value_get_boxed (dex_future_get_value (withdrawn, NULL));
  g_assert_cmpint (message->state, ==, BH_MESSAGE_WITHDRAWN);
  images = settled (bh_connection_images (connection, "desk"));
  g_assert_true (dex_future_is_resolved (images));
  gone = settled (bh_connection_delete_run (connection, run->id));
  g_assert_true (dex_future_is_resolved (gone));
  g_assert_null (bh_connection_lookup_run (connection, run->id));
  missing = rejected (bh_connection_get_run (connection, "r_none"));
  g_assert_error (missing, BH_ERROR, BH_ERROR_RUN_NOT_FOUND);
  scripted_coordinator_fail (coordinator, "POST /v1/runs", 422,
                             "{\"title\":\"T\",\"status\":422,\"detail\":\"Choose a target\","
                             "\"code\":\"target_required\",\"field\":\"target\"}",
                             1);
  error = rejected (bh_connection_create_run (connection, request, "k_2"));
  g_assert_error (error, BH_ERROR, BH_ERROR_TARGET_REQUIRED);
  g_assert_cmpstr (bh_error_field (error), ==, "target");
  let_go (connection);
}

/* What was sent last says whether the engine is to be interrupted. */
static gboolean
asked_to_interrupt (ScriptedCoordinator *coordinator)
{
  g_autofree char *body = scripted_coordinator_last_body (coordinator);
  g_autoptr (JsonNode) node = json_from_string (body, NULL);

  return json_object_get_boolean_member (json_node_get_object (node), "interrupt");
}

static void
test_interrupt (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection = connected_to (coordinator);
  g_autoptr (DexFuture) later = NULL, now = NULL;

  later = settled (bh_connection_send_message (connection, "r_0", "Faster", FALSE));
  g_assert_false (asked_to_interrupt (coordinator));
  now = settled (bh_connection_send_message (connection, "r_0", "Stop that", TRUE));
  g_assert_true (asked_to_interrupt (coordinator));
  let_go (connection);
}

#define LONG_TEXT (3 * 1024 * 1024 + 7)

/* Longer than what can be asked for at a time. */
static void
test_long_text (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection = connected_to (coordinator);
  g_autofree char *text = g_strnfill (LONG_TEXT, 'x');
  g_autoptr (DexFuture) whole = NULL, cut = NULL;
  g_autoptr (GError) error = NULL;
  const BhBodyText *body;

  for (gsize i = 0; i < LONG_TEXT; i++)
    text[i] = (char) ('a' + (i / 1000) % 26);
  scripted_coordinator_set_rows (coordinator, "r_0", 1);
  scripted_coordinator_append (coordinator, "r_0", 0, BH_PART_RESULT, text);
  whole = settled (bh_connection_row_text (connection, "r_0", 0, BH_PART_RESULT, G_MAXUINT64));
  body = g_value_get_boxed (dex_future_get_value (whole, NULL));
  g_assert_cmpstr (body->text, ==, text);
  g_assert_cmpuint (body->bytes, ==, LONG_TEXT);
  cut = settled (bh_connection_row_text (connection, "r_0", 0, BH_PART_RESULT, 1536 * 1024));
  body = g_value_get_boxed (dex_future_get_value (cut, NULL));
  g_assert_cmpuint (body->bytes, ==, 1536 * 1024);
  g_assert_cmpuint (strlen (body->text), ==, 1536 * 1024);
  g_assert_cmpuint (body->total, ==, LONG_TEXT);
  /* nothing at all rather than a part of it */
  scripted_coordinator_fail (coordinator, "GET /v1/runs/r_0/rows/0/body?part=result&from=1048576", 500, "{}",
                             1);
  error = rejected (bh_connection_row_text (connection, "r_0", 0, BH_PART_RESULT, G_MAXUINT64));
  g_assert_nonnull (error);
  let_go (connection);
}

static void
test_saves (void)
{
  g_autoptr (ScriptedCoordinator) coordinator = coordinator_with (1);
  BhConnection *connection = connected_to (coordinator);
  g_autofree char *folder = g_dir_make_tmp ("bellhop-save-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "out", NULL);
  g_autofree char *kept = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path), parent = g_file_new_for_path (folder);
  g_autoptr (DexFuture) saved = NULL;
  g_autoptr (GError) error = NULL, given_up = NULL;
  g_autoptr (BhProgress) progress = bh_progress_new ();

  scripted_coordinator_set_rows (coordinator, "r_0", 1);
  scripted_coordinator_append (coordinator, "r_0", 0, BH_PART_RESULT, "all of it\n");
  saved = settled (bh_connection_save_body (connection, "r_0", 0, BH_PART_RESULT, file, NULL));
  g_assert_cmpuint (g_value_get_uint64 (dex_future_get_value (saved, &error)), ==, 10);
  scripted_coordinator_fail (coordinator, "GET /v1/runs/r_0/rows/0/body", 500, "{}", 1);
  error = rejected (bh_connection_save_body (connection, "r_0", 0, BH_PART_RESULT, file, NULL));
  g_assert_nonnull (error);
  bh_progress_cancel (progress);
  given_up = rejected (bh_connection_save_body (connection, "r_0", 0, BH_PART_RESULT, file, progress));
  g_assert_error (given_up, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "all of it\n");
  g_assert_true (g_file_delete (file, NULL, NULL));
  g_assert_true (g_file_delete (parent, NULL, NULL));
  let_go (connection);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/connection/listed", test_listed);
  g_test_add_func ("/client/connection/events", test_events);
  g_test_add_func ("/client/connection/reconnects", test_reconnects);
  g_test_add_data_func ("/client/connection/older", GINT_TO_POINTER (0), test_versions);
  g_test_add_data_func ("/client/connection/newer", GINT_TO_POINTER (2), test_versions);
  g_test_add_func ("/client/connection/bad-events", test_bad_events);
  g_test_add_func ("/client/connection/bad-events-again", test_bad_events_again);
  g_test_add_func ("/client/connection/bad-event-while-listing", test_bad_event_while_listing);
  g_test_add_func ("/client/connection/unknown-words", test_unknown_words);
  g_test_add_func ("/client/connection/dies", test_dies);
  g_test_add_func ("/client/connection/unread", test_unread);
  g_test_add_func ("/client/connection/no-json", test_no_json);
  g_test_add_func ("/client/connection/endless-list", test_endless_list);
  g_test_add_func ("/client/connection/nobody-there", test_nobody_there);
  g_test_add_func ("/client/connection/certificate", test_certificate);
  g_test_add_func ("/client/connection/questions", test_questions);
  g_test_add_func ("/client/connection/answer-option", test_answer_option);
  g_test_add_func ("/client/connection/calls", test_calls);
  g_test_add_func ("/client/connection/interrupt", test_interrupt);
  g_test_add_func ("/client/connection/long-text", test_long_text);
  g_test_add_func ("/client/connection/saves", test_saves);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-box-fake.h"

static const BhLaunch launch_b1 = {
  .id = "b_1", .image = "host", .network = "offline", .memory_bytes = 1 << 30, .cpus = 1.5, .pids = 100
};

static void
on_changed (BhWorkers *workers, BhWorkerInfo *info, guint *count)
{
  g_assert_cmpstr (info->name, ==, "desk");
  *count += 1;
}

static void
await_true (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (dex_await_boolean (future, &error));
  g_assert_no_error (error);
}

static void
await_error (DexFuture *future, BhError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (future, &error));
  g_assert_error (error, BH_ERROR, (int) code);
}

static void
test_register (Fake *fake)
{
  guint changes = 0;
  DexFuture *ready = bh_workers_ready (fake->workers, "desk");
  DexFuture *any = bh_workers_ready (fake->workers, NULL);
  g_autoptr (BhWorkerInfo) info = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (Peer) peer = NULL;

  g_signal_connect (fake->workers, "changed", G_CALLBACK (on_changed), &changes);
  list = bh_workers_list (fake->workers);
  g_assert_cmpuint (list->len, ==, 0);
  g_assert_true (dex_future_is_pending (ready));
  peer = peer_registered (fake, "desk",
                          "[{\"id\":\"b_x\",\"state\":\"running\"},{\"id\":\"b_y\",\"state\":\"stopped\"}]");
  await_true (ready);
  await_true (any);
  g_assert_cmpuint (changes, ==, 1);
  info = bh_workers_lookup (fake->workers, "desk");
  g_assert_true (info->online);
  g_assert_cmpstr (info->hostname, ==, "box.example");
  g_assert_cmpstr (info->providers[0], ==, "bubblewrap");
  g_assert_cmpuint (info->max_boxes, ==, 8);
  g_assert_cmpuint (info->boxes, ==, 1);
  g_clear_pointer (&info, bh_worker_info_unref);

  peer_say (
      peer,
      "{\"jsonrpc\":\"2.0\",\"method\":\"worker.heartbeat\",\"params\":{\"cpu_load\":0.25,"
      "\"memory_total\":1000,\"memory_available\":400,\"disk_total\":5,\"disk_available\":\"no number\","
      "\"boxes\":3}}");
  peer_settle (peer);
  g_assert_cmpuint (changes, ==, 2);
  info = bh_workers_lookup (fake->workers, "desk");
  g_assert_cmpfloat (info->cpu_load, ==, 0.25);
  g_assert_cmpuint (info->memory_available, ==, 400);
  g_assert_cmpuint (info->disk_available, ==, 0);
  g_assert_cmpuint (info->boxes, ==, 3);
  g_signal_handlers_disconnect_by_data (fake->workers, &changes);
}

static void
test_offline (Fake *fake)
{
  Peer *peer = peer_registered (fake, "desk", "[]");
  g_autoptr (Peer) again = NULL;
  g_autoptr (DexFuture) any = NULL;
  g_autoptr (GPtrArray) list = NULL;

  peer_free (peer);
  fake_await_offline (fake, "desk");
  list = bh_workers_list (fake->workers);
  g_assert_cmpuint (list->len, ==, 1);
  await_error (bh_workers_images (fake->workers, "desk"), BH_ERROR_WORKER_OFFLINE);
  await_error (bh_workers_images (fake->workers, "nobody"), BH_ERROR_WORKER_NOT_FOUND);
  await_error (bh_workers_stop_box (fake->workers, "desk", "b_1", 10), BH_ERROR_WORKER_OFFLINE);
  await_error (bh_workers_remove_box (fake->workers, "desk", "b_1"), BH_ERROR_WORKER_OFFLINE);
  any = bh_workers_ready (fake->workers, NULL);
  g_assert_true (dex_future_is_pending (any));
  again = peer_registered (fake, "desk", "[]");
  g_assert_true (fake_is_online (fake, "desk"));
}

/* Registers with `params` and returns the code of the refusal; the connection must be closed after it. */
static char *
refused (Fake *fake, const char *params)
{
  g_autoptr (Peer) peer = peer_new (fake);
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *error;
  char *code;

  peer_say (peer, "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"worker.register\",\"params\":%s}", params);
  answer = peer_hear (peer);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (answer), "id"), ==, "a");
  error = json_object_get_object_member (json_node_get_object (answer), "error");
  code =
      g_strdup_printf ("%s: %s",
                       json_object_get_string_member (json_object_get_object_member (error, "data"), "code"),
                       json_object_get_string_member (error, "message"));
  peer_await_closed (peer);
  return code;
}

static void
test_refused (Fake *fake)
{
  g_autoptr (Peer) peer = peer_registered (fake, "desk", "[]");
  g_autofree char *taken = refused (fake, "{\"name\":\"desk\",\"protocol\":1}");
  g_autofree char *version = refused (fake, "{\"name\":\"other\",\"protocol\":2,\"version\":\"9.9\"}");
  g_autofree char *none = refused (fake, "{\"name\":\"other\"}");
  g_autofree char *slash = refused (fake, "{\"name\":\"a/b\",\"protocol\":1}");
  g_autofree char *type = refused (fake, "{\"name\":[],\"protocol\":1}");

  g_assert_true (g_str_has_prefix (taken, "name_taken: "));
  g_assert_nonnull (strstr (taken, "box.example"));
  g_assert_nonnull (strstr (taken, "4711"));
  g_assert_true (g_str_has_prefix (version, "version_mismatch: "));
  g_assert_nonnull (strstr (version, "9.9"));
  g_assert_true (g_str_has_prefix (none, "version_mismatch: "));
  g_assert_true (g_str_has_prefix (slash, "invalid_field: "));
  g_assert_true (g_str_has_prefix (type, "invalid_field: "));
  g_assert_true (fake_is_online (fake, "desk"));
  g_assert_true (peer_is_quiet (peer));
}

static void
test_garbage_first (Fake *fake)
{
  static const char *const texts[] = {
    "",
    "{",
    "[]",
    "null",
    "{\"jsonrpc\":\"2.0\"}",
    "{\"jsonrpc\":\"1.0\",\"method\":\"worker.register\"}",
    "{\"jsonrpc\":\"2.0\",\"method\":\"worker.heartbeat\",\"params\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"worker.register\",\"params\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"worker.register\",\"params\":[]}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (Peer) peer = peer_new (fake);

      peer_say (peer, "%s", texts[i]);
      peer_await_closed (peer);
    }
  {
    g_autoptr (Peer) peer = peer_new (fake);

    peer_data (peer, 1, 1, 0, "hello");
    peer_await_closed (peer);
  }
}

static void
test_garbage_later (Fake *fake)
{
  static const guint8 bad_type[BH_FRAME_PREFIX] = { 1, 0, 0, 0, 0, 0, 0, 0, 200 };
  g_autofree guint8 *huge = g_malloc0 (BH_FRAME_MAX + 1);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (Peer) peer = peer_registered (fake, "desk", "[]");

      if (i == 0)
        peer_say (peer, "no json");
      else if (i == 1)
        soup_websocket_connection_send_binary (peer->ws, "abc", 3);
      else if (i == 2)
        soup_websocket_connection_send_binary (peer->ws, bad_type, sizeof bad_type);
      else
        soup_websocket_connection_send_binary (peer->ws, huge, BH_FRAME_MAX + 1);
      peer_await_closed (peer);
      fake_await_offline (fake, "desk");
    }
}

static void
test_silence (Fake *fake)
{
  g_autoptr (Peer) mute = NULL;
  g_autoptr (Peer) silent = NULL;

  bh_workers_set_timeouts (fake->workers, 20, 50);
  mute = peer_new (fake);
  peer_await_closed (mute);
  bh_workers_set_timeouts (fake->workers, 10000, 50);
  silent = peer_registered (fake, "desk", "[]");
  peer_await_closed (silent);
  g_assert_false (fake_is_online (fake, "desk"));
}

static void
test_lists (Fake *fake)
{
  g_autoptr (Peer) desk = peer_registered (fake, "desk", "[]");
  g_autoptr (Peer) attic = peer_registered (fake, "attic", "[]");
  g_autoptr (GPtrArray) list = bh_workers_list (fake->workers);
  g_autoptr (GPtrArray) images = NULL;
  g_autoptr (GPtrArray) boxes = NULL;
  g_autoptr (GError) error = NULL;
  DexFuture *future;

  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((BhWorkerInfo *) list->pdata[0])->name, ==, "attic");
  future = bh_workers_images (fake->workers, "desk");
  peer_answer (
      desk, peer_expect (desk, "images.list", NULL),
      "{\"images\":[{\"id\":\"host\",\"description\":\"This machine\",\"provider\":\"bubblewrap\"}]}");
  images = dex_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (images->len, ==, 1);
  g_assert_cmpstr (((BhImageInfo *) images->pdata[0])->id, ==, "host");

  /* one worker is lost in the middle: the others' boxes are still told */
  future = bh_workers_boxes (fake->workers);
  peer_answer (desk, peer_expect (desk, "box.list", NULL),
               "{\"boxes\":[{\"id\":\"b_1\",\"image\":\"host\",\"state\":\"running\","
               "\"created_at\":\"2026-01-02T03:04:05.000006Z\"},7,{}]}");
  json_node_unref (peer_expect (attic, "box.list", NULL));
  peer_cut (attic);
  boxes = dex_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (boxes->len, ==, 1);
  g_assert_cmpstr (((BhBoxInfo *) boxes->pdata[0])->worker, ==, "desk");
  g_assert_cmpint (((BhBoxInfo *) boxes->pdata[0])->created_at, >, 0);
}

static void
test_launch (Fake *fake)
{
  g_autoptr (GError) error = NULL;
  DexFuture *one = bh_workers_launch (fake->workers, "desk", &launch_b1);
  DexFuture *two = bh_workers_launch (fake->workers, "desk", &launch_b1);
  g_autoptr (Peer) peer = peer_registered (fake, "desk", "[]");
  g_autoptr (BhBox) box = NULL;
  g_autoptr (BhBox) same = NULL;
  g_autoptr (BhBox) opened = NULL;
  g_autoptr (JsonNode) request = NULL;
  JsonObject *params;

  request = peer_expect (peer, "box.launch", &params);
  g_assert_cmpstr (json_object_get_string_member (params, "id"), ==, "b_1");
  g_assert_cmpstr (json_object_get_string_member (params, "network"), ==, "offline");
  g_assert_cmpfloat (json_object_get_double_member (params, "cpus"), ==, 1.5);
  g_assert_true (peer_is_quiet (peer));
  g_queue_push_head (&peer->texts, g_steal_pointer (&request));
  peer_serve_box (peer, "box.launch", 7);
  box = dex_await_object (one, &error);
  g_assert_no_error (error);
  same = dex_await_object (two, &error);
  g_assert_no_error (error);
  g_assert_true (box == same);
  g_assert_true (bh_box_is_connected (box));
  g_assert_cmpstr (bh_box_get_image (box), ==, "host");
  opened = dex_await_object (bh_workers_open (fake->workers, "desk", "b_1"), &error);
  g_assert_true (box == opened);
  g_clear_object (&same);
  same = dex_await_object (bh_workers_launch (fake->workers, "desk", &launch_b1), &error);
  g_assert_true (box == same);
  g_assert_true (peer_is_quiet (peer));
}

static void
test_launch_fails (Fake *fake)
{
  static const struct
  {
    const char *code;
    BhError error;
  } cases[] = { { "image_not_found", BH_ERROR_IMAGE_NOT_FOUND },
                { "sandbox_denied", BH_ERROR_SANDBOX_DENIED },
                { "launch_failed", BH_ERROR_LAUNCH_FAILED },
                { "never_heard_of", BH_ERROR_INTERNAL } };
  g_autoptr (Peer) peer = peer_registered (fake, "desk", "[]");
  DexFuture *future;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      future = bh_workers_launch (fake->workers, "desk", &launch_b1);
      peer_refuse (peer, peer_expect (peer, "box.launch", NULL), cases[i].code, "why");
      await_error (future, cases[i].error);
    }
  future = bh_workers_launch (fake->workers, "desk", &launch_b1);
  peer_answer (peer, peer_expect (peer, "box.launch", NULL), "{\"handle\":\"x\"}");
  await_error (future, BH_ERROR_INTERNAL);
  future = bh_workers_launch (fake->workers, "desk", &launch_b1);
  peer_answer (peer, peer_expect (peer, "box.launch", NULL), "{\"handle\":3}");
  peer_say (peer,
            "{\"jsonrpc\":\"2.0\",\"method\":\"box.closed\",\"params\":{\"handle\":3,\"reason\":\"gone\"}}");
  peer_refuse (peer, peer_expect (peer, "box.connect", NULL), "devbox_gone", "It crashed.");
  await_error (future, BH_ERROR_LAUNCH_FAILED);
}

static void
test_launch_survives (Fake *fake)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBox) box = NULL;
  DexFuture *future = bh_workers_launch (fake->workers, "desk", &launch_b1);
  Peer *peer = peer_registered (fake, "desk", "[]");

  json_node_unref (peer_expect (peer, "box.launch", NULL));
  peer_free (peer);
  fake_await_offline (fake, "desk");
  peer = peer_registered (fake, "desk", "[{\"id\":\"b_1\",\"state\":\"running\"}]");
  peer_answer (peer, peer_expect (peer, "box.launch", NULL), "{\"handle\":1}");
  /* the link is lost again before HELLO is answered: now the box is known and only connected */
  {
    g_autoptr (GBytes) message = NULL;

    peer_expect_frame (peer, BH_WIRE_HELLO, &message);
  }
  peer_free (peer);
  fake_await_offline (fake, "desk");
  peer = peer_registered (fake, "desk", "[{\"id\":\"b_1\",\"state\":\"running\"}]");
  peer_serve_box (peer, "box.connect", 1);
  box = dex_await_object (future, &error);
  g_assert_no_error (error);
  g_assert_true (bh_box_is_connected (box));
  peer_free (peer);
}

static void
test_open (Fake *fake)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBox) early = dex_await_object (bh_workers_open (fake->workers, "desk", "b_1"), &error);
  g_autoptr (BhBox) lost = dex_await_object (bh_workers_open (fake->workers, "desk", "b_2"), &error);
  g_autoptr (BhBox) late = NULL;
  g_autoptr (Peer) peer = NULL;
  DexFuture *future;

  g_assert_false (bh_box_is_connected (early));
  peer = peer_registered (fake, "desk", "[{\"id\":\"b_1\",\"state\":\"running\"}]");
  peer_serve_box (peer, "box.connect", 1);
  peer_settle (peer);
  g_assert_true (bh_box_is_connected (early));
  g_assert_true (bh_box_is_gone (lost));

  future = bh_workers_open (fake->workers, "desk", "b_3");
  peer_serve_box (peer, "box.connect", 2);
  late = dex_await_object (future, &error);
  g_assert_no_error (error);
  g_assert_true (bh_box_is_connected (late));

  future = bh_workers_open (fake->workers, "desk", "b_4");
  peer_refuse (peer, peer_expect (peer, "box.connect", NULL), "devbox_gone", "There is no such DevBox.");
  await_error (future, BH_ERROR_DEVBOX_GONE);

  future = bh_workers_stop_box (fake->workers, "desk", "b_3", 100);
  peer_answer (peer, peer_expect (peer, "box.stop", NULL), "{}");
  await_true (future);
  g_assert_true (bh_box_is_gone (late));
  json_node_unref (peer_expect (peer, "box.disconnect", NULL));
  future = bh_workers_remove_box (fake->workers, "desk", "b_unknown");
  peer_answer (peer, peer_expect (peer, "box.remove", NULL), "{}");
  await_true (future);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  fake_add ("/workers/register", test_register);
  fake_add ("/workers/offline", test_offline);
  fake_add ("/workers/refused", test_refused);
  fake_add ("/workers/garbage-first", test_garbage_first);
  fake_add ("/workers/garbage-later", test_garbage_later);
  fake_add ("/workers/silence", test_silence);
  fake_add ("/workers/lists", test_lists);
  fake_add ("/workers/launch", test_launch);
  fake_add ("/workers/launch-fails", test_launch_fails);
  fake_add ("/workers/launch-survives", test_launch_survives);
  fake_add ("/workers/open", test_open);
  return g_test_run ();
}

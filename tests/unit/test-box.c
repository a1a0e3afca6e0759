/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-box-scene.h"

#include <errno.h>
#include <signal.h>

static const char *const argv_true[] = { "true", NULL };
static const BhSpawn spawn_true = { .argv = argv_true };

static void
test_spawn (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  const char *const argv[] = { "sh", "-c", "exit 3", NULL };
  const char *const env[] = { "COLOR=blue", "PATH=/opt/bin", NULL };
  const BhSpawn spawn = { argv, env, "/srv", BH_SPAWN_PTY, 24, 80 };
  BhProcess *process = bh_box_process (s.box, 5);
  DexFuture *future = bh_process_spawn (process, &spawn);
  BhFrame frame = scene_expect (&s, BH_WIRE_SPAWN);
  g_autoptr (GPtrArray) strings = g_ptr_array_new ();

  g_assert_true (process == bh_box_process (s.box, 5));
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, BH_SPAWN_PTY);
  g_assert_cmpuint (bh_wire_get16 (frame.payload + 4), ==, 24);
  g_assert_cmpuint (bh_wire_get16 (frame.payload + 6), ==, 80);
  g_assert_cmpuint (bh_wire_get32 (frame.payload + 8), ==, 3);
  for (gsize at = BH_WIRE_SPAWN_FIXED; at < frame.header.length;
       at += strlen ((char *) frame.payload + at) + 1)
    g_ptr_array_add (strings, (gpointer) (frame.payload + at));
  g_assert_cmpuint (strings->len, ==, 1 + 3 + bh_wire_get32 (frame.payload + 12));
  g_assert_cmpstr (strings->pdata[0], ==, "/srv");
  g_assert_cmpstr (strings->pdata[3], ==, "exit 3");
  g_assert_true (g_ptr_array_find_with_equal_func (strings, "COLOR=blue", g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (strings, "PATH=/opt/bin", g_str_equal, NULL));
  g_assert_true (g_ptr_array_find_with_equal_func (strings, "HOME=/home/user", g_str_equal, NULL));

  peer_spawned (s.peer, 1, 5, 0, 0);
  await_ok (future);
  await_ok (bh_process_spawn (process, &spawn));
  peer_exited (s.peer, 1, 5, 3, 0);
  {
    g_autoptr (GError) error = NULL;
    g_assert_cmpint (dex_await_int (bh_process_exited (process), &error), ==, 3);
    peer_exited (s.peer, 1, 5, 4, 0);
    peer_settle (s.peer);
    g_assert_cmpint (dex_await_int (bh_process_exited (process), &error), ==, 3);
  }
  bh_process_release (process);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_RELEASE).header.id, ==, 5);
  g_assert_true (peer_is_quiet (s.peer));
}

static void
test_spawn_fails (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = bh_box_process (s.box, 5);
  DexFuture *future = bh_process_spawn (process, &spawn_true);
  DexFuture *read;
  g_autofree char *huge = g_strnfill (2 * MiB, 'x');
  const char *const argv[] = { huge, NULL };
  const BhSpawn spawn = { .argv = argv };

  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  read = bh_process_read (process, BH_STREAM_STDOUT);
  scene_expect (&s, BH_WIRE_SPAWN);
  peer_spawned (s.peer, 1, 5, ENOENT, 0);
  await_error (future, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  await_error (read, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  await_error (bh_process_exited (process), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  await_error (bh_process_spawn (bh_box_process (s.box, 6), &spawn), BH_ERROR, BH_ERROR_TOO_LARGE);
}

static guint64
read_some (BhProcess *process, guint64 at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (process, BH_STREAM_STDOUT), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (chunk->offset, ==, at);
  g_assert_cmpuint (g_bytes_get_size (chunk->bytes), <=, 256 * 1024);
  return at + g_bytes_get_size (chunk->bytes);
}

/* Reads all of `total` from a peer that never sends beyond what it was allowed. */
static void
test_window (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  guint64 limit = 2 * MiB, sent = 0, at = 0;
  const guint64 total = 9 * MiB + 17;

  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  scene_assert_attach (&s, 0, limit);
  while (at < total)
    {
      scene_send_zeros (s.peer, 1, 5, sent, MIN (limit, total));
      sent = MIN (limit, total);
      peer_settle (s.peer);
      /* nothing more is wanted before half of it was read */
      g_assert_true (g_queue_is_empty (&s.peer->frames));
      while (at < sent && (sent == total || at < limit - MiB))
        at = read_some (process, at);
      peer_settle (s.peer);
      while (!g_queue_is_empty (&s.peer->frames))
        {
          limit = scene_expect (&s, BH_WIRE_WINDOW).header.offset;
          g_assert_cmpuint (limit, <=, at + 2 * MiB);
        }
    }
  peer_frame (s.peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, 5, total, NULL, 0);
  assert_read (process, total, "");
  assert_read (process, total, "");
}

static void
test_resume (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  DexFuture *read;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhChunk) chunk = NULL;

  bh_process_attach (process, BH_STREAM_STDOUT, 10);
  scene_assert_attach (&s, 10, 10 + 2 * MiB);
  peer_data (s.peer, 1, 5, 10, "ten");
  assert_read (process, 10, "ten");
  peer_data (s.peer, 1, 5, 13, "unread");
  peer_settle (s.peer);
  bh_process_trim (process, BH_STREAM_STDOUT, 12);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_TRIM).header.offset, ==, 12);
  bh_process_resize (process, 5, 6);
  scene_expect (&s, BH_WIRE_RESIZE);

  scene_restart (&s);
  scene_expect (&s, BH_WIRE_SPAWN);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_TRIM).header.offset, ==, 12);
  scene_assert_attach (&s, 19, 13 + 2 * MiB);
  scene_expect (&s, BH_WIRE_RESIZE);
  /* the box repeats some: no byte comes twice */
  peer_data (s.peer, 2, 5, 16, "eadmore");
  peer_data (s.peer, 2, 5, 13, "unread");
  peer_settle (s.peer);
  assert_read (process, 13, "unreadmore");

  /* a read waits through another loss */
  read = bh_process_read (process, BH_STREAM_STDOUT);
  scene_restart (&s);
  scene_expect (&s, BH_WIRE_SPAWN);
  scene_expect (&s, BH_WIRE_TRIM);
  scene_assert_attach (&s, 23, 23 + 2 * MiB);
  scene_expect (&s, BH_WIRE_RESIZE);
  peer_spawned (s.peer, 2, 5, 0, 0);
  peer_data (s.peer, 2, 5, 23, "!");
  chunk = dex_await_boxed (read, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (chunk->offset, ==, 23);
  peer_exited (s.peer, 2, 5, 0, SIGKILL);
  g_assert_cmpint (dex_await_int (bh_process_exited (process), &error), ==, 137);
  /* what has ended is not spawned again */
  peer_frame (s.peer, 2, BH_WIRE_EOF, BH_STREAM_STDOUT, 5, 24, NULL, 0);
  peer_settle (s.peer);
  scene_restart (&s);
  scene_expect (&s, BH_WIRE_TRIM);
  scene_expect (&s, BH_WIRE_RESIZE);
  g_assert_true (peer_is_quiet (s.peer));
}

/* Another reader begins anew where the first one's bytes were not stored. */
static void
test_attach_again (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  DexFuture *read;
  g_autoptr (GError) error = NULL;

  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  scene_assert_attach (&s, 0, 2 * MiB);
  peer_data (s.peer, 1, 5, 0, "abcdef");
  assert_read (process, 0, "abcdef");
  read = bh_process_read (process, BH_STREAM_STDOUT);
  bh_process_attach (process, BH_STREAM_STDOUT, 2);
  scene_assert_attach (&s, 2, 2 + 2 * MiB);
  g_assert_false (dex_await (read, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  /* what was under way to the first one is not taken for a gap */
  peer_data (s.peer, 1, 5, 6, "ghi");
  peer_data (s.peer, 1, 5, 2, "cdefghi");
  peer_settle (s.peer);
  assert_read (process, 2, "cdefghi");

  /* nothing was lost: the box is not asked again */
  bh_process_attach (process, BH_STREAM_STDOUT, 9);
  g_assert_true (peer_is_quiet (s.peer));
  peer_data (s.peer, 1, 5, 9, "j");
  peer_settle (s.peer);
  assert_read (process, 9, "j");
}

static void
unread (BhProcess *process, guint64 offset, const char *text)
{
  g_autoptr (GBytes) tail = g_bytes_new (text, strlen (text));

  bh_process_unread (process, BH_STREAM_STDOUT, offset, tail);
}

static void
test_unread (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  g_autoptr (DexFuture) waits = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (BhChunk) chunk = NULL;

  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_data (s.peer, 1, 5, 0, "one\ntw");
  assert_read (process, 0, "one\ntw");
  unread (process, 4, "tw");
  waits = bh_process_read (process, BH_STREAM_STDOUT);
  peer_settle (s.peer);
  g_assert_true (dex_future_is_pending (waits));
  await_error (bh_process_read (process, BH_STREAM_STDOUT), G_IO_ERROR, G_IO_ERROR_PENDING);
  peer_data (s.peer, 1, 5, 6, "o");
  chunk = dex_await_boxed (g_steal_pointer (&waits), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (chunk->offset, ==, 4);
  g_assert_cmpmem (g_bytes_get_data (chunk->bytes, NULL), g_bytes_get_size (chunk->bytes), "two", 3);
  unread (process, 4, "two");
  peer_frame (s.peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, 5, 7, NULL, 0);
  assert_read (process, 4, "two");
  unread (process, 4, "two");
  assert_read (process, 7, "");
}

static void
test_stdin (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  g_autofree char *text = g_strnfill (100 * 1024, 'x');
  g_autoptr (GBytes) big = g_bytes_new (text, 100 * 1024);
  g_autoptr (GBytes) small = g_bytes_new ("small", 5);
  DexFuture *first = bh_process_write (process, 0, big);
  DexFuture *second = bh_process_write (process, 100 * 1024, small);
  BhFrame frame;

  bh_process_write_eof (process, 100 * 1024 + 5);
  await_error (bh_process_write (process, 7, small), G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  frame = scene_expect (&s, BH_WIRE_STDIN);
  g_assert_cmpuint (frame.header.length, ==, 64 * 1024);
  g_assert_true (peer_is_quiet (s.peer));
  peer_frame (s.peer, 1, BH_WIRE_STDIN_ACK, 0, 5, 1000, NULL, 0);
  frame = scene_expect (&s, BH_WIRE_STDIN);
  g_assert_cmpuint (frame.header.offset, ==, 64 * 1024);
  g_assert_cmpuint (frame.header.length, ==, 1000);

  /* lost: what was not accepted goes again, and the box knows more than we do */
  scene_restart (&s);
  scene_expect (&s, BH_WIRE_SPAWN);
  frame = scene_expect (&s, BH_WIRE_STDIN);
  g_assert_cmpuint (frame.header.offset, ==, 1000);
  g_assert_cmpuint (frame.header.length, ==, 64 * 1024);
  peer_spawned (s.peer, 2, 5, 0, 60 * 1024);
  frame = scene_expect (&s, BH_WIRE_STDIN);
  g_assert_cmpuint (frame.header.offset, ==, 1000 + 64 * 1024);
  frame = scene_expect (&s, BH_WIRE_STDIN);
  g_assert_cmpuint (frame.header.offset, ==, 100 * 1024);
  g_assert_cmpmem (frame.payload, frame.header.length, "small", 5);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_STDIN_EOF).header.offset, ==, 100 * 1024 + 5);
  g_assert_true (dex_future_is_pending (first));
  peer_frame (s.peer, 2, BH_WIRE_STDIN_ACK, 0, 5, 100 * 1024, NULL, 0);
  await_ok (first);
  g_assert_true (dex_future_is_pending (second));
  peer_frame (s.peer, 2, BH_WIRE_STDIN_ACK, 0, 5, 100 * 1024 + 5, NULL, 0);
  await_ok (second);
  /* a repeat is ignored */
  await_ok (bh_process_write (process, 0, big));
  g_assert_true (peer_is_quiet (s.peer));
}

static void
test_signal (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  DexFuture *one = bh_process_signal (process, SIGINT, BH_SIGNAL_GROUP);
  DexFuture *all = bh_box_signal_all (s.box, SIGTERM);
  const guint8 done = BH_WIRE_SIGNAL;
  BhFrame frame = scene_expect (&s, BH_WIRE_SIGNAL);

  g_assert_cmpuint (frame.header.flags, ==, BH_SIGNAL_GROUP);
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, SIGINT);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_SIGNAL).header.id, ==, BH_WIRE_ID_ALL);
  peer_frame (s.peer, 1, BH_WIRE_DONE, 0, BH_WIRE_ID_ALL, 0, &done, 1);
  await_ok (all);
  g_assert_true (dex_future_is_pending (one));
  scene_restart (&s);
  scene_expect (&s, BH_WIRE_SPAWN);
  scene_expect (&s, BH_WIRE_SIGNAL);
  peer_error (s.peer, 2, 5, 0, ENOENT, BH_WIRE_SIGNAL, "no such process");
  await_error (one, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_trimmed (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = bh_box_process (s.box, 5);

  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_error (s.peer, 1, 5, BH_STREAM_STDOUT, ERANGE, BH_WIRE_ATTACH, "trimmed");
  await_error (bh_process_read (process, BH_STREAM_STDOUT), BH_ERROR, BH_ERROR_RANGE);
  await_error (bh_process_read (process, BH_STREAM_STDERR), G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED);
}

static void
on_gone (BhBox *box, const char *reason, char **kept)
{
  *kept = g_strdup (reason);
}

static void
test_gone (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  g_autoptr (GBytes) bytes = g_bytes_new ("x", 1);
  g_autofree char *reason = NULL;
  g_autoptr (GError) error = NULL;
  DexFuture *pending[5];

  g_signal_connect (s.box, "gone", G_CALLBACK (on_gone), &reason);
  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  peer_data (s.peer, 1, 5, 0, "kept");
  peer_settle (s.peer);
  pending[0] = bh_process_write (process, 0, bytes);
  pending[1] = bh_process_exited (process);
  pending[2] = bh_process_signal (process, SIGTERM, 0);
  pending[3] = bh_box_stats (s.box);
  pending[4] = bh_process_spawn (bh_box_process (s.box, 6), &spawn_true);
  peer_say (s.peer, "{\"jsonrpc\":\"2.0\",\"method\":\"box.gone\",\"params\":{\"id\":\"b_1\",\"reason\":\"It "
                    "ran out of memory.\"}}");
  for (guint i = 0; i < G_N_ELEMENTS (pending); i++)
    await_error (pending[i], BH_ERROR, BH_ERROR_DEVBOX_GONE);
  g_assert_cmpstr (reason, ==, "It ran out of memory.");
  g_assert_true (bh_box_is_gone (s.box));
  g_assert_false (bh_box_is_connected (s.box));
  assert_read (process, 0, "kept");
  g_assert_false (dex_await (bh_process_read (process, BH_STREAM_STDOUT), &error));
  g_assert_error (error, BH_ERROR, BH_ERROR_DEVBOX_GONE);
  g_assert_nonnull (strstr (error->message, "out of memory"));
  await_error (bh_box_stats (s.box), BH_ERROR, BH_ERROR_DEVBOX_GONE);
  await_error (bh_process_spawn (bh_box_process (s.box, 7), &spawn_true), BH_ERROR, BH_ERROR_DEVBOX_GONE);
  await_error (bh_box_run (s.box, argv_true, 1000), BH_ERROR, BH_ERROR_DEVBOX_GONE);
}

static void
on_link (BhBox *box, gboolean connected, GString *log)
{
  g_string_append_c (log, connected ? '+' : '-');
}

/* box.closed, a gap, more than was allowed, nonsense: the connection is made anew and nothing is lost. */
static void
test_reconnect (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  BhProcess *process = scene_spawned (&s, 5);
  g_autoptr (GString) log = g_string_new (NULL);

  g_signal_connect (s.box, "link", G_CALLBACK (on_link), log);
  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  scene_expect (&s, BH_WIRE_ATTACH);
  for (guint32 handle = 1; handle < 5; handle++)
    {
      if (handle == 1)
        peer_say (
            s.peer,
            "{\"jsonrpc\":\"2.0\",\"method\":\"box.closed\",\"params\":{\"handle\":1,\"reason\":\"eof\"}}");
      else if (handle == 2)
        peer_data (s.peer, handle, 5, 1, "gap");
      else if (handle == 3)
        scene_send_zeros (s.peer, handle, 5, 0, 3 * MiB);
      else
        peer_frame (s.peer, handle, BH_WIRE_SPAWNED, 0, 5, 0, "x", 1);
      if (handle > 1)
        json_node_unref (peer_expect (s.peer, "box.disconnect", NULL));
      peer_serve_box (s.peer, "box.connect", handle + 1);
      scene_expect (&s, BH_WIRE_SPAWN);
      scene_assert_attach (&s, handle < 3 ? 0 : 2 * MiB, 2 * MiB);
    }
  g_assert_cmpstr (log->str, ==, "-+-+-+-+");
  g_signal_handlers_disconnect_by_data (s.box, log);
  for (guint64 at = 0; at < 2 * MiB;)
    at = read_some (process, at);
}

static void
test_version (Fake *fake)
{
  static const BhLaunch launch = { .id = "b_1", .image = "host" };
  static const guint8 hello[BH_WIRE_HELLO_SIZE] = { 9 };
  g_autoptr (Peer) peer = peer_registered (fake, "desk", "[]");
  g_autoptr (GBytes) message = NULL;
  DexFuture *future = bh_workers_launch (fake->workers, "desk", &launch);

  peer_answer (peer, peer_expect (peer, "box.launch", NULL), "{\"handle\":1}");
  peer_expect_frame (peer, BH_WIRE_HELLO, &message);
  peer_frame (peer, 1, BH_WIRE_HELLO, 0, 0, 0, hello, sizeof hello);
  await_error (future, BH_ERROR, BH_ERROR_LAUNCH_FAILED);
}

/* boxd does not wait for our HELLO: its own may come with the answer that brings the handle. */
static void
test_early_hello (Fake *fake)
{
  static const BhLaunch launch = { .id = "b_1", .image = "host" };
  g_autoptr (Peer) peer = peer_registered (fake, "desk", "[]");
  g_autoptr (GBytes) hello = bh_frame_hello ();
  g_autoptr (GError) error = NULL;
  g_autoptr (BhBox) box = NULL;
  DexFuture *future = bh_workers_launch (fake->workers, "desk", &launch);

  peer_answer (peer, peer_expect (peer, "box.launch", NULL), "{\"handle\":1}");
  peer_frame (peer, 1, BH_WIRE_HELLO, 0, 0, 0, g_bytes_get_data (hello, NULL), g_bytes_get_size (hello));
  box = dex_await_object (future, &error);
  g_assert_no_error (error);
  g_assert_true (bh_box_is_connected (box));
}

/* A box that goes while its processes are held. */
static void
test_let_go (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  g_autoptr (BhProcess) process = g_object_ref (scene_spawned (&s, 5));
  g_autoptr (BhProcess) released = g_object_ref (scene_spawned (&s, 6));
  DexFuture *exited = bh_process_exited (released);

  bh_process_release (released);
  bh_process_release (released);
  await_error (exited, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_assert_null (bh_process_get_box (released));
  g_assert_true (released != bh_box_process (s.box, 6));
  peer_say (s.peer, "{\"jsonrpc\":\"2.0\",\"method\":\"box.gone\",\"params\":{\"id\":\"b_1\"}}");
  await_error (bh_process_exited (process), BH_ERROR, BH_ERROR_DEVBOX_GONE);
  g_clear_object (&s.box);
  g_assert_null (bh_process_get_box (process));
  await_error (bh_process_signal (process, SIGTERM, 0), BH_ERROR, BH_ERROR_DEVBOX_GONE);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  fake_add ("/box/spawn", test_spawn);
  fake_add ("/box/spawn-fails", test_spawn_fails);
  fake_add ("/box/window", test_window);
  fake_add ("/box/resume", test_resume);
  fake_add ("/box/attach-again", test_attach_again);
  fake_add ("/box/unread", test_unread);
  fake_add ("/box/stdin", test_stdin);
  fake_add ("/box/signal", test_signal);
  fake_add ("/box/trimmed", test_trimmed);
  fake_add ("/box/gone", test_gone);
  fake_add ("/box/reconnect", test_reconnect);
  fake_add ("/box/version", test_version);
  fake_add ("/box/early-hello", test_early_hello);
  fake_add ("/box/let-go", test_let_go);
  return g_test_run ();
}

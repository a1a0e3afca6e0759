/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* Files, statistics and whole programs: what a box answers to a request. */

#include "test-box-scene.h"

#include <signal.h>

static const char *const argv_true[] = { "true", NULL };

static void
test_files (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  g_autofree char *text = g_strnfill (600 * 1024, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (text, 600 * 1024);
  DexFuture *put = bh_box_put_file (s.box, "/workspace/a", 0644, bytes);
  const guint8 done = BH_WIRE_PUT;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) got = NULL;
  DexFuture *get;
  BhFrame frame = scene_expect (&s, BH_WIRE_PUT);
  guint32 id = frame.header.id;

  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, 0644);
  g_assert_cmpmem (frame.payload + 8, bh_wire_get32 (frame.payload + 4), "/workspace/a", 12);
  g_assert_cmpuint (frame.header.flags, ==, 0);
  g_assert_true (peer_is_quiet (s.peer));
  peer_frame (s.peer, 1, BH_WIRE_DONE, 0, id, 0, &done, 1);
  frame = scene_expect (&s, BH_WIRE_PUT);
  g_assert_cmpuint (frame.header.offset, ==, 512 * 1024);
  g_assert_cmpuint (frame.header.flags, ==, BH_FILE_LAST);
  g_assert_cmpuint (frame.header.length, ==, 8 + 12 + 88 * 1024);
  peer_frame (s.peer, 1, BH_WIRE_DONE, 0, id, 0, &done, 1);
  await_ok (put);

  get = bh_box_get_file (s.box, "/etc/x", 10);
  frame = scene_expect (&s, BH_WIRE_GET);
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, 10);
  peer_frame (s.peer, 1, BH_WIRE_FILE, 0, frame.header.id, 0, "abc", 3);
  frame = scene_expect (&s, BH_WIRE_GET);
  g_assert_cmpuint (frame.header.offset, ==, 3);
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, 7);
  scene_restart (&s);
  frame = scene_expect (&s, BH_WIRE_GET);
  peer_frame (s.peer, 2, BH_WIRE_FILE, BH_FILE_LAST, frame.header.id, 3, "d", 1);
  got = dex_await_boxed (get, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), "abcd", 4);

  get = bh_box_get_file (s.box, "/nowhere", 10);
  frame = scene_expect (&s, BH_WIRE_GET);
  peer_error (s.peer, 2, frame.header.id, 0, ENOENT, BH_WIRE_GET, "no such file: \xff");
  await_error (get, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_stats (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  DexFuture *future = bh_box_stats (s.box);
  g_autofree struct bh_wire_stats *stats = NULL;
  g_autoptr (GError) error = NULL;
  guint8 payload[BH_WIRE_STATS_SIZE] = { 0 };
  BhFrame frame = scene_expect (&s, BH_WIRE_STATS);

  bh_wire_put64 (payload, 77);
  bh_wire_put64 (payload + 32, 88);
  peer_frame (s.peer, 1, BH_WIRE_STATS, 0, frame.header.id, 0, payload, sizeof payload);
  stats = dex_await_pointer (future, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stats->cpu_us, ==, 77);
  g_assert_cmpuint (stats->up_us, ==, 88);
  future = bh_box_stats (s.box);
  frame = scene_expect (&s, BH_WIRE_STATS);
  peer_frame (s.peer, 1, BH_WIRE_STATS, 0, frame.header.id, 0, payload, 3);
  await_error (future, BH_ERROR, BH_ERROR_INTERNAL);
}

static void
test_run (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunOutput) output = NULL;
  DexFuture *future = bh_box_run (s.box, argv_true, 10000);
  BhFrame frame = scene_expect (&s, BH_WIRE_SPAWN);
  guint32 id = frame.header.id;

  g_assert_cmpuint (id, >=, 0x40000000);
  g_assert_cmpuint (id, <, BH_WIRE_FIRST_CHANNEL);
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, BH_SPAWN_MERGED);
  scene_expect (&s, BH_WIRE_STDIN_EOF);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_spawned (s.peer, 1, id, 0, 0);
  scene_send_zeros (s.peer, 1, id, 0, 100 * 1024);
  peer_data (s.peer, 1, id, 100 * 1024, "end");
  peer_frame (s.peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, id, 100 * 1024 + 3, NULL, 0);
  peer_exited (s.peer, 1, id, 2, 0);
  output = dex_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (output->exit_status, ==, 2);
  g_assert_cmpuint (g_bytes_get_size (output->output), ==, 64 * 1024);
  g_assert_cmpmem ((const char *) g_bytes_get_data (output->output, NULL) + 64 * 1024 - 3, 3, "end", 3);

  /* what was read is let go in the box at once, and in the end all of it */
  peer_settle (s.peer);
  while (((const guint8 *) g_bytes_get_data (g_queue_peek_head (&s.peer->frames), NULL))[8] == BH_WIRE_TRIM)
    scene_expect (&s, BH_WIRE_TRIM);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_RELEASE).header.id, ==, id);
}

static void
test_run_ends (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunOutput) output = NULL;
  g_autoptr (BhRunOutput) killed = NULL;
  DexFuture *future = bh_box_run (s.box, argv_true, 10000);
  guint32 id = scene_expect (&s, BH_WIRE_SPAWN).header.id;
  BhFrame frame;

  scene_expect (&s, BH_WIRE_STDIN_EOF);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_spawned (s.peer, 1, id, ENOENT, 0);
  output = dex_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (output->exit_status, ==, 127);
  scene_expect (&s, BH_WIRE_RELEASE);

  future = bh_box_run (s.box, argv_true, 50);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_SPAWN).header.id, !=, id);
  id = bh_wire_get32 ((const guint8 *) g_bytes_get_data (s.message, NULL) + 12);
  scene_expect (&s, BH_WIRE_STDIN_EOF);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_spawned (s.peer, 1, id, 0, 0);
  peer_data (s.peer, 1, id, 0, "so far");
  scene_expect (&s, BH_WIRE_TRIM);
  frame = scene_expect (&s, BH_WIRE_SIGNAL);
  g_assert_cmpuint (frame.header.flags, ==, BH_SIGNAL_GROUP);
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, SIGKILL);
  peer_exited (s.peer, 1, id, 0, SIGKILL);
  killed = dex_await_boxed (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (killed->exit_status, ==, 137);
  g_assert_cmpmem (g_bytes_get_data (killed->output, NULL), g_bytes_get_size (killed->output), "so far", 6);
}

static void
list_one (guint8 *at, guint32 id)
{
  memset (at, 0, BH_WIRE_LISTED_SIZE);
  bh_wire_put32 (at, id);
}

/* Of what the box has, only that which is no Run's and nobody here knows is ended. */
static void
test_strangers (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  const guint32 stranger = BH_BOX_FIRST_UNOWNED + 7, own = BH_BOX_FIRST_UNOWNED + 8;
  const guint32 listed[] = { 5, own, stranger, BH_WIRE_FIRST_CHANNEL + 1 };
  guint8 list[G_N_ELEMENTS (listed) * BH_WIRE_LISTED_SIZE];
  g_autoptr (GError) error = NULL;
  DexFuture *done;
  BhFrame frame;

  scene_spawned (&s, own);
  for (guint i = 0; i < G_N_ELEMENTS (listed); i++)
    list_one (list + i * BH_WIRE_LISTED_SIZE, listed[i]);
  done = bh_box_hang_up_strangers (s.box);
  frame = scene_expect (&s, BH_WIRE_LIST);
  peer_frame (s.peer, 1, BH_WIRE_LIST, 0, frame.header.id, 0, list, sizeof list);
  g_assert_cmpuint (dex_await_uint (done, &error), ==, 1);
  g_assert_no_error (error);
  frame = scene_expect (&s, BH_WIRE_SIGNAL);
  g_assert_cmpuint (frame.header.id, ==, stranger);
  g_assert_cmpuint (frame.header.flags, ==, BH_SIGNAL_GROUP);
  g_assert_cmpuint (bh_wire_get32 (frame.payload), ==, SIGHUP);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_RELEASE).header.id, ==, stranger);
  g_assert_true (peer_is_quiet (s.peer));

  done = bh_box_hang_up_strangers (s.box);
  frame = scene_expect (&s, BH_WIRE_LIST);
  peer_frame (s.peer, 1, BH_WIRE_LIST, 0, frame.header.id, 0, list, BH_WIRE_LISTED_SIZE - 1);
  await_error (done, BH_ERROR, BH_ERROR_INTERNAL);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  fake_add ("/box/files", test_files);
  fake_add ("/box/stats", test_stats);
  fake_add ("/box/run", test_run);
  fake_add ("/box/run-ends", test_run_ends);
  fake_add ("/box/strangers", test_strangers);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-box-scene.h"

#define RUNNING "[{\"id\":\"b_1\",\"state\":\"running\"}]"

void
scene_clear (Scene *self)
{
  g_clear_object (&self->box);
  g_clear_pointer (&self->peer, peer_free);
  g_clear_pointer (&self->message, g_bytes_unref);
}

Scene
scene (Fake *fake)
{
  static const BhLaunch launch = { .id = "b_1", .image = "host" };
  g_autoptr (GError) error = NULL;
  Scene self = { .fake = fake, .peer = peer_registered (fake, "desk", "[]") };
  DexFuture *future = bh_workers_launch (fake->workers, "desk", &launch);

  peer_serve_box (self.peer, "box.launch", 1);
  self.box = dex_await_object (future, &error);
  g_assert_no_error (error);
  return self;
}

void
scene_restart (Scene *self)
{
  g_clear_pointer (&self->peer, peer_free);
  fake_await_offline (self->fake, "desk");
  g_assert_false (bh_box_is_connected (self->box));
  self->peer = peer_registered (self->fake, "desk", RUNNING);
  peer_serve_box (self->peer, "box.connect", 2);
}

BhFrame
scene_expect (Scene *self, guint8 type)
{
  return peer_expect_frame (self->peer, type, &self->message);
}

void
await_ok (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  dex_await (future, &error);
  g_assert_no_error (error);
}

void
await_error (DexFuture *future, GQuark domain, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (future, &error));
  g_assert_error (error, domain, code);
}

BhProcess *
scene_spawned (Scene *self, guint32 id)
{
  static const char *const argv[] = { "true", NULL };
  const BhSpawn spawn = { .argv = argv };
  BhProcess *process = bh_box_process (self->box, id);
  DexFuture *future = bh_process_spawn (process, &spawn);

  g_assert_cmpuint (scene_expect (self, BH_WIRE_SPAWN).header.id, ==, id);
  peer_spawned (self->peer, 1, id, 0, 0);
  await_ok (future);
  return process;
}

void
scene_assert_attach (Scene *self, guint64 from, guint64 limit)
{
  BhFrame frame = scene_expect (self, BH_WIRE_ATTACH);

  g_assert_cmpuint (frame.header.offset, ==, from);
  g_assert_cmpuint (frame.header.flags, ==, BH_STREAM_STDOUT);
  g_assert_cmpuint (bh_wire_get64 (frame.payload), ==, limit);
}

void
assert_read (BhProcess *process, guint64 offset, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (process, BH_STREAM_STDOUT), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (chunk->offset, ==, offset);
  g_assert_cmpmem (g_bytes_get_data (chunk->bytes, NULL), g_bytes_get_size (chunk->bytes), text,
                   strlen (text));
}

void
scene_announce (Peer *peer, guint32 handle, guint32 id)
{
  static const guint8 pid[4] = { 1 };

  peer_frame (peer, handle, BH_WIRE_CHANNEL, 0, id, 0, pid, sizeof pid);
}

void
scene_send_zeros (Peer *peer, guint32 handle, guint32 id, guint64 from, guint64 to)
{
  static const guint8 zeros[64 * 1024];

  for (guint64 at = from; at < to; at += sizeof zeros)
    peer_frame (peer, handle, BH_WIRE_DATA, BH_STREAM_STDOUT, id, at, zeros, MIN (sizeof zeros, to - at));
}

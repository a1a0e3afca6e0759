/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The channels of a box: programs in it that want something of the coordinator. */

#include "coordinator/questions/bh-ask-desk.h"
#include "test-box-scene.h"

static void
on_channel (BhBox *box, BhProcess *channel, GPtrArray *channels)
{
  g_ptr_array_add (channels, g_object_ref (channel));
}

static void
test_channel (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  const guint32 id = BH_WIRE_FIRST_CHANNEL + 3;
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GBytes) answer = g_bytes_new ("answered\n", 9);
  BhProcess *channel;
  DexFuture *written;

  g_signal_connect (s.box, "channel", G_CALLBACK (on_channel), channels);
  scene_announce (s.peer, 1, id);
  scene_announce (s.peer, 1, id);
  peer_settle (s.peer);
  g_assert_cmpuint (channels->len, ==, 1);
  channel = channels->pdata[0];
  g_assert_cmpuint (bh_process_get_id (channel), ==, id);
  g_assert_true (bh_process_get_box (channel) == s.box);
  bh_process_attach (channel, BH_STREAM_STDOUT, 0);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_data (s.peer, 1, id, 0, "{}\n");
  assert_read (channel, 0, "{}\n");

  written = bh_process_write (channel, 0, answer);
  bh_process_close (channel);
  scene_expect (&s, BH_WIRE_STDIN);
  g_assert_true (peer_is_quiet (s.peer));
  scene_restart (&s);
  scene_announce (s.peer, 2, id);
  scene_assert_attach (&s, 3, 3 + 2 * MiB);
  scene_expect (&s, BH_WIRE_STDIN);
  peer_frame (s.peer, 2, BH_WIRE_STDIN_ACK, 0, id, 9, NULL, 0);
  await_ok (written);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_CHANNEL_CLOSE).header.id, ==, id);
  peer_frame (s.peer, 2, BH_WIRE_EOF, BH_STREAM_STDOUT, id, 3, NULL, 0);
  assert_read (channel, 3, "");
  bh_process_release (channel);
  scene_expect (&s, BH_WIRE_RELEASE);
  /* RELEASE is on its way and the box still names it: not a new channel */
  scene_restart (&s);
  scene_announce (s.peer, 2, id);
  g_assert_cmpuint (scene_expect (&s, BH_WIRE_RELEASE).header.id, ==, id);
  peer_settle (s.peer);
  g_assert_cmpuint (channels->len, ==, 1);
}

/* Announced before anyone has connected to the signal: held until then. */
static void
test_channel_held (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func (g_object_unref);

  scene_announce (s.peer, 1, BH_WIRE_FIRST_CHANNEL);
  peer_settle (s.peer);
  g_signal_connect (s.box, "channel", G_CALLBACK (on_channel), channels);
  while (channels->len == 0)
    peer_settle (s.peer);
  g_assert_cmpuint (channels->len, ==, 1);
}

static void
test_hang_up (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  const guint32 id = BH_WIRE_FIRST_CHANNEL;
  g_autoptr (GBytes) answer = g_bytes_new ("answered\n", 9);
  BhProcess *channel = bh_box_process (s.box, id);
  DexFuture *written = bh_process_write (channel, 0, answer);

  bh_process_attach (channel, BH_STREAM_STDOUT, 0);
  scene_expect (&s, BH_WIRE_STDIN);
  scene_expect (&s, BH_WIRE_ATTACH);
  peer_data (s.peer, 1, id, 0, "last");
  peer_frame (s.peer, 1, BH_WIRE_CHANNEL_CLOSE, 0, id, 0, NULL, 0);
  peer_frame (s.peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, id, 4, NULL, 0);
  await_error (written, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  assert_read (channel, 0, "last");
  assert_read (channel, 4, "");
}

/* TRUE when nothing has come but leave to send more. */
static gboolean
is_quiet (Scene *s)
{
  peer_settle (s->peer);
  while (!g_queue_is_empty (&s->peer->frames))
    {
      g_autoptr (GBytes) message = g_queue_peek_head (&s->peer->frames);
      BhFrame frame;

      g_bytes_ref (message);
      g_assert_true (bh_frame_parse (message, &frame, NULL));
      if (frame.header.type != BH_WIRE_WINDOW)
        return FALSE;
      g_bytes_unref (g_queue_pop_head (&s->peer->frames));
    }
  return TRUE;
}

/* Takes the reply to the channel. */
static void
expect_reply (Scene *s, guint32 id, const char *words)
{
  BhFrame frame;
  g_autofree char *text = NULL;

  while (is_quiet (s))
    ;
  frame = scene_expect (s, BH_WIRE_STDIN);
  text = g_strndup ((const char *) frame.payload, frame.header.length);
  g_assert_cmpuint (frame.header.id, ==, id);
  g_assert_nonnull (strstr (text, words));
  g_assert_true (g_str_has_prefix (text, "error\n"));
  peer_frame (s->peer, 1, BH_WIRE_STDIN_ACK, 0, id, frame.header.length, NULL, 0);
  g_assert_cmpuint (scene_expect (s, BH_WIRE_CHANNEL_CLOSE).header.id, ==, id);
}

/* A line that does not end yet. */
static void
begin_line (Scene *s, guint32 id, gsize size)
{
  g_autofree char *text = g_strnfill (size, 'x');

  while (!is_quiet (s))
    scene_expect (s, BH_WIRE_RELEASE);
  scene_announce (s->peer, 1, id);
  g_assert_cmpuint (scene_expect (s, BH_WIRE_ATTACH).header.id, ==, id);
  peer_data (s->peer, 1, id, 0, text);
  peer_settle (s->peer);
}

/* However many programs of a box begin to ask, they do not fill the coordinator's memory. */
static void
test_asks_are_bounded (Fake *fake)
{
  g_auto (Scene) s = scene (fake);
  const guint32 first = BH_WIRE_FIRST_CHANNEL;
  const gsize size = BH_ASK_LINE_MAX - 100;
  const guint n = BH_ASK_TOTAL_MAX / BH_ASK_LINE_MAX;

  bh_ask_desk_of_box (s.box);
  for (guint i = 0; i < n; i++)
    begin_line (&s, first + i, size);
  g_assert_true (is_quiet (&s));
  begin_line (&s, first + n, size);
  expect_reply (&s, first + n, "at once");
  /* a small one still fits; it is no JSON */
  begin_line (&s, first + n + 1, 10);
  peer_data (s.peer, 1, first + n + 1, 10, "\n");
  expect_reply (&s, first + n + 1, "");
  /* one ends, and there is room again */
  peer_frame (s.peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, first, size, NULL, 0);
  expect_reply (&s, first, "not finished");
  begin_line (&s, first + n + 2, size);
  g_assert_true (is_quiet (&s));
  /* and one alone is bounded as before */
  peer_data (s.peer, 1, first + n + 2, size,
             "0123456789012345678901234567890123456789012345678901234567890123456789"
             "0123456789012345678901234567890123456789");
  expect_reply (&s, first + n + 2, "at most");
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  fake_add ("/box/channel", test_channel);
  fake_add ("/box/channel-held", test_channel_held);
  fake_add ("/box/hang-up", test_hang_up);
  fake_add ("/box/asks-are-bounded", test_asks_are_bounded);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* The lines of a process, with a real store and a box that the test plays: in any pieces, and over restarts
 * of everything. */

#include "test-pipe-scene.h"

#define LONGEST 64

static void
assert_next (PipeLife *self, const char *expected)
{
  g_autofree char *line = pipe_next (self);

  g_assert_cmpstr (line, ==, expected);
}

/* --- tests --- */

static void
test_pieces (PipeWorld *world)
{
  static const gsize pieces[] = { 1, 2, 3, 7, 1000 };

  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

      world->piece = pieces[i];
      g_string_append (world->output, "one\n\n{\"two\":\"…\"}\n");
      assert_next (life, "one");
      assert_next (life, "");
      assert_next (life, "{\"two\":\"…\"}");
      g_assert_false (bh_line_pipe_ended (life->pipe));
      /* 64 bytes are not too long, 65 are */
      g_string_append (world->output, "0123456789012345678901234567890123456789012345678901234567890123\n"
                                      "01234567890123456789012345678901234567890123456789012345678901234\n");
      assert_next (life, "0123456789012345678901234567890123456789012345678901234567890123");
      assert_next (life, "+65");
      g_string_append (world->output, "last words");
      world->ended = TRUE;
      assert_next (life, "last words");
      assert_next (life, NULL);
      g_assert_true (bh_line_pipe_ended (life->pipe));
      await_ok (bh_line_pipe_ready (life->pipe));
      pipe_forget (life);
    }
}

/* Every line is answered, and the coordinator is killed at every point of that. */
static void
test_restarts (PipeWorld *world)
{
  const guint n = 24;
  g_autoptr (GString) expected = g_string_new (NULL);
  guint dealt = 0;

  for (guint i = 0; i < n; i++)
    {
      g_string_append_printf (world->output, "line %u\n", i);
      g_string_append_printf (expected, "answer to line %u\n", i);
    }
  world->ended = TRUE;
  world->piece = 5;
  for (guint i = 0; dealt < n; i++)
    {
      g_autoptr (PipeLife) life = NULL;
      g_autofree char *line = NULL;
      g_autofree char *answer = NULL;

      world->deaf = i % 5 == 3;
      life = pipe_life_new (world, LONGEST);
      line = pipe_next (life);
      answer = g_strdup_printf ("answer to %s", line);
      bh_line_pipe_send (life->pipe, answer);
      if (i % 3 == 0)
        continue; /* before the commit: it is read again, and nobody has seen the answer */
      dealt++;
      pipe_commit (life);
      if (i % 3 == 1)
        continue; /* committed, not written: the next life does that */
      pipe_await (life, bh_line_pipe_flush (life->pipe));
      pipe_serve (life);
    }
  world->deaf = FALSE;
  {
    g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

    assert_next (life, NULL);
    while (world->input->len < expected->len)
      pipe_serve (life);
    pipe_serve (life);
    g_assert_cmpstr (world->input->str, ==, expected->str);
    pipe_forget (life);
  }
}

/* The Run is let go of and taken up again in one life of the coordinator, while its process does not read. */
static void
test_taken_up (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);
  g_autoptr (BhLinePipe) first = NULL;
  g_autoptr (DexFuture) waiting = NULL;
  g_autoptr (BhJournal) journal = NULL;

  world->deaf = TRUE;
  g_string_append (world->output, "hello\nwor");
  assert_next (life, "hello");
  bh_line_pipe_send (life->pipe, "one");
  bh_line_pipe_send (life->pipe, "two");
  pipe_await (life, bh_line_pipe_flush (life->pipe));
  waiting = bh_line_pipe_ready (life->pipe);
  bh_line_pipe_send (life->pipe, "never stored");
  journal = g_steal_pointer (&life->journal);
  bh_journal_close (journal);
  first = g_steal_pointer (&life->pipe);
  await_error (bh_line_pipe_flush (first), BH_ERROR, BH_ERROR_RUN_NOT_ACTIVE);
  pipe_load_journal (life);
  pipe_open (life, LONGEST);
  await_error (g_steal_pointer (&waiting), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  await_error (bh_line_pipe_ready (first), BH_ERROR, BH_ERROR_RUN_NOT_ACTIVE);
  g_string_append (world->output, "ld\n");
  assert_next (life, "world");
  bh_line_pipe_send (life->pipe, "three");
  pipe_await (life, bh_line_pipe_flush (life->pipe));
  /* the connection breaks: all that is not accepted goes again */
  peer_free (life->peer);
  fake_await_offline (life->fake, "desk");
  world->deaf = FALSE;
  life->peer = peer_registered (life->fake, "desk", PIPE_RUNNING);
  peer_serve_box (life->peer, "box.connect", 1);
  while (world->input->len < strlen ("one\ntwo\nthree\n"))
    pipe_serve (life);
  pipe_serve (life);
  g_assert_cmpstr (world->input->str, ==, "one\ntwo\nthree\n");
  pipe_forget (life);
}

/* What was committed before a journal was closed is written, as the last words to a process. */
static void
test_closed (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

  bh_line_pipe_send (life->pipe, "bye");
  dex_future_disown (bh_journal_commit (life->journal, BH_SYNCED));
  bh_journal_close (life->journal);
  bh_line_pipe_send (life->pipe, "too late");
  pipe_await (life, bh_line_pipe_flush (life->pipe));
  pipe_serve (life);
  g_assert_cmpstr (world->input->str, ==, "bye\n");
}

/* A line that is too long is skipped in the middle of restarts, and told of once. */
static void
test_skipping (PipeWorld *world)
{
  const gsize size = 1000;
  g_autofree char *zeros = g_strnfill (size, '0');
  guint64 before = 0;

  world->piece = 50;
  g_string_append (world->output, "one\n");
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);
      g_autoptr (DexFuture) ready = NULL;

      if (i == 0)
        assert_next (life, "one");
      g_string_append_len (world->output, zeros, (gssize) (size / 10));
      ready = bh_line_pipe_ready (life->pipe);
      while (life->sent < world->output->len)
        pipe_serve (life);
      g_assert_true (dex_future_is_pending (ready));
      pipe_commit (life);
      g_assert_cmpint (bh_journal_get_state_int (life->journal, PIPE_KEY ".in", 0), >=, (gint64) before);
      before = world->output->len - LONGEST;
    }
  {
    g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

    g_string_append (world->output, "\ntwo\n");
    assert_next (life, "+1000");
    pipe_commit (life);
  }
  {
    g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

    assert_next (life, "two");
    g_string_append_len (world->output, zeros, 100);
    world->ended = TRUE;
    assert_next (life, "+100");
    assert_next (life, NULL);
    pipe_forget (life);
  }
}

/* boxd's spool is freed of what is stored, and of no more. */
static void
test_trimming (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, BH_LINE_PIPE_MAX);
  g_autofree char *line = g_strnfill (100 * 1024, 'x');
  gint64 stored;

  world->piece = 64 * 1024;
  for (guint i = 0; i < 40; i++)
    g_string_append_printf (world->output, "%s\n", line);
  for (guint i = 0; i < 40; i++)
    assert_next (life, line);
  while (world->trimmed < 2 * MiB)
    {
      g_string_append_printf (world->output, "%s\n", line);
      assert_next (life, line);
    }
  pipe_life_free (g_steal_pointer (&life));
  life = pipe_life_new (world, BH_LINE_PIPE_MAX);
  stored = bh_journal_get_state_int (life->journal, PIPE_KEY ".in", 0);
  g_assert_cmpuint (world->trimmed, <=, (guint64) stored);
  world->ended = TRUE;
  for (gsize rest = world->output->len - (gsize) stored; rest > 0; rest -= strlen (line) + 1)
    assert_next (life, line);
  assert_next (life, NULL);
  pipe_forget (life);
}

/* A process that has exited is over, though what it left behind keeps its output open. */
static void
test_exit (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

  world->piece = 100;
  g_string_append (world->output, "one\ntwo");
  assert_next (life, "one");
  peer_exited (life->peer, 1, PIPE_ID, 0, 0);
  assert_next (life, "two");
  assert_next (life, NULL);
  pipe_forget (life);
}

/* Answers each line of a program that reads none of it until nothing is given any more; how many there were.
 */
static guint
answer_all (PipeLife *life, const char *answer)
{
  guint answered = 0;

  for (;;)
    {
      g_autoptr (DexFuture) ready = NULL;
      guint64 skipped;
      g_autoptr (GBytes) line = bh_line_pipe_next (life->pipe, &skipped);

      if (line != NULL)
        {
          bh_line_pipe_send (life->pipe, answer);
          answered++;
          continue;
        }
      if (bh_line_pipe_is_held_up (life->pipe))
        return answered;
      ready = bh_line_pipe_ready (life->pipe);
      pipe_await (life, g_steal_pointer (&ready));
    }
}

/* A program that asks and asks and reads no answer waits, over restarts, until it reads. */
static void
test_held_up (PipeWorld *world)
{
  const gsize size = 100 * 1024;
  const guint n = 100;
  g_autofree char *answer = g_strnfill (size, 'a');
  guint answered;

  world->deaf = TRUE;
  world->piece = 1000;
  for (guint i = 0; i < n; i++)
    g_string_append_printf (world->output, "may I %u?\n", i);
  {
    g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);
    g_autoptr (DexFuture) ready = NULL;

    answered = answer_all (life, answer);
    g_assert_cmpuint (bh_line_pipe_get_unread (life->pipe), <=, 4 * MiB + size + 1);
    g_assert_cmpuint (answered, <, n);
    /* that is written and stored, and still nobody reads it */
    ready = bh_line_pipe_ready (life->pipe);
    pipe_await (life, bh_line_pipe_flush (life->pipe));
    pipe_serve (life);
    g_assert_true (dex_future_is_pending (ready));
  }
  {
    g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);

    g_assert_cmpuint (answer_all (life, answer), ==, 0);
    g_assert_cmpuint (bh_line_pipe_get_unread (life->pipe), ==, answered * (size + 1));
    world->deaf = FALSE;
    for (; answered < n; answered++)
      {
        g_autofree char *expected = g_strdup_printf ("may I %u?", answered);

        assert_next (life, expected);
        bh_line_pipe_send (life->pipe, answer);
        g_assert_cmpuint (bh_line_pipe_get_unread (life->pipe), <=, 4 * MiB + size + 1);
      }
    pipe_await (life, bh_line_pipe_flush (life->pipe));
    while (world->input->len < n * (size + 1))
      pipe_serve (life);
    g_assert_cmpuint (world->input->len, ==, n * (size + 1));
    pipe_serve (life);
    g_assert_cmpuint (bh_line_pipe_get_unread (life->pipe), ==, 0);
    pipe_forget (life);
  }
}

/* One that says much before it reads is listened to: it may read when it has said it. */
static void
test_deaf (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, BH_LINE_PIPE_MAX);
  g_autofree char *line = g_strnfill (1000 * 1000, 'x');

  world->deaf = TRUE;
  world->piece = 64 * 1024;
  bh_line_pipe_send (life->pipe, "please");
  pipe_await (life, bh_line_pipe_flush (life->pipe));
  for (guint i = 0; i < 12; i++)
    g_string_append_printf (world->output, "%s\n", line);
  for (guint i = 0; i < 12; i++)
    assert_next (life, line);
  g_assert_cmpuint (bh_line_pipe_get_unread (life->pipe), ==, strlen ("please\n"));
  pipe_forget (life);
}

/* What nobody will read holds nothing up: the last words of the program are heard. */
static void
test_hung_up (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);
  g_autofree char *answer = g_strnfill (5 * MiB, 'a');
  g_autoptr (DexFuture) ready = NULL;

  world->deaf = TRUE;
  world->piece = 1000;
  bh_line_pipe_send (life->pipe, answer);
  pipe_await (life, bh_line_pipe_flush (life->pipe));
  g_string_append (world->output, "last words\n");
  ready = bh_line_pipe_ready (life->pipe);
  pipe_serve (life);
  g_assert_true (dex_future_is_pending (ready));
  world->ended = TRUE;
  peer_frame (life->peer, 1, BH_WIRE_CHANNEL_CLOSE, 0, PIPE_ID, 0, NULL, 0);
  pipe_await (life, g_steal_pointer (&ready));
  assert_next (life, "last words");
  assert_next (life, NULL);
  pipe_forget (life);
}

/* It is dead, and a child of it keeps its input and output open. */
static void
test_dead (PipeWorld *world)
{
  g_autoptr (PipeLife) life = pipe_life_new (world, LONGEST);
  g_autofree char *answer = g_strnfill (5 * MiB, 'a');
  g_autoptr (DexFuture) ready = NULL;

  world->deaf = TRUE;
  world->piece = 1000;
  bh_line_pipe_send (life->pipe, answer);
  pipe_await (life, bh_line_pipe_flush (life->pipe));
  g_string_append (world->output, "last words\n");
  ready = bh_line_pipe_ready (life->pipe);
  pipe_serve (life);
  g_assert_true (dex_future_is_pending (ready));
  peer_exited (life->peer, 1, PIPE_ID, 0, 9);
  pipe_await (life, g_steal_pointer (&ready));
  assert_next (life, "last words");
  assert_next (life, NULL);
  pipe_forget (life);
}

static void
run_test (gconstpointer body)
{
  pipe_run ((void (*) (PipeWorld *)) body);
}

#define pipe_add(path, body) g_test_add_data_func (path, (gconstpointer) body, run_test)

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  pipe_add ("/line-pipe/pieces", test_pieces);
  pipe_add ("/line-pipe/restarts", test_restarts);
  pipe_add ("/line-pipe/taken-up", test_taken_up);
  pipe_add ("/line-pipe/closed", test_closed);
  pipe_add ("/line-pipe/skipping", test_skipping);
  pipe_add ("/line-pipe/trimming", test_trimming);
  pipe_add ("/line-pipe/exit", test_exit);
  pipe_add ("/line-pipe/held-up", test_held_up);
  pipe_add ("/line-pipe/deaf", test_deaf);
  pipe_add ("/line-pipe/hung-up", test_hung_up);
  pipe_add ("/line-pipe/dead", test_dead);
  return g_test_run ();
}

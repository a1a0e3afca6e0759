/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "test-pipe-scene.h"

#include <string.h>

void
pipe_load_journal (PipeLife *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunBundle) bundle =
      dex_await_boxed (bh_store_load_run (self->world->store, self->world->run), &error);

  g_assert_no_error (error);
  self->journal = bh_journal_new_for_bundle (self->world->store, bundle);
}

void
pipe_open (PipeLife *self, gsize line_max)
{
  self->pipe = bh_line_pipe_new (self->journal, bh_box_process (self->box, PIPE_ID), PIPE_KEY, 0, line_max);
}

PipeLife *
pipe_life_new (PipeWorld *world, gsize line_max)
{
  g_autoptr (GError) error = NULL;
  PipeLife *self = g_new0 (PipeLife, 1);
  DexFuture *opened;

  self->world = world;
  self->fake = fake_new ();
  self->peer = peer_registered (self->fake, "desk", PIPE_RUNNING);
  opened = bh_workers_open (self->fake->workers, "desk", "b_1");
  peer_serve_box (self->peer, "box.connect", 1);
  self->box = dex_await_object (opened, &error);
  g_assert_no_error (error);
  pipe_load_journal (self);
  pipe_open (self, line_max);
  return self;
}

void
pipe_life_free (PipeLife *self)
{
  g_clear_object (&self->pipe);
  bh_journal_close (self->journal);
  g_clear_object (&self->journal);
  g_clear_object (&self->box);
  peer_free (self->peer);
  fake_free (self->fake);
  g_free (self);
}

/* How much of what lies at `at` goes in one frame. */
static gsize
piece_at (const PipeWorld *world, gsize at)
{
  const char *begin = world->output->str, *here = begin + at, *line = here;
  const char *end = memchr (here, '\n', world->output->len - at);
  gsize rest = end != NULL ? (gsize) (end - here) : 0;

  while (line > begin && line[-1] != '\n' && (gsize) (here - line) < world->ends)
    line--;
  if (world->ends > 0 && (gsize) (here - line) >= world->ends && rest > world->ends)
    return rest - world->ends;
  return world->piece;
}

static void
send_output (PipeLife *self)
{
  PipeWorld *world = self->world;

  while (self->attached && self->sent < MIN (world->output->len, self->limit))
    {
      gsize n = MIN (piece_at (world, self->sent), MIN (world->output->len, self->limit) - self->sent);

      peer_frame (self->peer, 1, BH_WIRE_DATA, BH_STREAM_STDOUT, PIPE_ID, self->sent,
                  world->output->str + self->sent, n);
      self->sent += n;
    }
  if (!self->attached || !world->ended || self->sent < world->output->len)
    return;
  self->attached = FALSE;
  peer_frame (self->peer, 1, BH_WIRE_EOF, BH_STREAM_STDOUT, PIPE_ID, self->sent, NULL, 0);
}

static void
take_input (PipeLife *self, const BhFrame *frame)
{
  GString *input = self->world->input;
  guint64 offset = frame->header.offset;

  if (self->world->deaf)
    return;
  g_assert_cmpuint (offset, <=, input->len);
  if (offset + frame->header.length > input->len)
    g_string_append_len (input, (const char *) frame->payload + (input->len - offset),
                         (gssize) (offset + frame->header.length - input->len));
  peer_frame (self->peer, 1, BH_WIRE_STDIN_ACK, 0, PIPE_ID, input->len, NULL, 0);
}

void
pipe_serve (PipeLife *self)
{
  peer_settle (self->peer);
  while (!g_queue_is_empty (&self->peer->frames))
    {
      g_autoptr (GBytes) message = g_queue_pop_head (&self->peer->frames);
      g_autoptr (GError) error = NULL;
      BhFrame frame;

      g_assert_true (bh_frame_parse (message, &frame, &error));
      g_assert_cmpuint (frame.header.id, ==, PIPE_ID);
      switch (frame.header.type)
        {
        case BH_WIRE_ATTACH:
          g_assert_cmpuint (frame.header.offset, >=, self->world->trimmed);
          self->attached = TRUE;
          self->sent = frame.header.offset;
          self->limit = bh_wire_get64 (frame.payload);
          break;
        case BH_WIRE_WINDOW:
          self->limit = frame.header.offset;
          break;
        case BH_WIRE_TRIM:
          self->world->trimmed = MAX (self->world->trimmed, frame.header.offset);
          break;
        case BH_WIRE_STDIN:
          take_input (self, &frame);
          break;
        default:
          g_assert_not_reached ();
        }
    }
  send_output (self);
  peer_settle (self->peer);
}

void
pipe_await (PipeLife *self, DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (future))
    pipe_serve (self);
  dex_future_get_value (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

char *
pipe_next (PipeLife *self)
{
  for (;;)
    {
      guint64 skipped;
      g_autoptr (GBytes) line = bh_line_pipe_next (self->pipe, &skipped);

      if (line != NULL)
        return g_strndup (g_bytes_get_data (line, NULL), g_bytes_get_size (line));
      if (skipped > 0)
        return g_strdup_printf ("+%" G_GUINT64_FORMAT, skipped);
      if (bh_line_pipe_ended (self->pipe))
        return NULL;
      pipe_await (self, bh_line_pipe_ready (self->pipe));
    }
}

void
pipe_commit (PipeLife *self)
{
  pipe_await (self, bh_journal_commit (self->journal, BH_RELAXED));
}

static void
world_clear (PipeWorld *world)
{
  g_string_truncate (world->output, 0);
  g_string_truncate (world->input, 0);
  world->ended = world->deaf = FALSE;
  world->trimmed = 0;
}

void
pipe_forget (PipeLife *self)
{
  bh_line_pipe_forget (self->pipe);
  pipe_commit (self);
  g_assert_null (bh_journal_get_state (self->journal, PIPE_KEY ".in"));
  g_assert_null (bh_journal_get_state (self->journal, PIPE_KEY ".out"));
  world_clear (self->world);
}

/* --- the world of the test that runs --- */

static PipeWorld *world;
static void (*body) (PipeWorld *world);

static void
in_fiber (Fake *fake)
{
  body (world);
}

void
pipe_run (void (*the_body) (PipeWorld *world))
{
  char *folder = make_folder ();
  PipeWorld here = {
    .store = open_store (folder), .output = g_string_new (NULL), .input = g_string_new (NULL), .piece = 16
  };

  {
    g_autoptr (BhJournal) journal = create_run (here.store, "A Run", "x");

    here.run = g_strdup (bh_journal_get_run_id (journal));
  }
  world = &here;
  body = the_body;
  fake_run (in_fiber);
  remove_store (here.store, folder);
  g_string_free (here.output, TRUE);
  g_string_free (here.input, TRUE);
  g_free (here.run);
}

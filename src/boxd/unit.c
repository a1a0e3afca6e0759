/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "boxd/conn.h"
#include "wire/wire.h"

/* so that one busy process does not keep the others waiting */
#define READS_A_TURN 4

static void watch_stream (struct unit *self, struct stream *stream);
static void pump_input (struct unit *self);

/* ---- the table ---- */

struct unit *
unit_find (struct box *box, uint32_t id)
{
  list_foreach (link, &box->units[id % BOX_BUCKETS])
  {
    struct unit *unit = container_of (link, struct unit, link);

    if (unit->id == id)
      return unit;
  }
  return NULL;
}

static void stream_ready (struct source *source, uint32_t events);
static void input_ready (struct source *source, uint32_t events);

struct unit *
unit_new (struct box *box, enum unit_kind kind, uint32_t id, uint64_t spool_limit)
{
  struct unit *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;
  self->box = box;
  self->kind = kind;
  self->id = id;
  self->terminal = -1;
  for (int i = 0; i < UNIT_STREAMS; i++)
    {
      self->streams[i].unit = self;
      source_init (&self->streams[i].source, -1, stream_ready);
      spool_init (&self->streams[i].spool, spool_limit);
    }
  source_init (&self->input.source, -1, input_ready);
  spool_init (&self->input.spool, UNIT_INPUT_LIMIT);
  self->input.eof_at = UINT64_MAX;
  list_init (&self->subs);
  list_append (&box->units[id % BOX_BUCKETS], &self->link);
  box->n_units++;
  box->n_channels += kind == UNIT_CHANNEL;
  return self;
}

void
unit_free (struct unit *self)
{
  struct box *box = self->box;

  list_foreach (link, &self->subs) sub_free (container_of (link, struct sub, unit_link));
  for (int i = 0; i < UNIT_STREAMS; i++)
    {
      loop_close (&box->loop, &self->streams[i].source);
      spool_clear (&self->streams[i].spool);
    }
  loop_close (&box->loop, &self->input.source);
  spool_clear (&self->input.spool);
  list_remove (&self->link);
  box->n_units--;
  box->n_channels -= self->kind == UNIT_CHANNEL;
  /* a connection may wait for this input, and a program for a free channel */
  box->recheck = true;
  free (self);
}

void
unit_adopt (struct unit *self, int input_fd, int stdout_fd, int stderr_fd)
{
  int fds[UNIT_STREAMS] = { stdout_fd, stderr_fd };

  self->input.source.fd = input_fd;
  self->input.closed = input_fd < 0;
  for (int i = 0; i < UNIT_STREAMS; i++)
    {
      self->streams[i].source.fd = fds[i];
      self->streams[i].spool.eof = fds[i] < 0;
      watch_stream (self, &self->streams[i]);
    }
}

struct stream *
unit_stream (struct unit *self, uint8_t stream)
{
  return stream >= BH_STREAM_STDOUT && stream < BH_STREAM_STDOUT + UNIT_STREAMS
             ? &self->streams[stream - BH_STREAM_STDOUT]
             : NULL;
}

void
unit_free_if_over (struct unit *self)
{
  if (self->id == 0 && self->ended && self->streams[0].spool.eof && self->streams[1].spool.eof)
    unit_free (self);
}

/* ---- output ---- */

static void
watch_stream (struct unit *self, struct stream *stream)
{
  struct loop *loop = &self->box->loop;
  int result = 0;

  if (stream->source.fd < 0)
    return;
  if (stream->spool.eof)
    result = loop_watch (loop, &stream->source, 0); /* a channel: to see the hang-up */
  else if (spool_room (&stream->spool) > 0)
    result = loop_watch (loop, &stream->source, EPOLLIN);
  else
    loop_unwatch (loop, &stream->source); /* the writer waits from here on */
  if (result < 0)
    self->box->starved = true;
}

static void
stream_ended (struct unit *self, struct stream *stream)
{
  stream->spool.eof = true;
  if (self->kind == UNIT_CHANNEL)
    return;
  loop_close (&self->box->loop, &stream->source);
  self->terminal = -1;
}

/* One read. False when there is nothing more to read now. */
static bool
read_stream (struct unit *self, struct stream *stream)
{
  size_t want = spool_read_size (&stream->spool);
  ssize_t n = spool_read (&stream->spool, stream->source.fd);

  if (n > 0)
    return (size_t) n == want;
  if (n < 0 && errno == ENOMEM)
    {
      loop_unwatch (&self->box->loop, &stream->source);
      self->box->starved = true;
    }
  else if (n < 0 && errno == EIO && self->terminal >= 0 && !self->ended)
    /* nobody has the terminal open, but the process can open it again; and to close our side would hang up on
     * a process that closed its own a moment before it exits. Its end looks here again. */
    loop_unwatch (&self->box->loop, &stream->source);
  else if (n == 0 || (errno != EAGAIN && errno != ENOBUFS))
    stream_ended (self, stream); /* EIO is how a terminal ends, ECONNRESET a socket */
  return false;
}

static void
close_channel (struct unit *self)
{
  loop_close (&self->box->loop, &self->streams[0].source);
  loop_close (&self->box->loop, &self->input.source);
  self->input.closed = true;
  self->streams[0].spool.eof = true;
  spool_skip (&self->input.spool, self->input.spool.end);
  self->box->recheck = true;
  subs_wake (self, SUB_ACK);
  unit_end (self);
}

static void
stream_ready (struct source *source, uint32_t events)
{
  struct stream *stream = container_of (source, struct stream, source);
  struct unit *self = stream->unit;

  if (stream->spool.eof)
    {
      /* watched for nothing but the hang-up of a channel */
      close_channel (self);
      unit_free_if_over (self);
      return;
    }
  for (int i = 0; i < READS_A_TURN && read_stream (self, stream); i++)
    ;
  if (self->id == 0)
    spool_trim (&stream->spool, UINT64_MAX);
  subs_wake (self, 0);
  if (stream->source.watched)
    watch_stream (self, stream);
  unit_free_if_over (self);
}

void
unit_trim (struct unit *self, struct stream *stream, uint64_t offset)
{
  spool_trim (&stream->spool, offset);
  watch_stream (self, stream);
}

/* ---- input ---- */

/* Nobody reads it any more: what was and will be given counts as accepted. */
static void
swallow_input (struct unit *self)
{
  loop_close (&self->box->loop, &self->input.source);
  self->input.closed = true;
  spool_skip (&self->input.spool, self->input.spool.end);
}

/* A terminal has no end of file: its line discipline makes one of a character, twice in the middle of a line.
 */
static void
terminal_eof (struct unit *self)
{
  struct termios mode;
  uint8_t end[2];
  size_t n = self->input.spool.start == 0 || self->input.last == '\n' ? 1 : 2;

  if (tcgetattr (self->input.source.fd, &mode) < 0 || (mode.c_lflag & ICANON) == 0)
    return;
  memset (end, mode.c_cc[VEOF], sizeof end);
  if (TEMP_FAILURE_RETRY (write (self->input.source.fd, end, n)) < 0)
    return; /* no process is left to read it */
}

static void
close_input (struct unit *self)
{
  if (self->terminal >= 0)
    terminal_eof (self);
  else if (self->kind == UNIT_CHANNEL && self->input.source.fd >= 0)
    shutdown (self->input.source.fd, SHUT_WR);
  swallow_input (self);
  if (self->close_at_eof)
    close_channel (self);
}

/* One write. False when there is nothing more to write now. */
static bool
write_input (struct unit *self)
{
  struct input *input = &self->input;
  const uint8_t *data;
  struct chunk *chunk;
  uint64_t most = input->eof_at - input->spool.start;
  size_t length = spool_view (&input->spool, input->spool.start, &data, &chunk);
  ssize_t n;

  length = (size_t) MIN_OF ((uint64_t) length, most);
  if (length == 0)
    return false;
  n = TEMP_FAILURE_RETRY (write (input->source.fd, data, length));
  if (n < 0 && errno == EAGAIN)
    return false;
  if (n < 0)
    {
      swallow_input (self);
      return false;
    }
  input->last = data[n - 1];
  spool_trim (&input->spool, input->spool.start + (uint64_t) n);
  return true;
}

static void
watch_input (struct unit *self)
{
  struct input *input = &self->input;

  if (input->closed)
    return;
  if (input->spool.start == input->spool.end)
    loop_unwatch (&self->box->loop, &input->source);
  else if (loop_watch (&self->box->loop, &input->source, EPOLLOUT) < 0)
    self->box->starved = true;
}

/* Writes what can be written. May end a channel, never frees the unit. */
static void
pump_input (struct unit *self)
{
  uint64_t before = self->input.spool.start;

  while (!self->input.closed && write_input (self))
    ;
  if (!self->input.closed && self->input.spool.start >= self->input.eof_at)
    close_input (self);
  watch_input (self);
  if (self->input.spool.start == before)
    return;
  self->box->recheck = true;
  subs_wake (self, SUB_ACK);
}

static void
input_ready (struct source *source, uint32_t events)
{
  struct unit *self = container_of (source, struct unit, input.source);

  pump_input (self);
  unit_free_if_over (self);
}

enum unit_taken
unit_give (struct unit *self, uint64_t offset, const uint8_t *data, size_t length)
{
  struct spool *spool = &self->input.spool;
  uint64_t known;

  if (offset > spool->end || length > UINT64_MAX - offset)
    return UNIT_GAP;
  known = spool->end - offset;
  if (known >= length)
    return UNIT_TAKEN;
  if (!self->input.closed)
    {
      known += spool_append (spool, data + known, length - (size_t) known);
      self->box->starved |= known < length && spool_room (spool) > 0;
      pump_input (self);
    }
  if (self->input.closed)
    {
      spool_skip (spool, MAX_OF (spool->end, offset + length));
      return UNIT_TAKEN;
    }
  return known == length ? UNIT_TAKEN : UNIT_FULL;
}

void
unit_give_eof (struct unit *self, uint64_t offset)
{
  if (self->input.closed)
    return;
  self->input.eof_at = MAX_OF (offset, self->input.spool.start);
  pump_input (self);
}

void
unit_hang_up (struct unit *self)
{
  if (self->ended)
    return;
  self->close_at_eof = true;
  if (self->input.closed)
    close_channel (self);
  else
    unit_give_eof (self, self->input.spool.end);
}

/* ---- the end ---- */

void
unit_end (struct unit *self)
{
  if (self->ended)
    return;
  self->ended = true;
  subs_wake (self, SUB_ENDED);
  if (self->terminal >= 0)
    watch_stream (self, &self->streams[0]);
}

void
unit_release (struct unit *self)
{
  list_foreach (link, &self->subs) sub_free (container_of (link, struct sub, unit_link));
  list_remove (&self->link);
  list_append (&self->box->released, &self->link);
  self->id = 0;
  self->box->recheck = true;
  for (int i = 0; i < UNIT_STREAMS; i++)
    unit_trim (self, &self->streams[i], UINT64_MAX);
  if (self->kind == UNIT_CHANNEL)
    unit_hang_up (self);
  unit_free_if_over (self);
}

/* ---- all of them ---- */

static void
retry (struct unit *self)
{
  for (int i = 0; i < UNIT_STREAMS; i++)
    watch_stream (self, &self->streams[i]);
  pump_input (self);
  unit_free_if_over (self);
}

void
units_retry (struct box *box)
{
  box->recheck = true;
  units_foreach (unit, box) retry (unit);
  list_foreach (link, &box->released) retry (container_of (link, struct unit, link));
}

uint64_t
units_spooled (const struct box *box)
{
  uint64_t bytes = 0;

  units_foreach (unit, box) for (int i = 0; i < UNIT_STREAMS; i++) bytes +=
      unit->streams[i].spool.end - unit->streams[i].spool.start;
  return bytes;
}

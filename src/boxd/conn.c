/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/conn.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "boxd/request.h"

#define READ_SIZE 16384u
/* while more than this waits to be sent, the connection's requests wait too */
#define OUT_HIGH (256u * 1024)
/* small frames are gathered up to this before they are written */
#define OUT_GATHER 8192u
/* how much a connection may send before the others have their turn */
#define WRITES_A_TURN 16

static void conn_ready (struct source *source, uint32_t events);

/* ---- answers ---- */

void
conn_answer (struct conn *self, const struct bh_wire_header *header, const void *payload)
{
  uint8_t bytes[BH_WIRE_HEADER_SIZE];

  bh_wire_put_header (bytes, header);
  if (!buffer_append (&self->out, bytes, sizeof bytes) ||
      !buffer_append (&self->out, payload, header->length))
    self->closed = true;
}

void
conn_error (struct conn *self, const struct bh_wire_header *request, int error, const char *text)
{
  uint8_t payload[256];
  size_t length = MIN_OF (strlen (text), sizeof payload - 5);
  struct bh_wire_header header = {
    .length = (uint32_t) (5 + length),
    .type = BH_WIRE_ERROR,
    .flags = request->flags,
    .id = request->id,
    .offset = request->offset,
  };

  bh_wire_put32 (payload, (uint32_t) error);
  payload[4] = request->type;
  memcpy (payload + 5, text, length);
  conn_answer (self, &header, payload);
}

void
conn_done (struct conn *self, const struct bh_wire_header *request)
{
  struct bh_wire_header header = {
    .length = 1,
    .type = BH_WIRE_DONE,
    .flags = request->flags,
    .id = request->id,
    .offset = request->offset,
  };

  conn_answer (self, &header, &request->type);
}

/* ---- subscriptions ---- */

static struct sub *
find_sub (struct conn *self, struct unit *unit)
{
  list_foreach (link, &unit->subs)
  {
    struct sub *sub = container_of (link, struct sub, unit_link);

    if (sub->conn == self)
      return sub;
  }
  return NULL;
}

struct sub *
conn_subscribe (struct conn *self, struct unit *unit)
{
  struct sub *sub = find_sub (self, unit);

  if (sub != NULL)
    return sub;
  sub = calloc (1, sizeof *sub);
  if (sub == NULL)
    return NULL;
  sub->conn = self;
  sub->unit = unit;
  list_init (&sub->ready_link);
  list_append (&self->subs, &sub->conn_link);
  list_append (&unit->subs, &sub->unit_link);
  return sub;
}

void
sub_wake (struct sub *self, uint8_t pending)
{
  self->pending |= pending;
  if (list_is_empty (&self->ready_link))
    list_append (&self->conn->ready, &self->ready_link);
}

void
sub_free (struct sub *self)
{
  list_remove (&self->conn_link);
  list_remove (&self->unit_link);
  list_remove (&self->ready_link);
  free (self);
}

/* ---- what a subscription has to say ---- */

static void
say_ended (struct sub *sub)
{
  struct bh_wire_header header = { .length = 8, .type = BH_WIRE_EXITED, .id = sub->unit->id };
  uint8_t payload[8];

  if (sub->unit->kind == UNIT_CHANNEL)
    {
      header.type = BH_WIRE_CHANNEL_CLOSE;
      header.length = 0;
    }
  bh_wire_put32 (payload, (uint32_t) sub->unit->status);
  bh_wire_put32 (payload + 4, (uint32_t) sub->unit->signal);
  conn_answer (sub->conn, &header, payload);
}

static void
say_pending (struct sub *sub)
{
  uint8_t pending = sub->pending;

  sub->pending = 0;
  if (pending & SUB_CHANNEL)
    {
      struct bh_wire_header header = { .length = 4, .type = BH_WIRE_CHANNEL, .id = sub->unit->id };
      uint8_t payload[4];

      bh_wire_put32 (payload, (uint32_t) sub->unit->pid);
      conn_answer (sub->conn, &header, payload);
    }
  if (pending & SUB_ACK)
    {
      struct bh_wire_header header = { .type = BH_WIRE_STDIN_ACK,
                                       .id = sub->unit->id,
                                       .offset = unit_accepted (sub->unit) };

      conn_answer (sub->conn, &header, NULL);
    }
  if (pending & SUB_ENDED)
    say_ended (sub);
}

/* Begins the next DATA frame of the stream, or says how it ended. */
static void
say_stream (struct sub *sub, uint8_t number)
{
  struct sub_stream *stream = &sub->streams[number - BH_STREAM_STDOUT];
  struct spool *spool = &unit_stream (sub->unit, number)->spool;
  struct conn_data *data = &sub->conn->data;
  struct bh_wire_header header = { .type = BH_WIRE_DATA, .flags = number, .id = sub->unit->id };

  if (!stream->attached || stream->ended)
    return;
  header.offset = stream->next;
  if (stream->next < spool->start)
    {
      header.type = BH_WIRE_ATTACH;
      stream->attached = false;
      conn_error (sub->conn, &header, ERANGE,
                  "these bytes were trimmed meanwhile: attach from a later offset");
    }
  else if (stream->next == spool->end && spool->eof)
    {
      header.type = BH_WIRE_EOF;
      stream->ended = true;
      conn_answer (sub->conn, &header, NULL);
    }
  else if (stream->next < MIN_OF (stream->limit, spool->end))
    {
      data->length = spool_view (spool, stream->next, &data->payload, &data->chunk);
      data->length = (size_t) MIN_OF ((uint64_t) data->length, stream->limit - stream->next);
      chunk_ref (data->chunk);
      data->sent = 0;
      header.length = (uint32_t) data->length;
      bh_wire_put_header (data->header, &header);
      stream->next += data->length;
    }
}

/* One step of what it has to say, at most one DATA frame; it goes to the end of the line while there is more.
 */
static void
sub_speak (struct sub *sub)
{
  struct conn *conn = sub->conn;

  list_remove (&sub->ready_link);
  if (sub->pending != 0)
    say_pending (sub);
  for (uint8_t i = 0; i < UNIT_STREAMS && conn->data.chunk == NULL; i++)
    say_stream (sub, BH_STREAM_STDOUT + (sub->turn + i) % UNIT_STREAMS);
  sub->turn = (sub->turn + 1) % UNIT_STREAMS;
  if (conn->data.chunk != NULL)
    sub_wake (sub, 0);
}

/* ---- sending ---- */

/* Makes frames of what is to be said, until there is enough for a write. False when there is nothing. */
static bool
gather (struct conn *self)
{
  while (self->data.chunk == NULL && self->out.length < OUT_GATHER && !list_is_empty (&self->ready))
    sub_speak (container_of (self->ready.next, struct sub, ready_link));
  return self->data.chunk != NULL || self->out.length > 0;
}

static int
add_data (struct conn_data *data, struct iovec *iov)
{
  int n = 0;

  if (data->sent < BH_WIRE_HEADER_SIZE)
    iov[n++] = (struct iovec) { data->header + data->sent, BH_WIRE_HEADER_SIZE - data->sent };
  iov[n].iov_len = data->length - (data->sent - (n > 0 ? data->sent : BH_WIRE_HEADER_SIZE));
  iov[n].iov_base = (void *) (uintptr_t) (data->payload + data->length - iov[n].iov_len);
  return n + 1;
}

static size_t
data_sent (struct conn_data *data, size_t n)
{
  size_t mine = MIN_OF (n, BH_WIRE_HEADER_SIZE + data->length - data->sent);

  data->sent += mine;
  if (data->sent == BH_WIRE_HEADER_SIZE + data->length)
    {
      chunk_unref (data->chunk);
      data->chunk = NULL;
    }
  return n - mine;
}

/* One write of what was gathered. False when the socket takes no more. */
static bool
send_some (struct conn *self)
{
  struct iovec iov[3];
  int n = 0;
  /* a frame that was begun is finished first */
  bool begun = self->data.chunk != NULL && self->data.sent > 0;
  ssize_t sent;

  if (!begun && self->out.length > 0)
    iov[n++] = (struct iovec) { (void *) (uintptr_t) buffer_bytes (&self->out), self->out.length };
  if (self->data.chunk != NULL)
    n += add_data (&self->data, iov + n);
  sent = TEMP_FAILURE_RETRY (writev (self->source.fd, iov, n));
  if (sent < 0)
    {
      self->closed = errno != EAGAIN;
      return false;
    }
  if (!begun && self->out.length > 0)
    {
      size_t mine = MIN_OF ((size_t) sent, self->out.length);

      buffer_consume (&self->out, mine);
      sent -= (ssize_t) mine;
    }
  if (sent > 0)
    data_sent (&self->data, (size_t) sent);
  return true;
}

static void
watch (struct conn *self)
{
  uint32_t events = 0;

  if (self->stalled && self->out.length < OUT_HIGH)
    self->box->recheck = true;
  if (!self->blocked && !self->stalled)
    events |= EPOLLIN;
  if (self->out.length > 0 || self->data.chunk != NULL || !list_is_empty (&self->ready))
    events |= EPOLLOUT;
  if (loop_watch (&self->box->loop, &self->source, events) < 0)
    self->closed = true;
}

static void
flush (struct conn *self)
{
  for (int i = 0; i < WRITES_A_TURN && !self->closed && gather (self) && send_some (self); i++)
    ;
  if (!self->closed)
    watch (self);
}

void
subs_wake (struct unit *unit, uint8_t pending)
{
  list_foreach (link, &unit->subs)
  {
    struct sub *sub = container_of (link, struct sub, unit_link);
    uint8_t wanted = pending;

    if (!sub->wants_acks)
      wanted &= (uint8_t) ~SUB_ACK;
    if (!sub->wants_end)
      wanted &= (uint8_t) ~SUB_ENDED;
    sub_wake (sub, wanted);
    flush (sub->conn);
  }
}

/* ---- receiving ---- */

static void
refuse (struct conn *self, const struct bh_wire_header *header)
{
  conn_error (self, header, EPROTO, "this frame breaks the protocol: the connection is closed");
  flush (self);
  self->closed = true;
}

/* Handles the frame at the beginning of the input. False when there is none, or it has to wait. */
static bool
handle_frame (struct conn *self)
{
  struct bh_wire_header header;
  enum request_result result;

  self->blocked = false;
  self->stalled = self->out.length >= OUT_HIGH;
  if (self->closed || self->stalled || self->in.length < BH_WIRE_HEADER_SIZE)
    return false;
  /* the lengths are checked before the payload is waited for */
  if (!bh_wire_get_header (buffer_bytes (&self->in), &header) || !request_is_valid (&header, self->greeted))
    {
      refuse (self, &header);
      return false;
    }
  if (self->in.length < BH_WIRE_HEADER_SIZE + header.length)
    return false;
  result = request_handle (self, &header, buffer_bytes (&self->in) + BH_WIRE_HEADER_SIZE);
  if (result == REQUEST_BAD)
    refuse (self, &header);
  self->blocked = result == REQUEST_WAITS;
  if (result != REQUEST_DONE)
    return false;
  buffer_consume (&self->in, BH_WIRE_HEADER_SIZE + header.length);
  return true;
}

static void
work (struct conn *self)
{
  while (handle_frame (self))
    ;
  if (!self->closed)
    flush (self);
}

/* Bytes worth reading now: the rest of a large frame at once. */
static size_t
wanted (const struct conn *self)
{
  struct bh_wire_header header;
  size_t need = READ_SIZE;

  if (self->in.length >= BH_WIRE_HEADER_SIZE && bh_wire_get_header (buffer_bytes (&self->in), &header))
    need =
        MAX_OF (need, BH_WIRE_HEADER_SIZE + header.length - MIN_OF (self->in.length, (size_t) header.length));
  return need;
}

static void
receive (struct conn *self)
{
  size_t want = wanted (self);
  uint8_t *end = buffer_reserve (&self->in, want);
  ssize_t n;

  if (end == NULL)
    {
      self->closed = true;
      return;
    }
  n = TEMP_FAILURE_RETRY (read (self->source.fd, end, want));
  if (n > 0)
    buffer_added (&self->in, (size_t) n);
  else if (n == 0 || errno != EAGAIN)
    self->closed = true;
  work (self);
}

static void
conn_ready (struct source *source, uint32_t events)
{
  struct conn *self = container_of (source, struct conn, source);

  if (self->closed)
    return;
  if (self->source.events & EPOLLIN && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
    receive (self);
  else if (events & (EPOLLHUP | EPOLLERR))
    self->closed = true; /* it waits for something, but there is nobody any more who could be told */
  else
    work (self);
}

/* ---- coming and going ---- */

static void
say_hello (struct conn *self)
{
  struct bh_wire_header header = { .length = BH_WIRE_HELLO_SIZE, .type = BH_WIRE_HELLO };
  uint8_t payload[BH_WIRE_HELLO_SIZE] = { 0 };

  bh_wire_put16 (payload, BH_WIRE_MAJOR);
  bh_wire_put16 (payload + 2, BH_WIRE_MINOR);
  conn_answer (self, &header, payload);
  flush (self);
}

static void
conn_new (struct box *box, int fd)
{
  struct conn *self = box->n_conns < BOX_CONNS_MAX ? calloc (1, sizeof *self) : NULL;

  if (self == NULL)
    {
      close (fd);
      return;
    }
  self->box = box;
  source_init (&self->source, fd, conn_ready);
  list_init (&self->subs);
  list_init (&self->ready);
  list_append (&box->conns, &self->link);
  box->n_conns++;
  say_hello (self);
}

void
conn_free (struct conn *self)
{
  list_foreach (link, &self->subs) sub_free (container_of (link, struct sub, conn_link));
  loop_close (&self->box->loop, &self->source);
  buffer_clear (&self->in);
  buffer_clear (&self->out);
  if (self->data.chunk != NULL)
    chunk_unref (self->data.chunk);
  list_remove (&self->link);
  self->box->n_conns--;
  free (self);
}

void
conns_accept (struct box *box)
{
  for (;;)
    {
      int fd = (int) TEMP_FAILURE_RETRY (accept4 (box->outside.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));

      if (fd >= 0)
        conn_new (box, fd);
      else if (errno == EAGAIN)
        return;
      else if (errno != ECONNABORTED)
        {
          /* no descriptors or memory left: look again in a while instead of spinning */
          loop_unwatch (&box->loop, &box->outside);
          box->starved = true;
          return;
        }
    }
}

void
conns_sweep (struct box *box)
{
  bool recheck = box->recheck;

  box->recheck = false;
  list_foreach (link, &box->conns)
  {
    struct conn *conn = container_of (link, struct conn, link);

    if (recheck && (conn->blocked || conn->stalled) && !conn->closed)
      work (conn);
    if (conn->closed)
      conn_free (conn);
  }
}

void
conns_tell_channel (struct unit *channel)
{
  list_foreach (link, &channel->box->conns)
  {
    struct conn *conn = container_of (link, struct conn, link);
    struct sub *sub = conn->wants_channels && !conn->closed ? conn_subscribe (conn, channel) : NULL;

    if (sub == NULL)
      continue;
    sub->wants_end = true;
    sub_wake (sub, SUB_CHANNEL);
    flush (conn);
  }
}

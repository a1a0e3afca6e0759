/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/request.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "boxd/conn.h"
#include "boxd/file.h"
#include "boxd/proc.h"
#include "boxd/stats.h"

#define NO_UNIT "nothing in this box has that id: spawn it, or list the ids there are"
#define NO_STREAM "there is no such stream: 1 is stdout, 2 is stderr"

typedef enum request_result (*request_handler) (struct conn *conn,
                                                const struct bh_wire_header *header,
                                                const uint8_t *payload);

static enum request_result
refuse (struct conn *conn, const struct bh_wire_header *header, int error, const char *text)
{
  conn_error (conn, header, error, text);
  return REQUEST_DONE;
}

/* DONE, or ERROR with the text when there is an error. */
static enum request_result
finish (struct conn *conn, const struct bh_wire_header *header, int error, const char *text)
{
  if (error != 0)
    return refuse (conn, header, error, text);
  conn_done (conn, header);
  return REQUEST_DONE;
}

/* ---- hello ---- */

static enum request_result
handle_hello (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  if (bh_wire_get16 (payload) != BH_WIRE_MAJOR)
    return REQUEST_BAD;
  conn->greeted = true;
  conn->wants_channels = (header->flags & BH_HELLO_CHANNELS) != 0;
  if (!conn->wants_channels)
    return REQUEST_DONE;
  units_foreach (unit, conn->box)
  {
    struct sub *sub = unit->kind == UNIT_CHANNEL ? conn_subscribe (conn, unit) : NULL;

    if (sub == NULL)
      continue;
    sub->wants_end = true;
    sub_wake (sub, SUB_CHANNEL | (unit->ended ? SUB_ENDED : 0));
  }
  return REQUEST_DONE;
}

/* ---- processes ---- */

static void
answer_spawned (struct conn *conn, uint32_t id, const struct unit *unit, int error)
{
  struct bh_wire_header header = { .length = 16, .type = BH_WIRE_SPAWNED, .id = id };
  uint8_t payload[16];

  bh_wire_put32 (payload, unit != NULL ? (uint32_t) unit->pid : 0);
  bh_wire_put32 (payload + 4, (uint32_t) error);
  bh_wire_put64 (payload + 8, unit != NULL ? unit_accepted (unit) : 0);
  conn_answer (conn, &header, payload);
}

/* The subscription that hears of the end; at once if that was already. */
static struct sub *
subscribe (struct conn *conn, struct unit *unit)
{
  struct sub *sub = conn_subscribe (conn, unit);

  if (sub == NULL)
    {
      conn->closed = true;
      return NULL;
    }
  if (!sub->wants_end && unit->ended)
    sub_wake (sub, SUB_ENDED);
  sub->wants_end = true;
  return sub;
}

static enum request_result
handle_spawn (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);
  struct spawn_request request;
  int error = spawn_parse (&request, payload, header->length);

  if (error == EINVAL)
    return REQUEST_BAD;
  if (unit == NULL && error == 0)
    {
      unit = proc_spawn (conn->box, header->id, &request);
      error = unit == NULL ? errno : 0;
    }
  spawn_clear (&request);
  answer_spawned (conn, header->id, unit, unit == NULL ? error : 0);
  if (unit != NULL)
    subscribe (conn, unit);
  return REQUEST_DONE;
}

static enum request_result
handle_signal (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);
  int signum = (int) bh_wire_get32 (payload);

  if (header->flags & ~(BH_SIGNAL_GROUP | BH_SIGNAL_CHILDREN))
    return REQUEST_BAD;
  if (signum < 0 || signum > SIGRTMAX)
    return refuse (conn, header, EINVAL, "there is no such signal");
  if (header->id == BH_WIRE_ID_ALL)
    return finish (conn, header, procs_signal_all (conn->box, signum), "signalling the processes failed");
  if (unit == NULL)
    return refuse (conn, header, ESRCH, NO_UNIT);
  return finish (conn, header, proc_signal (unit, signum, header->flags),
                 "no process is left to be signalled");
}

static enum request_result
handle_resize (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);

  if (unit == NULL)
    return refuse (conn, header, ESRCH, NO_UNIT);
  return finish (conn, header, proc_resize (unit, bh_wire_get16 (payload), bh_wire_get16 (payload + 2)),
                 "it has no terminal: only what was spawned with one can be resized");
}

static enum request_result
handle_release (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);

  /* released already: a repeat is harmless */
  if (unit != NULL)
    unit_release (unit);
  conn_done (conn, header);
  return REQUEST_DONE;
}

/* ---- input ---- */

static enum request_result
handle_stdin (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);
  struct sub *sub;
  enum unit_taken taken;

  if (unit == NULL)
    return refuse (conn, header, ESRCH, NO_UNIT);
  taken = unit_give (unit, header->offset, payload, header->length);
  if (taken == UNIT_GAP)
    return refuse (conn, header, EINVAL, "there is a gap before these bytes: go on from the accepted offset");
  sub = conn_subscribe (conn, unit);
  if (sub == NULL)
    {
      conn->closed = true;
      return REQUEST_DONE;
    }
  sub->wants_acks = true;
  sub_wake (sub, SUB_ACK);
  return taken == UNIT_FULL ? REQUEST_WAITS : REQUEST_DONE;
}

static enum request_result
handle_stdin_eof (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);

  if (unit == NULL)
    return refuse (conn, header, ESRCH, NO_UNIT);
  unit_give_eof (unit, header->offset);
  conn_done (conn, header);
  return REQUEST_DONE;
}

static enum request_result
handle_channel_close (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);

  if (unit == NULL || unit->kind != UNIT_CHANNEL)
    return refuse (conn, header, ESRCH, "there is no such channel");
  unit_hang_up (unit);
  conn_done (conn, header);
  return REQUEST_DONE;
}

/* ---- output ---- */

static enum request_result
handle_attach (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);
  struct stream *stream = unit != NULL ? unit_stream (unit, header->flags) : NULL;
  struct sub *sub;

  if (stream == NULL)
    return refuse (conn, header, unit == NULL ? ESRCH : EINVAL, unit == NULL ? NO_UNIT : NO_STREAM);
  if (header->offset < stream->spool.start || header->offset > stream->spool.end)
    return refuse (conn, header, ERANGE, "the spool does not hold that offset: list what it holds");
  sub = subscribe (conn, unit);
  if (sub == NULL)
    return REQUEST_DONE;
  sub->streams[header->flags - BH_STREAM_STDOUT] =
      (struct sub_stream) { .attached = true, .next = header->offset, .limit = bh_wire_get64 (payload) };
  sub_wake (sub, 0);
  return REQUEST_DONE;
}

static enum request_result
handle_window (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);
  struct sub_stream *stream;
  struct sub *sub;

  if (unit == NULL)
    return refuse (conn, header, ESRCH, NO_UNIT);
  if (unit_stream (unit, header->flags) == NULL)
    return refuse (conn, header, EINVAL, NO_STREAM);
  sub = conn_subscribe (conn, unit);
  if (sub == NULL)
    {
      conn->closed = true;
      return REQUEST_DONE;
    }
  stream = &sub->streams[header->flags - BH_STREAM_STDOUT];
  if (!stream->attached)
    return refuse (conn, header, EINVAL, "this stream is not attached on this connection: attach it first");
  stream->limit = MAX_OF (stream->limit, header->offset);
  sub_wake (sub, 0);
  return REQUEST_DONE;
}

static enum request_result
handle_trim (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct unit *unit = unit_find (conn->box, header->id);
  struct stream *stream = unit != NULL ? unit_stream (unit, header->flags) : NULL;

  if (stream == NULL)
    return refuse (conn, header, unit == NULL ? ESRCH : EINVAL, unit == NULL ? NO_UNIT : NO_STREAM);
  unit_trim (unit, stream, header->offset);
  return REQUEST_DONE;
}

/* ---- files ---- */

static enum request_result
handle_put (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct file_put put;
  int error;

  if (!file_parse_put (&put, payload, header->length))
    return REQUEST_BAD;
  error = file_put (&put, header->offset);
  return finish (conn, header, error, "writing the file failed");
}

static enum request_result
handle_get (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct bh_wire_header answer = { .type = BH_WIRE_FILE, .id = header->id, .offset = header->offset };
  cleanup_free uint8_t *data = NULL;
  struct file_get get;
  bool last;
  ssize_t n;

  if (!file_parse_get (&get, payload, header->length))
    return REQUEST_BAD;
  data = malloc (MAX_OF (get.most, 1u));
  if (data == NULL)
    return refuse (conn, header, ENOMEM, "there is no memory for that much: ask for less at a time");
  n = file_get (&get, header->offset, data, &last);
  if (n < 0)
    return refuse (conn, header, errno, "reading the file failed");
  answer.length = (uint32_t) n;
  answer.flags = last ? BH_FILE_LAST : 0;
  conn_answer (conn, &answer, data);
  return REQUEST_DONE;
}

/* ---- what there is ---- */

static enum request_result
handle_stats (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct bh_wire_header answer = { .length = BH_WIRE_STATS_SIZE, .type = BH_WIRE_STATS, .id = header->id };
  uint8_t bytes[BH_WIRE_STATS_SIZE];
  struct bh_wire_stats stats;
  int error = stats_read (conn->box, &stats);

  if (error != 0)
    return refuse (conn, header, error, "reading /proc failed");
  bh_wire_put64 (bytes, stats.cpu_us);
  bh_wire_put64 (bytes + 8, stats.memory_bytes);
  bh_wire_put64 (bytes + 16, stats.processes);
  bh_wire_put64 (bytes + 24, stats.spool_bytes);
  bh_wire_put64 (bytes + 32, stats.up_us);
  conn_answer (conn, &answer, bytes);
  return REQUEST_DONE;
}

static void
list_one (const struct unit *unit, uint8_t *p)
{
  bh_wire_put32 (p, unit->id);
  bh_wire_put32 (p + 4, unit->ended ? 0 : (uint32_t) unit->pid);
  bh_wire_put32 (p + 8, (uint32_t) unit->status);
  bh_wire_put32 (p + 12, (uint32_t) unit->signal);
  bh_wire_put64 (p + 16, unit_accepted (unit));
  for (int i = 0; i < UNIT_STREAMS; i++)
    {
      bh_wire_put64 (p + 24 + 16 * i, unit->streams[i].spool.start);
      bh_wire_put64 (p + 32 + 16 * i, unit->streams[i].spool.end);
    }
}

static enum request_result
handle_list (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  struct bh_wire_header answer = { .type = BH_WIRE_LIST, .id = header->id };
  cleanup_free uint8_t *bytes = malloc ((conn->box->n_units + 1) * BH_WIRE_LISTED_SIZE);

  if (bytes == NULL)
    return refuse (conn, header, ENOMEM, "there is no memory for the list: release what is over");
  units_foreach (unit, conn->box)
  {
    list_one (unit, bytes + answer.length);
    answer.length += BH_WIRE_LISTED_SIZE;
  }
  conn_answer (conn, &answer, bytes);
  return REQUEST_DONE;
}

/* ---- which is which ---- */

/* What `id` may be. */
enum id_kind
{
  ID_ANY,
  ID_PROCESS,
  ID_UNIT,
};

static const struct
{
  request_handler handle;
  uint32_t shortest, longest;
  enum id_kind id;
} requests[] = {
  [BH_WIRE_HELLO] = { handle_hello, BH_WIRE_HELLO_SIZE, BH_WIRE_HELLO_SIZE, ID_ANY },
  [BH_WIRE_SPAWN] = { handle_spawn, BH_WIRE_SPAWN_FIXED + 2, BH_WIRE_MAX_PAYLOAD, ID_PROCESS },
  [BH_WIRE_STDIN] = { handle_stdin, 0, BH_WIRE_MAX_PAYLOAD, ID_UNIT },
  [BH_WIRE_STDIN_EOF] = { handle_stdin_eof, 0, 0, ID_UNIT },
  [BH_WIRE_ATTACH] = { handle_attach, 8, 8, ID_UNIT },
  [BH_WIRE_WINDOW] = { handle_window, 0, 0, ID_UNIT },
  [BH_WIRE_TRIM] = { handle_trim, 0, 0, ID_UNIT },
  [BH_WIRE_RELEASE] = { handle_release, 0, 0, ID_UNIT },
  [BH_WIRE_SIGNAL] = { handle_signal, 4, 4, ID_ANY },
  [BH_WIRE_RESIZE] = { handle_resize, 4, 4, ID_UNIT },
  [BH_WIRE_PUT] = { handle_put, 9, BH_WIRE_MAX_PAYLOAD, ID_ANY },
  [BH_WIRE_GET] = { handle_get, 5, FILE_PATH_MAX + 4, ID_ANY },
  [BH_WIRE_CHANNEL_CLOSE] = { handle_channel_close, 0, 0, ID_UNIT },
  [BH_WIRE_STATS] = { handle_stats, 0, 0, ID_ANY },
  [BH_WIRE_LIST] = { handle_list, 0, 0, ID_ANY },
};

bool
request_is_valid (const struct bh_wire_header *header, bool greeted)
{
  if (header->type >= N_ELEMENTS (requests) || requests[header->type].handle == NULL)
    return false;
  if (greeted == (header->type == BH_WIRE_HELLO))
    return false;
  if (header->length < requests[header->type].shortest || header->length > requests[header->type].longest)
    return false;
  if (requests[header->type].id == ID_ANY)
    return true;
  return header->id != BH_WIRE_ID_ALL &&
         (requests[header->type].id == ID_UNIT || header->id < BH_WIRE_FIRST_CHANNEL);
}

enum request_result
request_handle (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload)
{
  return requests[header->type].handle (conn, header, payload);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What an id names: a process, or a channel (a connection that a program of the box made to box.sock). Both
 * have output streams, which are spooled, and an input, which is buffered; how they begin and end is in
 * proc.c and channel.c. A unit stays until it is released, whatever becomes of what it stands for. */

#include <sys/types.h>
#include "boxd/box.h"
#include "boxd/spool.h"

#define UNIT_STREAMS 2
#define UNIT_INPUT_LIMIT (256u * 1024)

enum unit_kind
{
  UNIT_PROCESS,
  UNIT_CHANNEL
};

struct unit;

struct stream
{
  struct unit *unit;
  struct source source;
  struct spool spool;
};

struct input
{
  struct source source;
  struct spool spool; /* start: written, end: taken */
  uint64_t eof_at;    /* close once this many bytes are written; UINT64_MAX: not yet known */
  uint8_t last;       /* byte written last, for the end of file of a terminal */
  bool closed;        /* nothing reads it any more: more is swallowed */
};

struct unit
{
  struct list link; /* in box->units or box->released */
  struct list subs; /* struct sub, by unit_link */
  struct box *box;
  enum unit_kind kind;
  uint32_t id; /* 0: released */
  pid_t pid;
  bool eager;   /* its session has still to be given a lower priority */
  int terminal; /* borrowed from the first stream's source; -1: pipes or socket */
  struct stream streams[UNIT_STREAMS];
  struct input input;
  bool ended;        /* process: reaped; channel: the program hung up */
  bool close_at_eof; /* channel: with its input the whole of it is closed */
  int32_t status, signal;
};

enum unit_taken
{
  UNIT_TAKEN,
  UNIT_GAP,  /* the offset lies beyond what was taken so far */
  UNIT_FULL, /* not all of it fit: box->recheck says when to try again */
};

/* NULL without memory. In the table when id is not 0. */
struct unit *unit_new (struct box *box, enum unit_kind kind, uint32_t id, uint64_t spool_limit);
void unit_free (struct unit *self);
/* NULL if there is none. */
struct unit *unit_find (struct box *box, uint32_t id);
/* The descriptors become the unit's; -1: the stream has ended from the beginning. input_fd -1: closed. */
void unit_adopt (struct unit *self, int input_fd, int stdout_fd, int stderr_fd);
/* `stream` is BH_STREAM_STDOUT or BH_STREAM_STDERR; NULL for anything else. */
struct stream *unit_stream (struct unit *self, uint8_t stream);

/* Takes bytes for the input at an absolute offset; those below what was taken are ignored. */
enum unit_taken unit_give (struct unit *self, uint64_t offset, const uint8_t *data, size_t length);
/* Closes the input once `offset` bytes are written. */
void unit_give_eof (struct unit *self, uint64_t offset);
/* Closes a channel, both ways, once the input it was given is written. */
void unit_hang_up (struct unit *self);
/* Bytes of the input that reached the process: what may be forgotten outside. */
static inline uint64_t
unit_accepted (const struct unit *self)
{
  return self->input.spool.start;
}

/* Bytes below `offset` may be forgotten. */
void unit_trim (struct unit *self, struct stream *stream, uint64_t offset);
/* It ended: tells who subscribed. */
void unit_end (struct unit *self);
/* Frees what has no id any more when there is nothing left that this could disturb: as long as something
 * holds the other end of a process's pipes, closing them would kill it. */
void unit_free_if_over (struct unit *self);
/* Forgets the id. A process that still runs is left running, its output thrown away; a channel is closed once
 * its input is written. */
void unit_release (struct unit *self);
/* After box->starved: every stream and input is looked at again. */
void units_retry (struct box *box);
/* Bytes held in all spools. */
uint64_t units_spooled (const struct box *box);

/* Runs the body for each unit that has an id; it may free that unit. */
#define units_foreach(unit, box)                                                                             \
  for (unsigned int unit##_b = 0; unit##_b < BOX_BUCKETS; unit##_b++)                                        \
    for (struct unit *unit = container_of ((box)->units[unit##_b].next, struct unit, link),                  \
                     *unit##_n = container_of (unit->link.next, struct unit, link);                          \
         &unit->link != &(box)->units[unit##_b];                                                             \
         unit = unit##_n, unit##_n = container_of (unit->link.next, struct unit, link))

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Connections from outside. What is said to a connection is not queued but made when its socket takes it,
 * from the state of the units it subscribed to; only direct answers are buffered, and while too many are, the
 * connection is not read. So nothing here grows with what a peer does not read. */

#include "boxd/buffer.h"
#include "boxd/unit.h"
#include "wire/wire.h"

/* What a subscription has to say besides bytes. */
#define SUB_CHANNEL 0x01 /* a channel is open */
#define SUB_ACK 0x02     /* how much of the input is accepted */
#define SUB_ENDED 0x04   /* EXITED or CHANNEL_CLOSE */

struct sub_stream
{
  bool attached, ended; /* ended: EOF was sent */
  uint64_t next, limit;
};

/* One connection's interest in one unit. */
struct sub
{
  struct list conn_link, unit_link, ready_link;
  struct conn *conn;
  struct unit *unit;
  bool wants_acks, wants_end;
  uint8_t pending; /* SUB_* */
  uint8_t turn;    /* the stream that goes first next time */
  struct sub_stream streams[UNIT_STREAMS];
};

/* The DATA frame being sent: its payload is sent from where it lies in the spool. */
struct conn_data
{
  uint8_t header[BH_WIRE_HEADER_SIZE];
  const uint8_t *payload;
  size_t length, sent; /* sent: header included */
  struct chunk *chunk; /* NULL: no frame */
};

struct conn
{
  struct list link; /* in box->conns */
  struct box *box;
  struct source source;
  struct buffer in;
  struct buffer out; /* answers */
  struct conn_data data;
  struct list subs;  /* struct sub, by conn_link */
  struct list ready; /* struct sub, by ready_link: those with something to say */
  bool greeted;
  bool wants_channels;
  bool blocked; /* its next frame is STDIN for an input that is full */
  bool stalled; /* its next frame waits until answers are sent */
  bool closed;  /* freed by conns_sweep() */
};

/* Accepts what waits at box->outside. */
void conns_accept (struct box *box);
/* After each turn of the loop: frees what was closed, goes on with what waited. */
void conns_sweep (struct box *box);
/* A channel was made: tells the connections that want to know. */
void conns_tell_channel (struct unit *channel);
void conn_free (struct conn *self);

/* Appends a frame with a payload to the answers; closes the connection without memory. */
void conn_answer (struct conn *self, const struct bh_wire_header *header, const void *payload);
/* ERROR to a request. `text` says what happened and what to do. */
void conn_error (struct conn *self, const struct bh_wire_header *request, int error, const char *text);
/* DONE to a request. */
void conn_done (struct conn *self, const struct bh_wire_header *request);

/* The connection's subscription to the unit, made if there is none; NULL without memory. */
struct sub *conn_subscribe (struct conn *self, struct unit *unit);
/* Says later what `pending` says and what the streams have. */
void sub_wake (struct sub *self, uint8_t pending);
void sub_free (struct sub *self);
/* sub_wake() for every subscription of the unit that wants it, and sends at once what can be sent. */
void subs_wake (struct unit *unit, uint8_t pending);

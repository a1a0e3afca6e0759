/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Frames between boxd and whatever is outside its box. Pure C: boxd links nothing but libc.
 *
 * A frame is a 20-byte little-endian header and at most BH_WIRE_MAX_PAYLOAD bytes:
 *
 *   u32 payload length   u8 type   u8 flags   u16 zero   u32 id   u64 offset
 *
 * `id` names a process or a channel of the box. The caller chooses the ids of processes
 * (1 … BH_WIRE_FIRST_CHANNEL - 1); boxd chooses those of channels (BH_WIRE_FIRST_CHANNEL and up), which
 * are connections that a program inside the box made to /run/bellhop/box.sock. A channel is used like a
 * process: what the program wrote is stream BH_STREAM_STDOUT, what it is to read is its stdin.
 *
 * Every offset is absolute, so each frame may be repeated harmlessly after a reconnect.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define BH_WIRE_MAJOR 1
#define BH_WIRE_MINOR 0
#define BH_WIRE_HEADER_SIZE 20
#define BH_WIRE_MAX_PAYLOAD (1u << 20)
#define BH_WIRE_FIRST_CHANNEL 0x80000000u
/* SIGNAL: every process of the box but its init */
#define BH_WIRE_ID_ALL 0u

enum bh_wire_type
{
  /* both ways, first on every connection. payload: struct bh_wire_hello. An unknown major closes. */
  BH_WIRE_HELLO = 1,
  /* out -> boxd. payload: bh_wire_spawn. Answered by SPAWNED, also when the id already exists. */
  BH_WIRE_SPAWN = 2,
  /* boxd -> out. payload: i32 pid, i32 errno (0 = it runs or has run), u64 stdin bytes accepted so far */
  BH_WIRE_SPAWNED = 3,
  /* out -> boxd. Bytes for stdin from `offset`; what lies below the accepted offset is ignored, a gap is
   * an error. boxd accepts all of it or stops reading this connection until it can (back-pressure). */
  BH_WIRE_STDIN = 4,
  /* boxd -> out. offset: bytes accepted so far, which is those that reached the process's pipe or, once
   * nobody reads it, all of them. Who sends at most 256 KiB beyond it never has its connection wait. */
  BH_WIRE_STDIN_ACK = 5,
  /* out -> boxd. Close stdin once `offset` bytes have been written to it. */
  BH_WIRE_STDIN_EOF = 6,
  /* out -> boxd. flags: stream; offset: first byte wanted; payload: u64 limit, the offset up to which boxd
   * may send without a further WINDOW. Bytes already trimmed: ERROR with ERANGE. A second ATTACH of the
   * same stream on the same connection replaces the first. Also subscribes to EXITED. */
  BH_WIRE_ATTACH = 7,
  /* out -> boxd. flags: stream; offset: new limit (never lowers it). */
  BH_WIRE_WINDOW = 8,
  /* boxd -> out. flags: stream; offset: of the first byte of the payload. */
  BH_WIRE_DATA = 9,
  /* boxd -> out. flags: stream; offset: total length. Nothing follows on this stream. */
  BH_WIRE_EOF = 10,
  /* out -> boxd. flags: stream; bytes below offset may be forgotten. */
  BH_WIRE_TRIM = 11,
  /* boxd -> out, to every connection that spawned or attached the id. payload: i32 exit status,
   * i32 signal (0 if it exited). Sent again to who attaches later; kept until RELEASE. */
  BH_WIRE_EXITED = 12,
  /* out -> boxd. Forget an id: its spool goes, a channel is closed; a process that still runs is left
   * running and forgotten at its end. */
  BH_WIRE_RELEASE = 13,
  /* out -> boxd. payload: i32 signal. flags: BH_SIGNAL_*. id BH_WIRE_ID_ALL: everything but init. */
  BH_WIRE_SIGNAL = 14,
  /* out -> boxd. payload: u16 rows, u16 columns. */
  BH_WIRE_RESIZE = 15,
  /* out -> boxd. Write a file inside the box. payload: u32 mode, u32 path length, path (no NUL), bytes.
   * offset 0 creates or truncates, a later offset writes there; BH_FILE_LAST says it is complete.
   * `id` is the caller's, echoed in DONE or ERROR. Parent folders are made. */
  BH_WIRE_PUT = 16,
  /* out -> boxd. Read a file inside the box. payload: u32 most bytes wanted, path (no NUL). */
  BH_WIRE_GET = 17,
  /* boxd -> out. Answer to GET. flags: BH_FILE_LAST when the end of the file was reached. */
  BH_WIRE_FILE = 18,
  /* boxd -> out. A request with no other answer succeeded: each PUT, SIGNAL, RESIZE, RELEASE, STDIN_EOF,
   * CHANNEL_CLOSE. flags, id and offset are the request's. payload: u8 type of the request. ATTACH, WINDOW
   * and TRIM are only answered when they fail. */
  BH_WIRE_DONE = 19,
  /* boxd -> out, on connections that said BH_HELLO_CHANNELS: a channel is open (also sent for every open
   * one right after HELLO). payload: i32 pid of the program. ATTACH it to read. */
  BH_WIRE_CHANNEL = 20,
  /* out -> boxd: close the channel once all stdin bytes given to it are written.
   * boxd -> out: the program hung up; its bytes stay readable until RELEASE. */
  BH_WIRE_CHANNEL_CLOSE = 21,
  /* out -> boxd, no payload; answered by STATS with payload: struct bh_wire_stats */
  BH_WIRE_STATS = 22,
  /* out -> boxd, no payload; answered by LIST with payload: struct bh_wire_listed[] */
  BH_WIRE_LIST = 23,
  /* boxd -> out. flags, id and offset are the request's. payload: i32 errno, u8 type of the request, text
   * (UTF-8, no NUL). ESRCH: there is no such id. EPROTO: a bad frame, and the connection is closed. */
  BH_WIRE_ERROR = 24,
};

/* HELLO flags */
#define BH_HELLO_CHANNELS 0x01 /* outside: tell me about channels */

/* streams (flags of ATTACH, WINDOW, DATA, EOF, TRIM) */
#define BH_STREAM_STDOUT 1
#define BH_STREAM_STDERR 2

/* SPAWN flags (in its payload) */
#define BH_SPAWN_PTY 0x01    /* a terminal; all output on BH_STREAM_STDOUT */
#define BH_SPAWN_MERGED 0x02 /* stderr goes to stdout's pipe, in order */

/* SIGNAL flags */
#define BH_SIGNAL_GROUP 0x01    /* the process group of the id, not only the process */
#define BH_SIGNAL_CHILDREN 0x02 /* every descendant of the id, but not the process itself */
/* Those, and what has left the id's tree and its session: each process that has BH_PROCESS_VARIABLE with the
 * id in its environment, as what it started inherits it if the caller put it there. */
#define BH_SIGNAL_KIN (BH_SIGNAL_GROUP | BH_SIGNAL_CHILDREN)
#define BH_PROCESS_VARIABLE "BELLHOP_PROCESS"

/* PUT and FILE flags */
#define BH_FILE_LAST 0x01

struct bh_wire_header
{
  uint32_t length;
  uint8_t type;
  uint8_t flags;
  uint32_t id;
  uint64_t offset;
};

/* Payload of HELLO: u16 major, u16 minor, u32 reserved. */
#define BH_WIRE_HELLO_SIZE 8

/* Payload of SPAWN, in this order:
 *   u32 flags, u16 rows, u16 columns, u32 argc, u32 envc,
 *   then as NUL-terminated strings: cwd, argc arguments, envc "NAME=value".
 * The environment is exactly what is given. argv[0] without a slash is looked up in that PATH. */
#define BH_WIRE_SPAWN_FIXED 16

/* Payload of STATS: u64 each. */
struct bh_wire_stats
{
  uint64_t cpu_us;       /* user + system of the box's living and reaped processes */
  uint64_t memory_bytes; /* sum of proportional set sizes where readable, else of resident sizes */
  uint64_t processes;    /* living, without init */
  uint64_t spool_bytes;  /* held by boxd */
  uint64_t up_us;        /* since init started */
};
#define BH_WIRE_STATS_SIZE 40

/* One entry of LIST: u32 id, i32 pid (0 once it ended), i32 exit status, i32 signal,
 * u64 stdin accepted, then for stdout and stderr each: u64 first byte held, u64 end. */
#define BH_WIRE_LISTED_SIZE 56

static inline void
bh_wire_put16 (uint8_t *p, uint16_t v)
{
  p[0] = (uint8_t) v;
  p[1] = (uint8_t) (v >> 8);
}

static inline void
bh_wire_put32 (uint8_t *p, uint32_t v)
{
  bh_wire_put16 (p, (uint16_t) v);
  bh_wire_put16 (p + 2, (uint16_t) (v >> 16));
}

static inline void
bh_wire_put64 (uint8_t *p, uint64_t v)
{
  bh_wire_put32 (p, (uint32_t) v);
  bh_wire_put32 (p + 4, (uint32_t) (v >> 32));
}

static inline uint16_t
bh_wire_get16 (const uint8_t *p)
{
  return (uint16_t) (p[0] | p[1] << 8);
}

static inline uint32_t
bh_wire_get32 (const uint8_t *p)
{
  return (uint32_t) bh_wire_get16 (p) | (uint32_t) bh_wire_get16 (p + 2) << 16;
}

static inline uint64_t
bh_wire_get64 (const uint8_t *p)
{
  return (uint64_t) bh_wire_get32 (p) | (uint64_t) bh_wire_get32 (p + 4) << 32;
}

static inline void
bh_wire_put_header (uint8_t out[BH_WIRE_HEADER_SIZE], const struct bh_wire_header *h)
{
  bh_wire_put32 (out, h->length);
  out[4] = h->type;
  out[5] = h->flags;
  bh_wire_put16 (out + 6, 0);
  bh_wire_put32 (out + 8, h->id);
  bh_wire_put64 (out + 12, h->offset);
}

/* False when the header breaks the protocol: the connection is to be closed. */
static inline bool
bh_wire_get_header (const uint8_t in[BH_WIRE_HEADER_SIZE], struct bh_wire_header *h)
{
  h->length = bh_wire_get32 (in);
  h->type = in[4];
  h->flags = in[5];
  h->id = bh_wire_get32 (in + 8);
  h->offset = bh_wire_get64 (in + 12);
  return h->length <= BH_WIRE_MAX_PAYLOAD && bh_wire_get16 (in + 6) == 0 && h->type >= BH_WIRE_HELLO &&
         h->type <= BH_WIRE_ERROR;
}

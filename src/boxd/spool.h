/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A bounded stretch of a byte stream, by absolute offset: bytes are added at `end`, read at any offset held,
 * and forgotten below the offset given to spool_trim(). It is kept in chunks that begin at multiples of
 * SPOOL_CHUNK, mapped when they are needed and given back to the system when nothing in them is. When it is
 * full nothing is added: who feeds it stops reading, so the writer waits. */

#include "boxd/util.h"

#define SPOOL_CHUNK 65536u

/* Reference counted, because a connection may be in the middle of sending from it when it is trimmed. */
struct chunk
{
  uint32_t refs;
  uint8_t *data;
};

struct spool
{
  struct chunk **ring;
  uint32_t size, first, count; /* of the ring: allocated (a power of two), first in use, in use */
  uint64_t start, end;         /* offsets held: start <= x < end */
  uint64_t limit;              /* most bytes held */
  bool eof;                    /* the stream ends at `end` */
};

void spool_init (struct spool *self, uint64_t limit);
/* Gives the memory back; the offsets stay. */
void spool_clear (struct spool *self);

static inline uint64_t
spool_room (const struct spool *self)
{
  return self->limit - (self->end - self->start);
}

/* One read() straight into the spool, up to the end of a chunk. What read() returned: 0 at the end of the
 * file (the caller sets `eof`), -1 with errno; ENOBUFS when the spool is full, ENOMEM. */
ssize_t spool_read (struct spool *self, int fd);
/* Bytes spool_read() would ask for now. */
size_t spool_read_size (const struct spool *self);
/* Copies as much as there is room and memory for and returns how much that was. */
size_t spool_append (struct spool *self, const void *data, size_t length);
/* Moves both ends to `offset`, which is not below `end`: bytes that were discarded unseen. */
void spool_skip (struct spool *self, uint64_t offset);
/* How many bytes lie in a row from `from` (held: start <= from <= end), where, and in what chunk. 0 at the
 * end. */
size_t spool_view (const struct spool *self, uint64_t from, const uint8_t **data, struct chunk **chunk);
/* Forgets bytes below `offset`; beyond `end` means all. */
void spool_trim (struct spool *self, uint64_t offset);

struct chunk *chunk_ref (struct chunk *self);
void chunk_unref (struct chunk *self);

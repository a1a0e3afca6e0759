/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/spool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct chunk *
chunk_new (void)
{
  struct chunk *self = malloc (sizeof *self);

  if (self == NULL)
    return NULL;
  self->refs = 1;
  /* mapped, not allocated: a page is used only once something is written to it, and all go back at once */
  self->data = mmap (NULL, SPOOL_CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (self->data == MAP_FAILED)
    {
      free (self);
      errno = ENOMEM;
      return NULL;
    }
  return self;
}

struct chunk *
chunk_ref (struct chunk *self)
{
  self->refs++;
  return self;
}

void
chunk_unref (struct chunk *self)
{
  if (--self->refs > 0)
    return;
  munmap (self->data, SPOOL_CHUNK);
  free (self);
}

void
spool_init (struct spool *self, uint64_t limit)
{
  memset (self, 0, sizeof *self);
  self->limit = limit;
}

static void
drop_first (struct spool *self)
{
  chunk_unref (self->ring[self->first]);
  self->first = (self->first + 1) & (self->size - 1);
  self->count--;
}

static void
drop_all (struct spool *self)
{
  while (self->count > 0)
    drop_first (self);
  free (self->ring);
  self->ring = NULL;
  self->size = self->first = 0;
}

void
spool_clear (struct spool *self)
{
  drop_all (self);
  self->start = self->end;
}

static bool
ring_grow (struct spool *self)
{
  uint32_t size = self->size == 0 ? 4 : self->size * 2;
  struct chunk **ring = calloc (size, sizeof *ring);

  if (ring == NULL)
    return false;
  for (uint32_t i = 0; i < self->count; i++)
    ring[i] = self->ring[(self->first + i) & (self->size - 1)];
  free (self->ring);
  self->ring = ring;
  self->size = size;
  self->first = 0;
  return true;
}

static struct chunk *
chunk_at (const struct spool *self, uint64_t offset)
{
  uint64_t i = offset / SPOOL_CHUNK - self->start / SPOOL_CHUNK;

  return i < self->count ? self->ring[(self->first + i) & (self->size - 1)] : NULL;
}

/* The chunk that takes the byte at `end`. */
static struct chunk *
tail_chunk (struct spool *self)
{
  struct chunk *chunk = chunk_at (self, self->end);

  if (chunk != NULL)
    return chunk;
  if (self->count == self->size && !ring_grow (self))
    return NULL;
  chunk = chunk_new ();
  if (chunk == NULL)
    return NULL;
  self->ring[(self->first + self->count++) & (self->size - 1)] = chunk;
  return chunk;
}

size_t
spool_read_size (const struct spool *self)
{
  return (size_t) MIN_OF (spool_room (self), (uint64_t) SPOOL_CHUNK - self->end % SPOOL_CHUNK);
}

ssize_t
spool_read (struct spool *self, int fd)
{
  size_t want = spool_read_size (self);
  struct chunk *chunk;
  ssize_t n;

  if (want == 0)
    {
      errno = ENOBUFS;
      return -1;
    }
  chunk = tail_chunk (self);
  if (chunk == NULL)
    {
      errno = ENOMEM;
      return -1;
    }
  n = TEMP_FAILURE_RETRY (read (fd, chunk->data + self->end % SPOOL_CHUNK, want));
  if (n > 0)
    self->end += (uint64_t) n;
  else if (self->start == self->end)
    {
      int saved = errno;

      drop_all (self);
      errno = saved;
    }
  return n;
}

size_t
spool_append (struct spool *self, const void *data, size_t length)
{
  const uint8_t *p = data;
  size_t done = 0;

  while (done < length)
    {
      size_t n = MIN_OF (length - done, spool_read_size (self));
      struct chunk *chunk = n > 0 ? tail_chunk (self) : NULL;

      if (chunk == NULL)
        break;
      memcpy (chunk->data + self->end % SPOOL_CHUNK, p + done, n);
      self->end += n;
      done += n;
    }
  return done;
}

void
spool_skip (struct spool *self, uint64_t offset)
{
  drop_all (self);
  self->start = self->end = offset;
}

size_t
spool_view (const struct spool *self, uint64_t from, const uint8_t **data, struct chunk **chunk)
{
  uint64_t held = self->end - from;
  size_t at = from % SPOOL_CHUNK;

  if (held == 0)
    return 0;
  *chunk = chunk_at (self, from);
  *data = (*chunk)->data + at;
  return (size_t) MIN_OF (held, (uint64_t) (SPOOL_CHUNK - at));
}

void
spool_trim (struct spool *self, uint64_t offset)
{
  uint64_t to = MIN_OF (offset, self->end);

  if (to <= self->start)
    return;
  if (to == self->end)
    {
      drop_all (self);
      self->start = to;
      return;
    }
  for (uint64_t n = to / SPOOL_CHUNK - self->start / SPOOL_CHUNK; n > 0; n--)
    drop_first (self);
  self->start = to;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-stream.h"

#define JOIN_MAX (256 * 1024)
/* Below this a payload is copied into one growing chunk, so that a stream of tiny payloads costs their bytes
 * and not a slice each; from it on, a payload is kept where it is. */
#define SMALL (4 * 1024)
#define TAIL_MAX (64 * 1024)

static BhChunk *
chunk_new (guint64 offset, GBytes *bytes)
{
  BhChunk *self = g_new (BhChunk, 1);

  self->offset = offset;
  self->bytes = bytes;
  return self;
}

static BhChunk *
chunk_copy (BhChunk *self)
{
  return chunk_new (self->offset, g_bytes_ref (self->bytes));
}

void
bh_chunk_free (BhChunk *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (BhChunk, bh_chunk, chunk_copy, bh_chunk_free)

void
bh_stream_init (BhStream *self)
{
  *self = (BhStream) { 0 };
  g_queue_init (&self->chunks);
}

void
bh_stream_clear (BhStream *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->tail, g_byte_array_unref);
  g_clear_pointer (&self->unread, g_bytes_unref);
  g_clear_pointer (&self->reader, dex_unref);
  g_clear_error (&self->error);
}

/* Whoever read before has lost the stream to another. */
static void
reject_reader (BhStream *self)
{
  g_autoptr (DexPromise) reader = g_steal_pointer (&self->reader);

  if (reader != NULL)
    dex_promise_reject (reader, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                     "Another one reads this stream now."));
}

gboolean
bh_stream_attach (BhStream *self, guint64 from)
{
  gboolean again = self->attached;

  reject_reader (self);
  if (again && from == self->handed && self->error == NULL)
    return FALSE;
  g_clear_error (&self->error);
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  g_clear_pointer (&self->tail, g_byte_array_unref);
  g_clear_pointer (&self->unread, g_bytes_unref);
  self->attached = TRUE;
  self->ended = self->unread_last = FALSE;
  self->resync = again;
  self->received = self->handed = self->reach = from;
  self->limit = from + BH_STREAM_WINDOW;
  return TRUE;
}

guint64
bh_stream_begin (BhStream *self, guint64 *limit)
{
  self->limit = MAX (self->limit, self->reach + BH_STREAM_WINDOW);
  *limit = self->limit;
  return self->received;
}

static void
flush_tail (BhStream *self)
{
  if (self->tail != NULL)
    g_queue_push_tail (&self->chunks, g_byte_array_free_to_bytes (g_steal_pointer (&self->tail)));
}

gboolean
bh_stream_push (BhStream *self, guint64 offset, GBytes *message, gsize at, gsize length)
{
  guint64 repeated;

  if (!self->attached || self->error != NULL)
    return TRUE;
  if (offset > self->received)
    return self->resync;
  self->resync = FALSE;
  repeated = self->received - offset;
  if (repeated >= length)
    return TRUE;
  if (self->ended)
    return FALSE;
  at += repeated;
  length -= repeated;
  if (length > self->limit - self->received)
    return FALSE;
  if (length < SMALL)
    {
      if (self->tail == NULL)
        self->tail = g_byte_array_sized_new (SMALL);
      g_byte_array_append (self->tail, (const guint8 *) g_bytes_get_data (message, NULL) + at,
                           (guint) length);
      if (self->tail->len >= TAIL_MAX)
        flush_tail (self);
    }
  else
    {
      flush_tail (self);
      g_queue_push_tail (&self->chunks, g_bytes_new_from_bytes (message, at, length));
    }
  self->received += length;
  return TRUE;
}

gboolean
bh_stream_end (BhStream *self, guint64 total)
{
  if (!self->attached || self->error != NULL)
    return TRUE;
  if (total != self->received)
    return self->resync;
  self->ended = TRUE;
  return TRUE;
}

/* The first chunks, joined while they are small. */
static GBytes *
take_bytes (BhStream *self)
{
  GBytes *first = self->unread != NULL ? g_steal_pointer (&self->unread) : g_queue_pop_head (&self->chunks);
  GByteArray *joined;
  GBytes *next;

  next = g_queue_peek_head (&self->chunks);
  if (next == NULL || g_bytes_get_size (first) + g_bytes_get_size (next) > JOIN_MAX)
    return first;
  joined = g_byte_array_sized_new (JOIN_MAX);
  for (;;)
    {
      gsize size;
      const guint8 *data = g_bytes_get_data (first, &size);

      g_byte_array_append (joined, data, (guint) size);
      g_bytes_unref (first);
      next = g_queue_peek_head (&self->chunks);
      if (next == NULL || joined->len + g_bytes_get_size (next) > JOIN_MAX)
        return g_byte_array_free_to_bytes (joined);
      first = g_queue_pop_head (&self->chunks);
    }
}

/* What was given back must come joined with something new, or its reader would turn in circles. */
static GBytes *
take_unread (BhStream *self)
{
  GBytes *unread = self->unread;
  GBytes *next = g_queue_peek_head (&self->chunks);
  GByteArray *joined;

  if (g_bytes_get_size (unread) + g_bytes_get_size (next) <= JOIN_MAX)
    return take_bytes (self);
  joined = g_byte_array_sized_new ((guint) (g_bytes_get_size (unread) + g_bytes_get_size (next)));
  g_byte_array_append (joined, g_bytes_get_data (unread, NULL), (guint) g_bytes_get_size (unread));
  g_byte_array_append (joined, g_bytes_get_data (next, NULL), (guint) g_bytes_get_size (next));
  g_clear_pointer (&self->unread, g_bytes_unref);
  g_bytes_unref (g_queue_pop_head (&self->chunks));
  return g_byte_array_free_to_bytes (joined);
}

static BhChunk *
take (BhStream *self)
{
  BhChunk *chunk;

  flush_tail (self);
  if (!g_queue_is_empty (&self->chunks))
    chunk = chunk_new (self->handed, self->unread != NULL ? take_unread (self) : take_bytes (self));
  else if (!self->ended)
    return NULL;
  else if (self->unread != NULL && !self->unread_last)
    {
      self->unread_last = TRUE;
      chunk = chunk_new (self->handed, g_steal_pointer (&self->unread));
    }
  else
    return chunk_new (self->received, g_bytes_new (NULL, 0));
  self->handed += g_bytes_get_size (chunk->bytes);
  self->reach = MAX (self->reach, self->handed);
  return chunk;
}

DexFuture *
bh_stream_read (BhStream *self)
{
  BhChunk *chunk;

  if (!self->attached)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED, "The stream is not attached.");
  if (self->reader != NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_PENDING,
                                  "A read of this stream is under way already.");
  chunk = take (self);
  if (chunk != NULL)
    return dex_future_new_take_boxed (BH_TYPE_CHUNK, chunk);
  if (self->error != NULL)
    return dex_future_new_for_error (g_error_copy (self->error));
  self->reader = dex_promise_new ();
  return dex_ref (DEX_FUTURE (self->reader));
}

void
bh_stream_serve (BhStream *self)
{
  g_autoptr (DexPromise) reader = NULL;
  BhChunk *chunk;

  if (self->reader == NULL)
    return;
  chunk = take (self);
  if (chunk == NULL && self->error == NULL)
    return;
  reader = g_steal_pointer (&self->reader);
  if (chunk != NULL)
    dex_promise_resolve_boxed (reader, BH_TYPE_CHUNK, chunk);
  else
    dex_promise_reject (reader, g_error_copy (self->error));
}

void
bh_stream_fail (BhStream *self, const GError *error)
{
  if (self->ended || self->error != NULL)
    return;
  self->error = g_error_copy (error);
}

void
bh_stream_give_back (BhStream *self, guint64 offset, GBytes *tail)
{
  gsize size = g_bytes_get_size (tail);

  g_return_if_fail (self->attached && self->reader == NULL && self->unread == NULL);
  g_return_if_fail (offset + size == self->handed);
  if (size == 0)
    return;
  self->unread = g_bytes_ref (tail);
  self->handed = offset;
}

gboolean
bh_stream_widen (BhStream *self)
{
  guint64 limit = self->reach + BH_STREAM_WINDOW;

  if (!self->attached || self->ended || limit < self->limit + BH_STREAM_WINDOW / 2)
    return FALSE;
  self->limit = limit;
  return TRUE;
}

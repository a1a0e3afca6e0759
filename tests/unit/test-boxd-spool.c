/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "boxd/buffer.h"
#include "boxd/spool.h"

/* What stands at each offset of every stream here. */
static uint8_t
byte_at (uint64_t offset)
{
  return (uint8_t) (offset * 31 + (offset >> 8) * 7 + (offset >> 16));
}

static size_t
append (struct spool *spool, size_t length)
{
  g_autofree uint8_t *data = g_malloc (length + 1);

  for (size_t i = 0; i < length; i++)
    data[i] = byte_at (spool->end + i);
  return spool_append (spool, data, length);
}

/* Everything from `from` to the end is there, in order. */
static void
check (const struct spool *spool, uint64_t from)
{
  const uint8_t *data;
  struct chunk *chunk;
  size_t n;

  for (; (n = spool_view (spool, from, &data, &chunk)) > 0; from += n)
    for (size_t i = 0; i < n; i++)
      g_assert_cmpuint (data[i], ==, byte_at (from + i));
  g_assert_cmpuint (from, ==, spool->end);
}

static void
test_append_and_view (void)
{
  struct spool spool;

  spool_init (&spool, 1 << 20);
  check (&spool, 0);
  g_assert_cmpuint (append (&spool, 0), ==, 0);
  g_assert_null (spool.ring);
  for (size_t n = 1; n < 40000; n = n * 3 + 1)
    g_assert_cmpuint (append (&spool, n), ==, n);
  g_assert_cmpuint (append (&spool, 200000), ==, 200000);
  for (uint64_t from = 0; from <= spool.end; from += 9973)
    check (&spool, from);
  spool_clear (&spool);
  g_assert_cmpuint (spool.start, ==, spool.end);
  g_assert_null (spool.ring);
}

static void
test_full (void)
{
  struct spool spool;

  spool_init (&spool, 100000);
  g_assert_cmpuint (append (&spool, 99999), ==, 99999);
  g_assert_cmpuint (spool_room (&spool), ==, 1);
  g_assert_cmpuint (append (&spool, 10), ==, 1);
  g_assert_cmpuint (append (&spool, 10), ==, 0);
  g_assert_cmpint (spool_read (&spool, -1), ==, -1);
  g_assert_cmpint (errno, ==, ENOBUFS);
  spool_trim (&spool, 30000);
  g_assert_cmpuint (spool_room (&spool), ==, 30000);
  g_assert_cmpuint (append (&spool, 40000), ==, 30000);
  check (&spool, 30000);
  spool_clear (&spool);
}

/* Many times around the ring, with the number of chunks held going up and down. */
static void
test_wrap (void)
{
  struct spool spool;
  guint32 state = 1;

  spool_init (&spool, 20 * SPOOL_CHUNK);
  while (spool.end < 400u * SPOOL_CHUNK)
    {
      state = state * 1664525 + 1013904223;
      append (&spool, state >> 12);
      check (&spool, spool.start);
      state = state * 1664525 + 1013904223;
      spool_trim (&spool, spool.start + (state >> 12));
      g_assert_cmpuint (spool.count, <=, 21);
      check (&spool, spool.start);
    }
  g_assert_cmpuint (spool.size, <=, 32);
  spool_clear (&spool);
}

static void
test_trim (void)
{
  struct spool spool;

  spool_init (&spool, 1 << 20);
  append (&spool, 3 * SPOOL_CHUNK + 5);
  g_assert_cmpuint (spool.count, ==, 4);
  spool_trim (&spool, 0);
  g_assert_cmpuint (spool.count, ==, 4);
  spool_trim (&spool, SPOOL_CHUNK - 1);
  g_assert_cmpuint (spool.count, ==, 4);
  spool_trim (&spool, SPOOL_CHUNK);
  g_assert_cmpuint (spool.count, ==, 3);
  spool_trim (&spool, 7);
  g_assert_cmpuint (spool.start, ==, SPOOL_CHUNK);
  check (&spool, spool.start);
  spool_trim (&spool, UINT64_MAX);
  g_assert_cmpuint (spool.start, ==, 3 * SPOOL_CHUNK + 5);
  g_assert_cmpuint (spool.count, ==, 0);
  g_assert_null (spool.ring);
  append (&spool, 100);
  check (&spool, spool.start);
  spool_skip (&spool, 1000000007);
  g_assert_cmpuint (spool.start, ==, 1000000007);
  append (&spool, 100000);
  check (&spool, spool.start);
  spool_clear (&spool);
}

static void
test_chunk_outlives_trim (void)
{
  struct spool spool;
  const uint8_t *data;
  struct chunk *chunk;

  spool_init (&spool, 1 << 20);
  append (&spool, 1000);
  g_assert_cmpuint (spool_view (&spool, 10, &data, &chunk), ==, 990);
  chunk_ref (chunk);
  spool_clear (&spool);
  for (size_t i = 0; i < 990; i++)
    g_assert_cmpuint (data[i], ==, byte_at (10 + i));
  chunk_unref (chunk);
}

static void
test_read (void)
{
  struct spool spool;
  int fds[2];

  g_assert_cmpint (pipe2 (fds, O_NONBLOCK), ==, 0);
  spool_init (&spool, 1 << 20);
  g_assert_cmpint (spool_read (&spool, fds[0]), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
  g_assert_null (spool.ring);
  append (&spool, SPOOL_CHUNK - 3);
  for (int i = 0; i < 5; i++)
    {
      uint8_t byte = byte_at (spool.end + (uint64_t) i);

      g_assert_cmpint (write (fds[1], &byte, 1), ==, 1);
    }
  g_assert_cmpuint (spool_read_size (&spool), ==, 3);
  g_assert_cmpint (spool_read (&spool, fds[0]), ==, 3);
  g_assert_cmpint (spool_read (&spool, fds[0]), ==, 2);
  check (&spool, 0);
  close (fds[1]);
  g_assert_cmpint (spool_read (&spool, fds[0]), ==, 0);
  close (fds[0]);
  spool_clear (&spool);
}

static void
test_buffer (void)
{
  struct buffer buffer = { 0 };
  uint64_t written = 0, consumed = 0;
  guint32 state = 9;

  g_assert_true (buffer_append (&buffer, NULL, 0));
  while (written < 3000000)
    {
      state = state * 1664525 + 1013904223;
      for (guint n = state >> 22; n > 0; n--)
        {
          uint8_t byte = byte_at (written++);

          g_assert_true (buffer_append (&buffer, &byte, 1));
        }
      state = state * 1664525 + 1013904223;
      for (size_t i = 0; i < buffer.length; i += 37)
        g_assert_cmpuint (buffer_bytes (&buffer)[i], ==, byte_at (consumed + i));
      {
        size_t n = MIN (buffer.length, (size_t) (state >> 21));

        buffer_consume (&buffer, n);
        consumed += n;
      }
      g_assert_cmpuint (buffer.length, ==, written - consumed);
      g_assert_cmpuint (buffer.size, <, 65536);
    }
  buffer_consume (&buffer, buffer.length);
  g_assert_null (buffer.data);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/boxd/spool/append-and-view", test_append_and_view);
  g_test_add_func ("/boxd/spool/full", test_full);
  g_test_add_func ("/boxd/spool/wrap", test_wrap);
  g_test_add_func ("/boxd/spool/trim", test_trim);
  g_test_add_func ("/boxd/spool/chunk-outlives-trim", test_chunk_outlives_trim);
  g_test_add_func ("/boxd/spool/read", test_read);
  g_test_add_func ("/boxd/buffer", test_buffer);
  return g_test_run ();
}

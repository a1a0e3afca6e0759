/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/runbook/bh-shell-reader.h"

/* How long the pipe of a shell that has exited must be silent before its children are not waited for. */
#define QUIET_MS 300

struct _BhShellReader
{
  BhProcess *process;
  guint64 offset;  /* of the first byte of held */
  GBytes *held;    /* received, not consumed */
  DexFuture *read; /* (nullable) the read under way */
  gboolean eof;
};

void
bh_shell_reader_free (BhShellReader *self)
{
  g_object_unref (self->process);
  g_bytes_unref (self->held);
  dex_clear (&self->read);
  g_free (self);
}

BhShellReader *
bh_shell_reader_new (BhProcess *process, guint64 from)
{
  BhShellReader *self;

  g_return_val_if_fail (BH_IS_PROCESS (process), NULL);

  self = g_new0 (BhShellReader, 1);
  self->process = g_object_ref (process);
  self->offset = from;
  self->held = g_bytes_new (NULL, 0);
  bh_process_attach (process, BH_STREAM_STDOUT, from);
  return self;
}

BhProcess *
bh_shell_reader_get_process (BhShellReader *self)
{
  return self->process;
}

guint64
bh_shell_reader_get_offset (BhShellReader *self)
{
  return self->offset;
}

/* Resolves when there is something to look at: bytes, the exit, or silence after the exit. */
static DexFuture *
something (BhShellReader *self, gboolean *exited)
{
  g_autoptr (DexFuture) exit = bh_process_exited (self->process);

  *exited = !dex_future_is_pending (exit);
  if (!*exited)
    return dex_future_first (dex_ref (self->read), g_steal_pointer (&exit), NULL);
  return dex_future_first (dex_ref (self->read), dex_timeout_new_msec (QUIET_MS), NULL);
}

static void
join (BhShellReader *self, GBytes *more)
{
  gsize held_size, more_size;
  const guint8 *held = g_bytes_get_data (self->held, &held_size);
  const guint8 *data = g_bytes_get_data (more, &more_size);
  GByteArray *joined;

  if (held_size == 0)
    {
      g_bytes_unref (self->held);
      self->held = g_bytes_ref (more);
      return;
    }
  joined = g_byte_array_sized_new ((guint) (held_size + more_size));
  g_byte_array_append (joined, held, (guint) held_size);
  g_byte_array_append (joined, data, (guint) more_size);
  g_bytes_unref (self->held);
  self->held = g_byte_array_free_to_bytes (joined);
}

static gboolean
take_read (BhShellReader *self, GError **error)
{
  g_autoptr (DexFuture) read = g_steal_pointer (&self->read);
  const GValue *value = dex_future_get_value (read, error);
  const BhChunk *chunk;

  if (value == NULL)
    return FALSE;
  chunk = g_value_get_boxed (value);
  self->eof = g_bytes_get_size (chunk->bytes) == 0;
  join (self, chunk->bytes);
  return TRUE;
}

GBytes *
bh_shell_reader_await (BhShellReader *self, gboolean *ended, GError **error)
{
  gboolean exited = FALSE;

  *ended = self->eof;
  if (self->eof)
    return g_bytes_ref (self->held);
  if (self->read == NULL)
    self->read = bh_process_read (self->process, BH_STREAM_STDOUT);
  while (dex_future_is_pending (self->read))
    {
      g_autoptr (GError) local = NULL;

      if (dex_await (something (self, &exited), &local) || !dex_future_is_pending (self->read))
        continue;
      if (!g_error_matches (local, DEX_ERROR, DEX_ERROR_TIMED_OUT))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      /* silence says nothing while the box cannot be heard */
      if (!bh_box_is_connected (bh_process_get_box (self->process)))
        continue;
      *ended = TRUE;
      return g_bytes_ref (self->held);
    }
  if (!take_read (self, error))
    return NULL;
  *ended = self->eof;
  return g_bytes_ref (self->held);
}

void
bh_shell_reader_consume (BhShellReader *self, gsize n)
{
  gsize size = g_bytes_get_size (self->held);
  GBytes *rest;

  g_return_if_fail (n <= size);
  rest = n < size ? g_bytes_new_from_bytes (self->held, n, size - n) : g_bytes_new (NULL, 0);
  g_bytes_unref (self->held);
  self->held = rest;
  self->offset += n;
}

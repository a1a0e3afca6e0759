/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-stdin.h"

typedef struct
{
  guint64 offset;
  GBytes *bytes;
  DexPromise *promise;
} Write;

static void
write_free (gpointer data)
{
  Write *write = data;

  g_bytes_unref (write->bytes);
  dex_unref (write->promise);
  g_free (write);
}

static guint64
write_end (const Write *write)
{
  return write->offset + g_bytes_get_size (write->bytes);
}

void
bh_stdin_init (BhStdin *self, BhStdinSend send, gpointer user_data)
{
  *self = (BhStdin) { .send = send, .user_data = user_data };
  g_queue_init (&self->writes);
}

void
bh_stdin_clear (BhStdin *self)
{
  g_queue_clear_full (&self->writes, write_free);
  self->next = NULL;
  g_clear_error (&self->error);
}

/* FALSE when nothing more can be sent now. */
static gboolean
send_some (BhStdin *self)
{
  Write *write = self->next->data;
  guint64 end = write_end (write);
  guint64 under_way = self->sent - MIN (self->sent, MAX (self->accepted, self->begin));
  guint64 length;

  if (self->sent >= end)
    {
      self->next = self->next->next;
      return TRUE;
    }
  length = MIN (end - self->sent, BH_STDIN_IN_FLIGHT - MIN (under_way, BH_STDIN_IN_FLIGHT));
  if (length == 0 ||
      !self->send (self->user_data, BH_WIRE_STDIN, self->sent,
                   (const guint8 *) g_bytes_get_data (write->bytes, NULL) + (self->sent - write->offset),
                   length))
    return FALSE;
  self->sent += length;
  return TRUE;
}

static void
pump (BhStdin *self)
{
  while (self->next != NULL && send_some (self))
    ;
  if (self->next == NULL && self->has_eof && !self->eof_sent)
    self->eof_sent = self->send (self->user_data, BH_WIRE_STDIN_EOF, self->eof, NULL, 0);
  if (self->closing && !self->close_sent && (g_queue_is_empty (&self->writes) || self->error != NULL))
    self->close_sent = self->send (self->user_data, BH_WIRE_CHANNEL_CLOSE, 0, NULL, 0);
}

/* (nullable) the write of just these bytes that is under way */
static const Write *
find_write (BhStdin *self, guint64 offset, gsize size)
{
  for (const GList *link = self->writes.head; link != NULL; link = link->next)
    {
      const Write *write = link->data;

      if (write->offset == offset && g_bytes_get_size (write->bytes) == size)
        return write;
    }
  return NULL;
}

DexFuture *
bh_stdin_write (BhStdin *self, guint64 offset, GBytes *bytes)
{
  Write *last = g_queue_peek_tail (&self->writes);
  const Write *same;
  Write *write;

  if (offset + g_bytes_get_size (bytes) <= self->accepted || g_bytes_get_size (bytes) == 0)
    return dex_future_new_true ();
  if (self->error != NULL)
    return dex_future_new_for_error (g_error_copy (self->error));
  same =
      last != NULL && offset < write_end (last) ? find_write (self, offset, g_bytes_get_size (bytes)) : NULL;
  if (same != NULL)
    return dex_ref (DEX_FUTURE (same->promise));
  if (last != NULL && offset != write_end (last))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                  "stdin is written in order: byte %" G_GUINT64_FORMAT
                                  " comes next, not %" G_GUINT64_FORMAT ".",
                                  write_end (last), offset);
  write = g_new (Write, 1);
  write->offset = offset;
  write->bytes = g_bytes_ref (bytes);
  write->promise = dex_promise_new ();
  g_queue_push_tail (&self->writes, write);
  if (self->next == NULL)
    self->next = g_queue_peek_tail_link (&self->writes);
  if (last == NULL)
    self->begin = self->sent = MAX (offset, self->accepted);
  {
    DexFuture *future = dex_ref (DEX_FUTURE (write->promise));

    pump (self);
    return future;
  }
}

void
bh_stdin_set_eof (BhStdin *self, guint64 offset)
{
  self->has_eof = TRUE;
  self->eof = offset;
  pump (self);
}

void
bh_stdin_close (BhStdin *self)
{
  self->closing = TRUE;
  pump (self);
}

void
bh_stdin_restart (BhStdin *self)
{
  Write *first = g_queue_peek_head (&self->writes);

  self->next = g_queue_peek_head_link (&self->writes);
  self->begin = self->sent = first != NULL ? MAX (first->offset, self->accepted) : self->accepted;
  self->eof_sent = self->close_sent = FALSE;
  pump (self);
}

void
bh_stdin_accept (BhStdin *self, guint64 accepted)
{
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func (write_free);
  Write *write;

  self->accepted = MAX (self->accepted, accepted);
  self->sent = MAX (self->sent, self->accepted);
  while ((write = g_queue_peek_head (&self->writes)) != NULL && write_end (write) <= self->accepted)
    {
      if (self->next == g_queue_peek_head_link (&self->writes))
        self->next = self->next->next;
      g_ptr_array_add (done, g_queue_pop_head (&self->writes));
    }
  pump (self);
  for (guint i = 0; i < done->len; i++)
    dex_promise_resolve_boolean (((Write *) g_ptr_array_index (done, i))->promise, TRUE);
}

void
bh_stdin_fail (BhStdin *self, const GError *error)
{
  GQueue writes = self->writes;

  if (self->error == NULL)
    self->error = g_error_copy (error);
  g_queue_init (&self->writes);
  self->next = NULL;
  pump (self);
  for (GList *iter = writes.head; iter != NULL; iter = iter->next)
    dex_promise_reject (((Write *) iter->data)->promise, g_error_copy (error));
  g_queue_clear_full (&writes, write_free);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/line-reader.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

struct _LineReader
{
  int fd;
  GString *buffer;
  gboolean ended;
  guint source;
  DexPromise *waiting;
};

LineReader *
line_reader_new (int fd)
{
  LineReader *self = g_new0 (LineReader, 1);

  self->fd = fd;
  self->buffer = g_string_new (NULL);
  return self;
}

void
line_reader_free (LineReader *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  dex_clear (&self->waiting);
  g_string_free (self->buffer, TRUE);
  g_free (self);
}

/* (nullable) a whole line, or at the end what is left. */
static char *
take_line (LineReader *self)
{
  char *end = memchr (self->buffer->str, '\n', self->buffer->len);
  g_autofree char *bytes = NULL;
  gsize length;

  if (end == NULL && (!self->ended || self->buffer->len == 0))
    return NULL;
  length = end != NULL ? (gsize) (end - self->buffer->str) : self->buffer->len;
  bytes = g_strndup (self->buffer->str, length);
  g_string_erase (self->buffer, 0, (gssize) (end != NULL ? length + 1 : length));
  return g_utf8_make_valid (bytes, -1);
}

static DexFuture *
ready_future (LineReader *self)
{
  char *line = take_line (self);

  if (line != NULL)
    return dex_future_new_take_string (line);
  if (self->ended)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CLOSED, "There is no more input");
  return NULL;
}

static void
settle (LineReader *self)
{
  g_autoptr (DexPromise) promise = NULL;
  char *line = take_line (self);

  if (line == NULL && !self->ended)
    return;
  promise = g_steal_pointer (&self->waiting);
  if (line != NULL)
    dex_promise_resolve_string (promise, line);
  else
    dex_promise_reject (promise,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "There is no more input"));
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  LineReader *self = data;
  char bytes[4096];
  ssize_t n = read (fd, bytes, sizeof bytes);

  if (n > 0)
    g_string_append_len (self->buffer, bytes, n);
  else if (n == 0 || (errno != EINTR && errno != EAGAIN))
    self->ended = TRUE;
  settle (self);
  if (self->waiting != NULL)
    return G_SOURCE_CONTINUE;
  self->source = 0;
  return G_SOURCE_REMOVE;
}

DexFuture *
line_reader_next (LineReader *self)
{
  DexFuture *ready;

  if (self->waiting != NULL)
    return dex_ref (self->waiting);
  ready = ready_future (self);
  if (ready != NULL)
    return ready;
  self->waiting = dex_promise_new ();
  self->source = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, readable_cb, self);
  return dex_ref (self->waiting);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-sse.h"

#include <gio/gio.h>
#include <string.h>

struct _BhSse
{
  GString *line; /* the line under way */
  GString *data; /* of the event under way */
  gboolean has_data;
  char *kind;
  char *id;
  gint64 retry;
  gboolean after_cr; /* a LF that comes now belongs to the CR before it */
  gboolean started;  /* a byte order mark can no longer come */
  GQueue events;     /* BhSseEvent */
};

void
bh_sse_event_free (BhSseEvent *self)
{
  g_free (self->id);
  g_free (self->kind);
  g_free (self->data);
  g_free (self);
}

BhSse *
bh_sse_new (void)
{
  BhSse *self = g_new0 (BhSse, 1);
  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->id = g_strdup ("");
  self->retry = -1;
  g_queue_init (&self->events);
  return self;
}

void
bh_sse_free (BhSse *self)
{
  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_free (self->kind);
  g_free (self->id);
  g_queue_clear_full (&self->events, (GDestroyNotify) bh_sse_event_free);
  g_free (self);
}

static void
dispatch (BhSse *self)
{
  if (self->has_data)
    {
      BhSseEvent *event = g_new0 (BhSseEvent, 1);
      event->id = g_strdup (self->id);
      event->kind = self->kind != NULL ? g_strdup (self->kind) : g_strdup ("message");
      event->data = g_utf8_make_valid (self->data->str, self->data->len);
      g_queue_push_tail (&self->events, event);
    }
  /* one huge event must not hold its memory for the rest of the stream */
  if (self->data->allocated_len > 64 * 1024)
    {
      g_string_free (self->data, TRUE);
      self->data = g_string_new (NULL);
    }
  g_string_truncate (self->data, 0);
  self->has_data = FALSE;
  g_clear_pointer (&self->kind, g_free);
}

static void
take_retry (BhSse *self, const char *value)
{
  guint64 retry;

  if (g_ascii_string_to_unsigned (value, 10, 0, G_MAXINT, &retry, NULL))
    self->retry = (gint64) retry;
}

static gboolean
add_data (BhSse *self, const char *value, gsize length, GError **error)
{
  if (self->data->len + length + 1 > BH_SSE_MAX)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "An event is longer than %d bytes",
                   BH_SSE_MAX);
      return FALSE;
    }
  if (self->has_data)
    g_string_append_c (self->data, '\n');
  g_string_append_len (self->data, value, length);
  self->has_data = TRUE;
  return TRUE;
}

static gboolean
take_field (BhSse *self, const char *name, gsize name_length, const char *value, gsize length, GError **error)
{
  if (name_length == 4 && memcmp (name, "data", 4) == 0)
    return add_data (self, value, length, error);

  if (name_length == 5 && memcmp (name, "event", 5) == 0)
    {
      g_free (self->kind);
      self->kind = length > 0 ? g_utf8_make_valid (value, length) : NULL;
    }
  else if (name_length == 2 && memcmp (name, "id", 2) == 0)
    {
      /* the standard has ids with a NUL ignored */
      if (memchr (value, '\0', length) == NULL)
        {
          g_free (self->id);
          self->id = g_utf8_make_valid (value, length);
        }
    }
  else if (name_length == 5 && memcmp (name, "retry", 5) == 0)
    take_retry (self, value);
  return TRUE;
}

static gboolean
take_line (BhSse *self, GError **error)
{
  const char *line = self->line->str, *colon;
  gsize length = self->line->len;
  gboolean ok = TRUE;

  if (!self->started)
    {
      self->started = TRUE;
      if (length >= 3 && memcmp (line, "\xef\xbb\xbf", 3) == 0)
        line += 3, length -= 3;
    }
  colon = memchr (line, ':', length);
  if (length == 0)
    dispatch (self);
  else if (colon == NULL)
    ok = take_field (self, line, length, "", 0, error);
  else if (colon > line)
    {
      const char *value = colon + 1, *end = line + length;
      if (value < end && *value == ' ')
        value++;
      ok = take_field (self, line, (gsize) (colon - line), value, (gsize) (end - value), error);
    }
  if (self->line->allocated_len > 64 * 1024)
    {
      g_string_free (self->line, TRUE);
      self->line = g_string_new (NULL);
    }
  g_string_truncate (self->line, 0);
  return ok;
}

static gsize
line_end (const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] == '\n' || bytes[i] == '\r')
      return i;
  return length;
}

gboolean
bh_sse_push (BhSse *self, const void *bytes, gsize length, GError **error)
{
  const char *p = bytes, *end = p + length;

  while (p < end)
    {
      gsize n;

      if (self->after_cr && *p == '\n')
        p++;
      self->after_cr = FALSE;
      n = line_end (p, (gsize) (end - p));
      if (self->line->len + n > BH_SSE_MAX)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                       "A line of the event stream is longer than %d bytes", BH_SSE_MAX);
          return FALSE;
        }
      g_string_append_len (self->line, p, n);
      p += n;
      if (p == end)
        break;
      self->after_cr = *p == '\r';
      p++;
      if (!take_line (self, error))
        return FALSE;
    }
  return TRUE;
}

BhSseEvent *
bh_sse_pop (BhSse *self)
{
  return g_queue_pop_head (&self->events);
}

gint64
bh_sse_get_retry (BhSse *self)
{
  return self->retry;
}

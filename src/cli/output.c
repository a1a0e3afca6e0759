/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/output.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "protocol/bh-json.h"

#define COLUMNS_DEFAULT 100
#define BUFFER_MAX (64 * 1024)

struct _Output
{
  int fd; /* -1: memory */
  gboolean tty;
  gboolean colour;
  gboolean ascii;
  guint columns; /* 0: ask the terminal */
  GString *buffer;
};

Output *
output_new (int fd)
{
  Output *self = g_new0 (Output, 1);
  const char *no_colour = g_getenv ("NO_COLOR"), *term = g_getenv ("TERM");

  self->fd = fd;
  self->tty = isatty (fd) && g_strcmp0 (term, "dumb") != 0;
  self->colour = self->tty && (no_colour == NULL || *no_colour == '\0');
  self->ascii = isatty (fd) && !g_get_charset (NULL);
  self->columns = isatty (fd) ? 0 : COLUMNS_DEFAULT;
  self->buffer = g_string_new (NULL);
  return self;
}

Output *
output_new_memory (gboolean tty, guint columns)
{
  Output *self = g_new0 (Output, 1);

  self->fd = -1;
  self->tty = tty;
  self->columns = columns;
  self->buffer = g_string_new (NULL);
  return self;
}

void
output_free (Output *self)
{
  output_flush (self);
  g_string_free (self->buffer, TRUE);
  g_free (self);
}

gboolean
output_is_tty (Output *self)
{
  return self->tty;
}

guint
output_get_columns (Output *self)
{
  struct winsize size = { 0 };

  if (self->columns > 0)
    return self->columns;
  if (ioctl (self->fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return COLUMNS_DEFAULT;
}

const char *
output_mark (Output *self, OutputMark mark)
{
  static const char *const signs[] = {
    [MARK_DONE] = "✔",   [MARK_FAILED] = "✘", [MARK_STOPPED] = "■", [MARK_OPEN] = "▶",   [MARK_ASKS] = "?",
    [MARK_ANSWER] = "↳", [MARK_PERSON] = "✉", [MARK_NOTE] = "•",    [MARK_OUTPUT] = "│",
  };
  static const char *const ascii[] = {
    [MARK_DONE] = "+",    [MARK_FAILED] = "x", [MARK_STOPPED] = "#", [MARK_OPEN] = ">",   [MARK_ASKS] = "?",
    [MARK_ANSWER] = "->", [MARK_PERSON] = "@", [MARK_NOTE] = "*",    [MARK_OUTPUT] = "|",
  };

  return self->ascii ? ascii[mark] : signs[mark];
}

static const char *
style_sequence (OutputStyle style)
{
  switch (style)
    {
    case STYLE_BOLD:
      return "\033[1m";
    case STYLE_DIM:
      return "\033[2m";
    case STYLE_GOOD:
      return "\033[32m";
    case STYLE_BAD:
      return "\033[31m";
    case STYLE_ASKS:
      return "\033[1;33m";
    case STYLE_NAME:
      return "\033[36m";
    case STYLE_PLAIN:
    default:
      return NULL;
    }
}

void
output_put (Output *self, OutputStyle style, const char *text)
{
  const char *sequence = self->colour ? style_sequence (style) : NULL;

  if (sequence != NULL)
    g_string_append (self->buffer, sequence);
  g_string_append (self->buffer, text);
  if (sequence != NULL)
    g_string_append (self->buffer, "\033[0m");
  if (self->fd >= 0 && self->buffer->len > BUFFER_MAX)
    output_flush (self);
}

void
output_printf (Output *self, OutputStyle style, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  output_put (self, style, text);
}

void
output_control (Output *self, const char *sequence)
{
  if (self->tty)
    g_string_append (self->buffer, sequence);
}

/* DEL, C1 and the bidirectional controls are legal in JSON as they are; such characters can only stand in a
 * string, so writing them as escapes changes nothing. */
static gboolean
is_unsafe (gunichar c)
{
  return (c >= 0x7f && c <= 0x9f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

void
output_json (Output *self, JsonNode *node)
{
  g_autofree char *text = bh_json_to_text (node);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (is_unsafe (c))
        g_string_append_printf (self->buffer, "\\u%04x", c);
      else
        g_string_append_len (self->buffer, p, g_utf8_next_char (p) - p);
    }
  output_put (self, STYLE_PLAIN, "\n");
}

static G_GNUC_NORETURN void
end_as_by_sigpipe (void)
{
  /* GIO has SIGPIPE ignored, yet `bellhopctl … | head` is to end like any other program */
  signal (SIGPIPE, SIG_DFL);
  raise (SIGPIPE);
  _exit (128 + SIGPIPE);
}

void
output_flush (Output *self)
{
  gsize done = 0;

  if (self->fd < 0)
    return;
  while (done < self->buffer->len)
    {
      ssize_t n = write (self->fd, self->buffer->str + done, self->buffer->len - done);
      if (n >= 0)
        done += (gsize) n;
      else if (errno == EPIPE)
        end_as_by_sigpipe ();
      else if (errno == EAGAIN)
        poll (&(struct pollfd) { .fd = self->fd, .events = POLLOUT }, 1, -1);
      else if (errno != EINTR)
        break; /* a terminal that is gone: what it was told is in the coordinator */
    }
  g_string_truncate (self->buffer, 0);
}

const char *
output_get_contents (Output *self)
{
  return self->buffer->str;
}

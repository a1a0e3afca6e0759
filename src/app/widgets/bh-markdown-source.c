/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/widgets/bh-markdown-source.h"

#include <string.h>

/* quotes and lists that one line may open */
#define MARKERS_MAX 32
/* digits of an item's number, as the parser counts them */
#define DIGITS_MAX 9

BhMarkdownSource *
bh_markdown_source_new (const char *text, gsize length)
{
  BhMarkdownSource *self = g_new0 (BhMarkdownSource, 1);
  gsize start = 0;

  self->text = text;
  self->length = length;
  self->lines = g_array_new (FALSE, FALSE, sizeof (gsize));
  while (start < length)
    {
      const char *newline = memchr (text + start, '\n', length - start);
      g_array_append_val (self->lines, start);
      start = newline != NULL ? (gsize) (newline - text) + 1 : length;
    }
  return self;
}

void
bh_markdown_source_free (BhMarkdownSource *self)
{
  g_array_unref (self->lines);
  g_free (self);
}

gsize
bh_markdown_source_line (BhMarkdownSource *self, int line)
{
  if (line < 1)
    return 0;
  return (guint) line <= self->lines->len ? g_array_index (self->lines, gsize, line - 1) : self->length;
}

char *
bh_markdown_source_lines (BhMarkdownSource *self, int first, int column, int last)
{
  gsize start = bh_markdown_source_line (self, first);
  gsize end = bh_markdown_source_line (self, MAX (first, last) + 1);
  gsize skip = column > 1 ? (gsize) column - 1 : 0;

  start += MIN (skip, bh_markdown_source_line (self, first + 1) - start);
  while (start < end && ((guchar) self->text[start] & 0xc0) == 0x80)
    start++;
  return g_strchomp (g_strndup (self->text + start, end - start));
}

/* Bytes of the marker of a quote or an item at `at`; 0: there is none. */
static gsize
marker_length (const char *at, gsize length)
{
  gsize digits = 0;

  if (length > 0 && at[0] == '>')
    return 1;
  while (digits < length && digits < DIGITS_MAX && g_ascii_isdigit (at[digits]))
    digits++;
  if (digits >= length || strchr (digits > 0 ? ".)" : "-+*", at[digits]) == NULL || at[digits] == '\0')
    return 0;
  return digits + 1 == length || strchr (" \t\n", at[digits + 1]) != NULL ? digits + 1 : 0;
}

/* Where a line's marker is that is one too many; `length` if there is none. */
static gsize
marker_too_many (const char *line, gsize length)
{
  gsize at = 0;

  for (guint markers = 0; at < length; markers++)
    {
      at += strspn (line + at, " \t");
      gsize marker = at < length ? marker_length (line + at, length - at) : 0;
      if (marker == 0)
        break;
      if (markers == MARKERS_MAX)
        return at + marker - 1;
      at += marker;
    }
  return length;
}

GString *
bh_markdown_source_limit_nesting (BhMarkdownSource *self)
{
  GString *limited = g_string_sized_new (self->length + 1);
  gsize copied = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      gsize start = g_array_index (self->lines, gsize, i);
      gsize end = bh_markdown_source_line (self, i + 2);
      gsize at = start + marker_too_many (self->text + start, end - start);

      /* a rule of very many marks is no list */
      if (at == end || strspn (self->text + start, "- ") >= end - start - 1 ||
          strspn (self->text + start, "* ") >= end - start - 1)
        continue;
      g_string_append_len (limited, self->text + copied, at - copied);
      g_string_append_c (limited, '\\');
      copied = at;
    }
  return g_string_append_len (limited, self->text + copied, self->length - copied);
}

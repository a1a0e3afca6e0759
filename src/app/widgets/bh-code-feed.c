/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/widgets/bh-code-feed.h"
#include "protocol/bh-text.h"

/* U+2028 and U+2029 begin lines in a text buffer, but in no program */
#define SEPARATOR "\xe2\x80"
#define SEPARATOR_BYTES 3

void
bh_code_feed_init (BhCodeFeed *self, GtkTextBuffer *buffer, guint line_max)
{
  *self = (BhCodeFeed) { .buffer = buffer, .line_max = line_max, .text = g_string_new (NULL) };
  self->note = gtk_text_buffer_create_tag (buffer, NULL, "style", PANGO_STYLE_ITALIC, "weight",
                                           PANGO_WEIGHT_BOLD, NULL);
}

void
bh_code_feed_clear (BhCodeFeed *self)
{
  g_string_free (g_steal_pointer (&self->text), TRUE);
}

static char *
made_safe (const char *text, gsize length, gsize *safe_length)
{
  char *safe = bh_text_shown (text, length, safe_length);

  for (char *at = safe; (at = strstr (at, SEPARATOR)) != NULL; at += SEPARATOR_BYTES)
    if (at[2] == '\xa8' || at[2] == '\xa9')
      /* U+2026, an ellipsis: as long as they are */
      at[2] = '\xa6';
  return safe;
}

static void
forget_shown (BhCodeFeed *self)
{
  gtk_text_buffer_set_text (self->buffer, "", 0);
  self->shown = 0;
  self->line_chars = 0;
  self->cut = 0;
  self->note_chars = 0;
}

gboolean
bh_code_feed_set (BhCodeFeed *self, const char *text, gsize length)
{
  gsize safe_length = 0;
  g_autofree char *safe = made_safe (text, length, &safe_length);

  if (safe_length == self->text->len && memcmp (safe, self->text->str, safe_length) == 0)
    return FALSE;
  forget_shown (self);
  g_string_truncate (self->text, 0);
  g_string_append_len (self->text, safe, safe_length);
  return TRUE;
}

/* Where the text is to begin so that at most `keep` bytes are left: behind a line's end if one is near. */
static gsize
cut_for_tail (BhCodeFeed *self, gsize keep)
{
  /* a quarter more than needed, or it would be moved for each line that is added */
  gsize at = self->text->len - (keep - keep / 4);
  const char *line = memchr (self->text->str + at, '\n', keep / 4);

  if (line != NULL)
    return line + 1 - self->text->str;
  while (at < self->text->len && ((guchar) self->text->str[at] & 0xc0) == 0x80)
    at++;
  return at;
}

static void
drop_front (BhCodeFeed *self, gsize bytes)
{
  gboolean at_line = self->text->str[bytes - 1] == '\n';
  guint lines = 0;
  GtkTextIter start, end;

  for (gsize i = 0; i < bytes; i++)
    lines += self->text->str[i] == '\n';
  g_string_erase (self->text, 0, bytes);
  if (!at_line || bytes > self->shown)
    {
      forget_shown (self);
      return;
    }
  gtk_text_buffer_get_start_iter (self->buffer, &start);
  gtk_text_buffer_get_iter_at_line (self->buffer, &end, lines);
  gtk_text_buffer_delete (self->buffer, &start, &end);
  self->shown -= bytes;
}

void
bh_code_feed_append (BhCodeFeed *self, const char *text, gsize keep)
{
  gsize length = 0;
  g_autofree char *safe = made_safe (text, strlen (text), &length);

  g_string_append_len (self->text, safe, length);
  if (keep > 0 && self->text->len > keep)
    drop_front (self, cut_for_tail (self, keep));
}

static void
insert (BhCodeFeed *self, const char *text, gsize length, GtkTextTag *tag)
{
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (self->buffer, &end);
  if (tag != NULL)
    gtk_text_buffer_insert_with_tags (self->buffer, &end, text, length, tag, NULL);
  else
    gtk_text_buffer_insert (self->buffer, &end, text, length);
}

static void
remove_note (BhCodeFeed *self)
{
  GtkTextIter start, end;

  if (self->note_chars == 0)
    return;
  gtk_text_buffer_get_end_iter (self->buffer, &end);
  start = end;
  gtk_text_iter_backward_chars (&start, self->note_chars);
  gtk_text_buffer_delete (self->buffer, &start, &end);
  self->note_chars = 0;
}

/* Says how much of the last line is not shown. */
static void
add_note (BhCodeFeed *self)
{
  if (self->cut == 0)
    return;
  g_autofree char *size = g_format_size (self->cut);
  /* Translators: at the end of a line that is too long to be shown; a size like “1.2 MB” */
  g_autofree char *note = g_strdup_printf (_ (" … %s more in this line"), size);
  insert (self, note, strlen (note), self->note);
  self->note_chars = g_utf8_strlen (note, -1);
}

/* Takes `length` bytes of one line: shows what still fits, cuts the rest. */
static void
take_of_line (BhCodeFeed *self, const char *text, gsize length, GString *out)
{
  guint room = self->line_max - self->line_chars;
  gsize fits = length;
  guint chars = 0;

  if (length <= room)
    chars = g_utf8_strlen (text, length);
  else
    {
      const char *at = text;
      for (; chars < room && at < text + length; chars++)
        at = g_utf8_next_char (at);
      fits = at - text;
    }
  g_string_append_len (out, text, fits);
  self->line_chars += chars;
  self->cut += length - fits;
}

static void
end_line (BhCodeFeed *self, GString *out)
{
  if (self->cut > 0)
    {
      insert (self, out->str, out->len, NULL);
      g_string_truncate (out, 0);
      add_note (self);
    }
  g_string_append_c (out, '\n');
  self->line_chars = 0;
  self->cut = 0;
  self->note_chars = 0;
}

gboolean
bh_code_feed_pump (BhCodeFeed *self, gsize budget)
{
  g_autoptr (GString) out = g_string_new (NULL);
  /* a newline at the end waits for what follows it */
  gsize whole = self->text->len > 0 && self->text->str[self->text->len - 1] == '\n' ? self->text->len - 1
                                                                                    : self->text->len;
  gsize end = whole;

  if (self->shown >= whole)
    return FALSE;
  if (whole - self->shown > budget)
    for (end = self->shown + budget; ((guchar) self->text->str[end] & 0xc0) == 0x80;)
      end--;
  remove_note (self);
  while (self->shown < end)
    {
      const char *at = self->text->str + self->shown;
      const char *newline = memchr (at, '\n', end - self->shown);
      gsize length = newline != NULL ? (gsize) (newline - at) : end - self->shown;

      take_of_line (self, at, length, out);
      if (newline != NULL)
        end_line (self, out);
      self->shown += length + (newline != NULL);
    }
  insert (self, out->str, out->len, NULL);
  add_note (self);
  return self->shown < whole;
}

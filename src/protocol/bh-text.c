/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-text.h"

#include <string.h>

/* The bytes are cut into tokens, and what becomes of a token depends on nothing but its own bytes and, for
 * some, on the byte behind it. So text shown in chunks that end where tokens end is the same as text shown at
 * once. The one exception is backspace, which reaches back into what was shown, but not beyond its chunk. */

/* The longest escape sequence. What was not ended by then is let go, so that a lost terminator costs 4 KiB of
 * output at most, and no reader has to wait for ever. */
#define SEQUENCE_MAX 4096

typedef enum
{
  TOKEN_TEXT,    /* characters to show as they are */
  TOKEN_INVALID, /* bytes that are no UTF-8 */
  TOKEN_NEWLINE,
  TOKEN_BACKSPACE,
  TOKEN_CONTROL, /* any other control character */
  TOKEN_HIDDEN,  /* an escape sequence, a bidi control */
} TokenKind;

typedef struct
{
  TokenKind kind;
  gsize length;
  gboolean open; /* more bytes could make it longer */
} Token;

static Token
token (TokenKind kind, gsize length)
{
  return (Token) { kind, length, FALSE };
}

static Token
open_token (TokenKind kind, gsize length)
{
  return (Token) { kind, length, TRUE };
}

/* Whether `byte` may be the second one behind `lead`: refuses overlong forms, surrogates and what is above
 * U+10FFFF. */
static gboolean
second_fits (guint8 lead, guint8 byte)
{
  switch (lead)
    {
    case 0xe0:
      return byte >= 0xa0 && byte <= 0xbf;
    case 0xed:
      return byte >= 0x80 && byte <= 0x9f;
    case 0xf0:
      return byte >= 0x90 && byte <= 0xbf;
    case 0xf4:
      return byte >= 0x80 && byte <= 0x8f;
    default:
      return byte >= 0x80 && byte <= 0xbf;
    }
}

/* One character above ASCII. A broken one is replaced as far as it went well (Unicode, 3.9, table 3-8). */
static Token
scan_character (const guint8 *bytes, gsize length)
{
  guint8 lead = bytes[0];
  gsize size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

  if (lead < 0xc2 || lead > 0xf4)
    return token (TOKEN_INVALID, 1);
  for (gsize i = 1; i < size; i++)
    {
      if (i == length)
        return open_token (TOKEN_INVALID, i);
      if (i == 1 ? !second_fits (lead, bytes[1]) : (bytes[i] & 0xc0) != 0x80)
        return token (TOKEN_INVALID, i);
    }
  return token (TOKEN_TEXT, size);
}

/* CSI (parameters, then intermediates, then a final byte) from its `start`, or an escape sequence with
 * intermediates (`parameters` FALSE). Anything else in it ends it and is looked at by itself. */
static Token
scan_control_sequence (const guint8 *bytes, gsize length, gsize start, gboolean parameters)
{
  gsize limit = MIN (length, SEQUENCE_MAX);
  gsize i = start;

  while (parameters && i < limit && bytes[i] >= 0x30 && bytes[i] <= 0x3f)
    i++;
  while (i < limit && bytes[i] >= 0x20 && bytes[i] <= 0x2f)
    i++;
  if (i == SEQUENCE_MAX)
    return token (TOKEN_HIDDEN, i);
  if (i == length)
    return open_token (TOKEN_HIDDEN, i);
  if (bytes[i] >= (parameters ? 0x40 : 0x30) && bytes[i] <= 0x7e)
    i++;
  return token (TOKEN_HIDDEN, i);
}

/* OSC, DCS, SOS, PM and APC: up to ST, as ESC \\ or U+009C. An OSC also ends with BEL, and before a line's
 * end: none that means something holds one, and a program that forgot the terminator should not swallow what
 * follows. */
static Token
scan_string (const guint8 *bytes, gsize length, gsize start, gboolean osc)
{
  gsize limit = MIN (length, SEQUENCE_MAX);

  for (gsize i = start; i < limit; i++)
    {
      guint8 c = bytes[i];

      if (c == 0x18 || c == 0x1a || (osc && c == 0x07))
        return token (TOKEN_HIDDEN, i + 1);
      if (osc && (c == '\n' || c == '\r'))
        return token (TOKEN_HIDDEN, i);
      if (c != 0x1b && c != 0xc2)
        continue;
      if (i + 1 == SEQUENCE_MAX)
        break;
      if (i + 1 == length)
        return open_token (TOKEN_HIDDEN, length);
      if (c == 0x1b ? bytes[i + 1] == '\\' : bytes[i + 1] == 0x9c)
        return token (TOKEN_HIDDEN, i + 2);
      /* an escape that is no ST begins a sequence of its own */
      if (c == 0x1b)
        return token (TOKEN_HIDDEN, i);
    }
  return (Token) { TOKEN_HIDDEN, limit, limit < SEQUENCE_MAX };
}

static Token
scan_escape (const guint8 *bytes, gsize length)
{
  guint8 c;

  if (length == 1)
    return open_token (TOKEN_HIDDEN, 1);
  c = bytes[1];
  if (c == '[')
    return scan_control_sequence (bytes, length, 2, TRUE);
  if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
    return scan_string (bytes, length, 2, c == ']');
  if (c >= 0x20 && c <= 0x2f)
    return scan_control_sequence (bytes, length, 2, FALSE);
  return token (TOKEN_HIDDEN, c >= 0x30 && c <= 0x7e ? 2 : 1);
}

/* U+0080 to U+009F: the same as ESC and a letter. */
static Token
scan_c1 (const guint8 *bytes, gsize length)
{
  guint8 c = bytes[1] - 0x40;

  if (c == '[')
    return scan_control_sequence (bytes, length, 2, TRUE);
  if (c == ']' || c == 'P' || c == 'X' || c == '^' || c == '_')
    return scan_string (bytes, length, 2, c == ']');
  return token (TOKEN_CONTROL, 2);
}

/* U+202A to U+202E and U+2066 to U+2069 make text look like another text. */
static gboolean
is_bidi_control (const guint8 *bytes)
{
  return bytes[0] == 0xe2 && ((bytes[1] == 0x80 && bytes[2] >= 0xaa && bytes[2] <= 0xae) ||
                              (bytes[1] == 0x81 && bytes[2] >= 0xa6 && bytes[2] <= 0xa9));
}

static Token
scan_control (const guint8 *bytes, gsize length)
{
  switch (bytes[0])
    {
    case '\n':
      return token (TOKEN_NEWLINE, 1);
    case '\r':
      if (length == 1)
        return open_token (TOKEN_NEWLINE, 1);
      return token (TOKEN_NEWLINE, bytes[1] == '\n' ? 2 : 1);
    case '\b':
      return token (TOKEN_BACKSPACE, 1);
    case 0x1b:
      return scan_escape (bytes, length);
    default:
      return token (TOKEN_CONTROL, 1);
    }
}

static inline gboolean
is_plain (guint8 c)
{
  return (c >= 0x20 && c < 0x7f) || c == '\t';
}

/* `length` is at least 1. */
static Token
scan (const guint8 *bytes, gsize length)
{
  gsize plain = 0;
  Token found;

  while (plain < length && is_plain (bytes[plain]))
    plain++;
  if (plain > 0)
    return token (TOKEN_TEXT, plain);
  if (bytes[0] < 0x80)
    return scan_control (bytes, length);

  found = scan_character (bytes, length);
  if (found.kind == TOKEN_TEXT && bytes[0] == 0xc2 && bytes[1] < 0xa0)
    return scan_c1 (bytes, length);
  if (found.kind == TOKEN_TEXT && is_bidi_control (bytes))
    found.kind = TOKEN_HIDDEN;
  return found;
}

/* The character before goes, but never a line's end. */
static void
remove_last (GString *text)
{
  gsize length = text->len;

  if (length == 0 || text->str[length - 1] == '\n')
    return;
  do
    length--;
  while (length > 0 && ((guint8) text->str[length] & 0xc0) == 0x80);
  g_string_truncate (text, length);
}

char *
bh_text_shown (const void *bytes, gsize length, gsize *shown_length)
{
  const guint8 *input = bytes;
  GString *text;

  g_return_val_if_fail (bytes != NULL || length == 0, g_strdup (""));

  text = g_string_sized_new (length);
  while (length > 0)
    {
      Token next = scan (input, length);

      if (next.kind == TOKEN_TEXT)
        g_string_append_len (text, (const char *) input, (gssize) next.length);
      else if (next.kind == TOKEN_INVALID)
        g_string_append (text, "\357\277\275"); /* U+FFFD */
      else if (next.kind == TOKEN_NEWLINE)
        g_string_append_c (text, '\n');
      else if (next.kind == TOKEN_BACKSPACE)
        remove_last (text);
      input += next.length;
      length -= next.length;
    }
  if (shown_length != NULL)
    *shown_length = text->len;
  return g_string_free (text, FALSE);
}

gsize
bh_text_whole (const void *bytes, gsize length)
{
  const guint8 *input = bytes;
  gsize done = 0;

  g_return_val_if_fail (bytes != NULL || length == 0, 0);

  while (done < length)
    {
      Token next = scan (input + done, length - done);

      if (next.open)
        break;
      done += next.length;
    }
  return done;
}

/* The most bytes, up to `max`, that do not cut a character. */
static gsize
cut (const char *text, gsize max)
{
  gsize length = strnlen (text, max + 1);

  if (length <= max)
    return length;
  for (length = max; length > 0 && ((guint8) text[length] & 0xc0) == 0x80; length--)
    ;
  return length;
}

char *
bh_text_head (const char *text, gsize max)
{
  g_autofree char *valid = NULL;
  gsize length;

  g_return_val_if_fail (text != NULL && max < G_MAXSIZE, NULL);

  length = cut (text, max);
  if (g_utf8_validate (text, (gssize) length, NULL))
    return g_strndup (text, length);
  /* replacing makes it longer */
  valid = g_utf8_make_valid (text, (gssize) length);
  return g_strndup (valid, cut (valid, max));
}

char *
bh_text_one_line (const char *text, gsize max)
{
  const guint8 *input = (const guint8 *) text;
  g_autoptr (GString) line = NULL;
  gsize length;

  g_return_val_if_fail (text != NULL && max < G_MAXSIZE, NULL);

  length = strlen (text);
  line = g_string_new (NULL);
  while (length > 0 && line->len <= max)
    {
      Token next = scan (input, length);

      if (next.kind == TOKEN_TEXT)
        g_string_append_len (line, (const char *) input, (gssize) next.length);
      else if (next.kind == TOKEN_INVALID)
        g_string_append (line, "\357\277\275");
      else if (next.kind != TOKEN_HIDDEN)
        g_string_append_c (line, ' ');
      input += next.length;
      length -= next.length;
    }
  g_strdelimit (line->str, "\t", ' ');
  return g_strndup (line->str, cut (line->str, max));
}

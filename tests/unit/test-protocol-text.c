/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "protocol/bh-text.h"

#include <string.h>

#define FFFD "\xef\xbf\xbd"

static const struct
{
  const char *bytes;
  const char *shown;
} cases[] = {
  { "", "" },
  { "plain\ttext\n", "plain\ttext\n" },
  { "Grüße, 世界 🛎\n", "Grüße, 世界 🛎\n" },
  { "a\r\nb\rc\r\r\nd\n\r", "a\nb\nc\n\nd\n\n" },
  /* backspace */
  { "ab\bc", "ac" },
  { "ü\b\bx", "x" },
  { "a\n\bb", "a\nb" },
  { "\bx", "x" },
  /* control characters */
  { "a\x01\x02\x07\x0b\x0c\x0e\x7f"
    "b",
    "ab" },
  { "a\xc2\x85"
    "b\xc2\x80"
    "c",
    "abc" },
  /* CSI */
  { "\x1b[31mred\x1b[0m", "red" },
  { "\x1b[?25l\x1b[2J\x1b[1;1Hx\x1b[>4;2m\x1b[38:2::1:2:3m", "x" },
  { "\x1b[1 q\x1b[!px", "x" },
  { "a\x1b[3\nb", "a\nb" },
  { "a\x1b[12\x1b[1mb", "ab" },
  { "a\x1b[1üb", "aüb" },
  { "a\xc2\x9b"
    "31mb",
    "ab" },
  { "a\x1b[31", "a" },
  { "a\x1b", "a" },
  /* OSC, by BEL and both ST, and without */
  { "\x1b]0;title\x07x", "x" },
  { "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link" },
  { "\xc2\x9d"
    "0;title\xc2\x9c"
    "x",
    "x" },
  { "\x1b]0;tütel\x07x", "x" },
  { "\x1b]0;forgotten\nline\n", "\nline\n" },
  { "\x1b]0;forgotten\r\nline\n", "\nline\n" },
  { "\x1b]0;broken\x1b[31mred", "red" },
  { "\x1b]0;cancelled\x18x", "x" },
  { "a\x1b]0;open", "a" },
  /* DCS, APC, PM, SOS: no BEL */
  { "\x1bPq#0;2\nsixel\x07still\x1b\\x", "x" },
  { "\x1b_Gf=100;AAAA\x1b\\x", "x" },
  { "\x1b^private\x1b\\x", "x" },
  { "\x1bXstring\x1b\\x", "x" },
  { "\xc2\x90"
    "q\xc2\x9cx",
    "x" },
  { "\xc2\x9f"
    "q\x1b\\x\xc2\x9e"
    "q\x1b\\y\xc2\x98q\x1b\\z",
    "xyz" },
  /* two bytes, and with intermediates */
  { "\x1b"
    "7a\x1b"
    "8b\x1b=c\x1b>d\x1b"
    "ce",
    "abcde" },
  { "\x1b(Ba\x1b#8b\x1b%Gc", "abc" },
  { "\x1b\x1b[31mx", "x" },
  { "\x1b\nx", "\nx" },
  { "\x1büx", "üx" },
  { "\x1b\\x", "x" },
  /* bidi */
  { "a\u202e"
    "b\u202a\u2066"
    "c\u2069\u200f"
    "d",
    "abc\u200f"
    "d" },
  { "\u2029\u202f\u2065\u206a", "\u2029\u202f\u2065\u206a" },
  /* no UTF-8 */
  { "a\xff"
    "b",
    "a" FFFD "b" },
  { "a\x9b"
    "31mb",
    "a" FFFD "31mb" },
  { "\xc3", FFFD },
  { "\xe4\xb8", FFFD },
  { "\xe4\xb8"
    "a",
    FFFD "a" },
  { "\xf0\x9f\x9b"
    "a",
    FFFD "a" },
  { "\xc0\xaf", FFFD FFFD },
  { "\xe0\x80\xaf", FFFD FFFD FFFD },
  { "\xed\xa0\x80", FFFD FFFD FFFD },
  { "\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD },
  { "\xf8\x88\x80\x80\x80", FFFD FFFD FFFD FFFD FFFD },
};

static void
test_shown (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = 0;
      g_autofree char *shown = bh_text_shown (cases[i].bytes, strlen (cases[i].bytes), &length);

      g_assert_cmpstr (shown, ==, cases[i].shown);
      g_assert_cmpuint (length, ==, strlen (shown));
    }
  g_autofree char *nul = bh_text_shown ("a\0b", 3, NULL);
  g_assert_cmpstr (nul, ==, "ab");
  g_autofree char *nothing = bh_text_shown (NULL, 0, NULL);
  g_assert_cmpstr (nothing, ==, "");
}

static void
test_whole (void)
{
  static const struct
  {
    const char *bytes;
    gsize whole;
  } wholes[] = {
    { "", 0 },
    { "abc", 3 },
    { "abc\n", 4 },
    { "abc\r", 3 },
    { "abc\r\n", 5 },
    { "abc\rd", 5 },
    { "a\xc3", 1 },
    { "a\xc3\xbc", 3 },
    { "a\xe4\xb8", 1 },
    { "a\xf0\x9f\x9b", 1 },
    { "a\xff", 2 },
    { "a\xc0", 2 },
    { "a\xe4"
      "b",
      3 },
    { "a\xed\xa0", 3 },
    { "a\x1b", 1 },
    { "a\x1b[", 1 },
    { "a\x1b[1;2", 1 },
    { "a\x1b[1;2 ", 1 },
    { "a\x1b[1;2m", 7 },
    { "a\x1b]0;t", 1 },
    { "a\x1b]0;t\x1b", 1 },
    { "a\x1b]0;t\x1b\\", 8 },
    { "a\x1b]0;t\x07", 7 },
    { "a\x1bP\x07", 1 },
    { "a\x1b(", 1 },
    { "a\x1b(B", 4 },
    { "a\xc2\x9b"
      "3",
      1 },
    { "a\xc2\x9d\xc2", 1 },
    { "a\b", 2 },
    { "a\x1b]0;t\n", 7 },
    { "a\x1b]0;t\r", 6 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wholes); i++)
    g_assert_cmpuint (bh_text_whole (wholes[i].bytes, strlen (wholes[i].bytes)), ==, wholes[i].whole);
}

/* A terminator that never comes costs 4 KiB, and does not keep anyone waiting. */
static void
test_endless (void)
{
  static const char *const starts[] = { "\x1b]0;", "\x1bP", "\x1b[", "\x1b(", "\xc2\x9d" };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autoptr (GString) bytes = g_string_new (starts[i]);
      g_autofree char *shown = NULL;
      gboolean is_control = starts[i][1] == '[' || starts[i][1] == '(';

      while (bytes->len < 4095)
        g_string_append_c (bytes, starts[i][1] == '(' ? ' ' : '1');
      g_assert_cmpuint (bh_text_whole (bytes->str, bytes->len), ==, 0);
      g_string_append (bytes, is_control ? "  \nshown" : "11\nshown");
      g_assert_cmpuint (bh_text_whole (bytes->str, bytes->len), ==, bytes->len);
      shown = bh_text_shown (bytes->str, bytes->len, NULL);
      g_assert_true (g_str_has_suffix (shown, "\nshown"));
      g_assert_cmpuint (strlen (shown), <=, 7);
    }
}

/* Pieces that matter, and bytes that do not. Without backspace, which cannot reach back into an earlier
 * chunk. */
static void
append_random (GString *bytes)
{
  static const char *const pieces[] = {
    "\x1b",     "\x1b[",    "\x1b]0;", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x1b\\",   "\x07", "\xc2\x9b",
    "\xc2\x9d", "\xc2\x9c", "\xc2",    "\x9c",  "\r",    "\n",    "\r\n",  "31m",      ";",    "?",
    " ",        "(",        "B",       "text",  "ü",     "世",    "🛎",     "\xf0\x9f", "\xe4", "\xed\xa0\x80",
    "\xff",     "\u202e",   "\u2066",  "\x18",  "\x1a",  "\t",    "\x01",  "\x7f",     "@",    "~",
  };
  guint8 byte;

  if (g_test_rand_int_range (0, 4) > 0)
    {
      g_string_append (bytes, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);
      return;
    }
  byte = (guint8) g_test_rand_int_range (0, 256);
  g_string_append_c (bytes, byte == '\b' ? 'b' : (char) byte);
}

static GString *
random_bytes (guint pieces)
{
  GString *bytes = g_string_new (NULL);

  for (guint i = 0; i < pieces; i++)
    append_random (bytes);
  /* now and then something longer than any escape sequence may be */
  if (g_test_rand_int_range (0, 50) == 0)
    {
      g_string_append (bytes, "\x1b]0;");
      for (guint i = 0; i < 4200; i++)
        g_string_append_c (bytes, "aü"[i % 3]);
      for (guint i = 0; i < pieces; i++)
        append_random (bytes);
    }
  return bytes;
}

/* What a reader does: it takes what comes, cuts it, and keeps the rest for later. */
static char *
show_in_chunks (const GString *bytes, gint32 most)
{
  g_autoptr (GString) pending = g_string_new (NULL);
  GString *shown = g_string_new (NULL);
  g_autofree char *rest = NULL;
  gsize at = 0;

  while (at < bytes->len)
    {
      gsize wanted = (gsize) g_test_rand_int_range (1, most + 1);
      gsize length = MIN (wanted, bytes->len - at);
      g_autofree char *chunk = NULL;
      gsize whole;

      g_string_append_len (pending, bytes->str + at, (gssize) length);
      at += length;
      whole = bh_text_whole (pending->str, pending->len);
      g_assert_cmpuint (whole, <=, pending->len);
      g_assert_cmpuint (pending->len - whole, <=, 4096);
      chunk = bh_text_shown (pending->str, whole, NULL);
      g_string_append (shown, chunk);
      g_string_erase (pending, 0, (gssize) whole);
    }
  rest = bh_text_shown (pending->str, pending->len, NULL);
  g_string_append (shown, rest);
  return g_string_free (shown, FALSE);
}

static void
test_chunks (void)
{
  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GString) bytes = random_bytes ((guint) g_test_rand_int_range (0, 60));
      g_autofree char *whole = bh_text_shown (bytes->str, bytes->len, NULL);

      for (gint32 most = 1; most < 100; most *= 3)
        {
          g_autofree char *chunks = show_in_chunks (bytes, most);

          g_assert_cmpstr (chunks, ==, whole);
        }
    }
}

static void
test_cases_in_chunks (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (strchr (cases[i].bytes, '\b') == NULL)
      for (guint round = 0; round < 20; round++)
        {
          g_autoptr (GString) bytes = g_string_new (cases[i].bytes);
          g_autofree char *chunks = show_in_chunks (bytes, 1 + (gint32) round / 5);

          g_assert_cmpstr (chunks, ==, cases[i].shown);
        }
}

static gboolean
is_safe (gunichar c)
{
  if (c == '\n' || c == '\t')
    return TRUE;
  return !g_unichar_iscntrl (c) && !(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069);
}

static void
test_random (void)
{
  for (guint round = 0; round < 5000; round++)
    {
      guint8 bytes[256];
      gsize length = (gsize) g_test_rand_int_range (0, sizeof bytes);
      g_autofree char *shown = NULL;
      gsize shown_length = 0;

      for (gsize i = 0; i < length; i++)
        bytes[i] = (guint8) g_test_rand_int_range (round % 2 ? 0 : 0x80, 256);
      shown = bh_text_shown (bytes, length, &shown_length);
      g_assert_true (g_utf8_validate (shown, (gssize) shown_length, NULL));
      for (const char *p = shown; *p != '\0'; p = g_utf8_next_char (p))
        g_assert_true (is_safe (g_utf8_get_char (p)));
      g_assert_cmpuint (bh_text_whole (bytes, length), <=, length);
    }
}

/* GLib replaces what is no UTF-8 as we do, where it does not matter how many times. */
static void
test_valid_stays (void)
{
  for (gunichar c = 0xa0; c < 0x110000; c += c < 0x3000 ? 1 : 97)
    {
      char character[7] = "";
      g_autofree char *shown = NULL;
      gboolean hidden = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);

      if (c >= 0xd800 && c <= 0xdfff)
        continue;
      g_unichar_to_utf8 (c, character);
      shown = bh_text_shown (character, strlen (character), NULL);
      g_assert_cmpstr (shown, ==, hidden ? "" : character);
    }
}

static void
test_head (void)
{
  static const struct
  {
    const char *text;
    gsize max;
    const char *head;
  } heads[] = {
    { "", 5, "" },
    { "abc", 3, "abc" },
    { "abcd", 3, "abc" },
    { "aü", 2, "a" },
    { "aü", 3, "aü" },
    { "世界", 5, "世" },
    { "🛎x", 3, "" },
    { "a\nb\nc", 4, "a\nb\n" },
    { "abc", 0, "" },
    { "a\xff"
      "b",
      4, "a" FFFD },
    { "a\xff"
      "b",
      3, "a" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    {
      g_autofree char *head = bh_text_head (heads[i].text, heads[i].max);

      g_assert_cmpstr (head, ==, heads[i].head);
    }
}

static void
test_one_line (void)
{
  static const struct
  {
    const char *text;
    gsize max;
    const char *line;
  } lines[] = {
    { "", 5, "" },
    { "one\ntwo\r\nthree\tfour", 100, "one two three four" },
    { "a\x1b[31mb\x01"
      "c\bd",
      100, "ab c d" },
    { "a\u202e"
      "b\xff",
      100, "ab" FFFD },
    { "üü", 3, "ü" },
    { "a\x1b]0;t\x07"
      "bcd",
      3, "abc" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *line = bh_text_one_line (lines[i].text, lines[i].max);

      g_assert_cmpstr (line, ==, lines[i].line);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/protocol/text/shown", test_shown);
  g_test_add_func ("/protocol/text/whole", test_whole);
  g_test_add_func ("/protocol/text/endless", test_endless);
  g_test_add_func ("/protocol/text/chunks", test_chunks);
  g_test_add_func ("/protocol/text/cases-in-chunks", test_cases_in_chunks);
  g_test_add_func ("/protocol/text/random", test_random);
  g_test_add_func ("/protocol/text/valid-stays", test_valid_stays);
  g_test_add_func ("/protocol/text/head", test_head);
  g_test_add_func ("/protocol/text/one-line", test_one_line);
  return g_test_run ();
}

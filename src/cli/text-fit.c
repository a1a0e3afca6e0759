/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "cli/text-fit.h"

#include <string.h>

#include "protocol/bh-text.h"

#define LINE_MAX_BYTES 4096

char *
text_shown (const char *text)
{
  return text != NULL ? bh_text_shown (text, strlen (text), NULL) : g_strdup ("");
}

char *
text_line (const char *text)
{
  g_autofree char *shown = text_shown (text);
  return g_strstrip (bh_text_one_line (shown, LINE_MAX_BYTES));
}

static guint
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

guint
text_width (const char *text)
{
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += char_width (g_utf8_get_char (p));
  return width;
}

char *
text_fit (const char *text, guint columns)
{
  const char *p = text;
  guint width = 0;

  if (text_width (text) <= columns)
    return g_strdup (text);
  if (columns == 0)
    return g_strdup ("");
  for (; *p != '\0'; p = g_utf8_next_char (p))
    {
      guint next = char_width (g_utf8_get_char (p));
      if (width + next > columns - 1)
        break;
      width += next;
    }
  return g_strdup_printf ("%.*s…", (int) (p - text), text);
}

char *
text_duration (gint64 duration_us)
{
  gint64 ms = MAX (duration_us, 0) / 1000, s = ms / 1000;

  if (ms < 1000)
    return g_strdup_printf ("%d ms", (int) ms);
  if (s < 60)
    return g_strdup_printf ("%d.%d s", (int) s, (int) (ms % 1000 / 100));
  if (s < 3600)
    return g_strdup_printf ("%d min %d s", (int) (s / 60), (int) (s % 60));
  return g_strdup_printf ("%" G_GINT64_FORMAT " h %d min", s / 3600, (int) (s / 60 % 60));
}

char *
text_age (gint64 time_us, gint64 now_us)
{
  gint64 minutes = MAX (now_us - time_us, 0) / (60 * G_USEC_PER_SEC);

  if (minutes < 1)
    return g_strdup ("now");
  if (minutes < 60)
    return g_strdup_printf ("%d min", (int) minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf ("%d h", (int) (minutes / 60));
  return g_strdup_printf ("%" G_GINT64_FORMAT " d", minutes / (24 * 60));
}

char *
text_size (guint64 bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

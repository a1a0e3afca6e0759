/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/json.h"

#include <stdio.h>
#include <string.h>

size_t
json_utf8_length (const uint8_t *p, size_t left)
{
  static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
  uint32_t point;
  size_t length;

  if (left == 0)
    return 0;
  if (p[0] < 0x80)
    return 1;
  length = (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : (p[0] & 0xf8) == 0xf0 ? 4 : 0;
  if (length == 0 || length > left)
    return 0;
  point = p[0] & (0xffu >> (length + 1));
  for (size_t i = 1; i < length; i++)
    {
      if ((p[i] & 0xc0) != 0x80)
        return 0;
      point = point << 6 | (p[i] & 0x3f);
    }
  if (point < smallest[length] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
    return 0;
  return length;
}

static bool
append_escaped (struct buffer *out, uint8_t byte)
{
  char escape[8];

  if (byte == '"' || byte == '\\')
    snprintf (escape, sizeof escape, "\\%c", byte);
  else
    snprintf (escape, sizeof escape, "\\u%04x", byte);
  return buffer_append (out, escape, strlen (escape));
}

bool
json_append_string (struct buffer *out, const char *text)
{
  const uint8_t *p = (const uint8_t *) text;
  size_t left = strlen (text);

  if (!buffer_append (out, "\"", 1))
    return false;
  while (left > 0)
    {
      size_t length = json_utf8_length (p, left);
      bool fine;

      if (length == 0)
        fine = buffer_append (out, "\xef\xbf\xbd", 3);
      else if (p[0] < 0x20 || p[0] == 0x7f || p[0] == '"' || p[0] == '\\')
        fine = append_escaped (out, p[0]);
      else
        fine = buffer_append (out, p, length);
      if (!fine)
        return false;
      length = MAX_OF (length, (size_t) 1);
      p += length;
      left -= length;
    }
  return buffer_append (out, "\"", 1);
}

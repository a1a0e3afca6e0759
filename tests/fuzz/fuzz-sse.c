/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* The parser of server-sent events: whatever the chunks are, the same events come out. */

#include <stdint.h>
#include <string.h>

#include "client/bh-sse.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
parse (const uint8_t *data, size_t size, size_t chunk, GString *events)
{
  g_autoptr (BhSse) parser = bh_sse_new ();
  BhSseEvent *event;

  for (size_t from = 0; from < size; from += chunk)
    if (!bh_sse_push (parser, data + from, MIN (chunk, size - from), NULL))
      break;
  while ((event = bh_sse_pop (parser)) != NULL)
    {
      g_assert (g_utf8_validate (event->data, -1, NULL) && g_utf8_validate (event->kind, -1, NULL));
      g_string_append_printf (events, "%s|%s|%s\n", event->id, event->kind, event->data);
      bh_sse_event_free (event);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) whole = g_string_new (NULL), pieces = g_string_new (NULL);

  if (size == 0)
    return 0;
  parse (data, size, size, whole);
  parse (data, size, 1 + data[0] % 7, pieces);
  g_assert (g_string_equal (whole, pieces));
  return 0;
}

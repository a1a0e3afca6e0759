/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <string.h>

#include "client/bh-sse.h"

/* Everything a stream holds as one text: "id|kind|data\n" for each event. */
static char *
events_in_chunks (const char *stream, gsize length, gsize chunk)
{
  g_autoptr (BhSse) parser = bh_sse_new ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (gsize from = 0; from < length; from += chunk)
    {
      g_autoptr (GError) error = NULL;
      BhSseEvent *event;

      g_assert_true (bh_sse_push (parser, stream + from, MIN (chunk, length - from), &error));
      g_assert_no_error (error);
      while ((event = bh_sse_pop (parser)) != NULL)
        {
          g_string_append_printf (text, "%s|%s|%s\n", event->id, event->kind, event->data);
          bh_sse_event_free (event);
        }
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

typedef struct
{
  const char *name;
  const char *stream;
  const char *expected;
} Sample;

static const Sample samples[] = {
  { "plain", "id: 7\nevent: row\ndata: {}\n\n", "7|row|{}\n" },
  { "default-kind", "data: x\n\n", "|message|x\n" },
  { "crlf", "id: 1\r\nevent: a\r\ndata: x\r\n\r\nid: 2\r\ndata: y\r\n\r\n", "1|a|x\n2|message|y\n" },
  { "cr", "id: 1\rdata: x\r\rdata: y\r\r", "1|message|x\n1|message|y\n" },
  { "mixed-ends", "data: a\r\ndata: b\rdata: c\n\r\n", "|message|a\nb\nc\n" },
  { "comments", ": ping\n\n:\n\ndata: x\n: in between\ndata: y\n\n", "|message|x\ny\n" },
  { "multi-line", "data: a\ndata:\ndata:  c\n\n", "|message|a\n\n c\n" },
  { "no-colon", "data\n\ndata\ndata\n\n", "|message|\n|message|\n\n" },
  { "kind-without-data", "event: gone\n\ndata: x\n\n", "|message|x\n" },
  { "id-stays", "id: 3\ndata: x\n\ndata: y\n\nid\ndata: z\n\n", "3|message|x\n3|message|y\n|message|z\n" },
  { "unknown-field", "colour: red\ndata: x\n\n", "|message|x\n" },
  { "unfinished", "data: x\n\ndata: y\n", "|message|x\n" },
  { "byte-order-mark",
    "\xef\xbb\xbf"
    "data: x\n\n\xef\xbb\xbf"
    "data: y\n\n",
    "|message|x\n" },
  { "invalid-utf8",
    "data: a\xff"
    "b\n\n",
    "|message|a\xef\xbf\xbd"
    "b\n" },
};

static void
test_sample (gconstpointer data)
{
  const Sample *sample = data;
  gsize length = strlen (sample->stream);

  for (gsize chunk = 1; chunk <= length; chunk++)
    {
      g_autofree char *text = events_in_chunks (sample->stream, length, chunk);
      g_assert_cmpstr (text, ==, sample->expected);
    }
}

static void
test_nul_id (void)
{
  static const char stream[] = "id: 1\ndata: x\n\nid: 2\0002\ndata: y\n\n";
  g_autofree char *text = events_in_chunks (stream, sizeof stream - 1, 1);

  g_assert_cmpstr (text, ==, "1|message|x\n1|message|y\n");
}

static void
test_retry (void)
{
  g_autoptr (BhSse) parser = bh_sse_new ();

  g_assert_cmpint (bh_sse_get_retry (parser), ==, -1);
  g_assert_true (bh_sse_push (parser, "retry: 250\nretry: soon\nretry: -5\n", 33, NULL));
  g_assert_cmpint (bh_sse_get_retry (parser), ==, 250);
}

static void
test_too_long (void)
{
  g_autoptr (BhSse) line = bh_sse_new (), event = bh_sse_new ();
  g_autofree char *bytes = g_malloc (BH_SSE_MAX);
  g_autoptr (GError) error = NULL;

  memset (bytes, 'x', BH_SSE_MAX);
  g_assert_true (bh_sse_push (line, bytes, BH_SSE_MAX, NULL));
  g_assert_false (bh_sse_push (line, "x", 1, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  /* many lines that are too much together */
  memcpy (bytes, "data: ", 6);
  bytes[BH_SSE_MAX / 2] = '\n';
  g_assert_true (bh_sse_push (event, bytes, BH_SSE_MAX / 2 + 1, NULL));
  g_assert_true (bh_sse_push (event, bytes, BH_SSE_MAX / 2 + 1, NULL));
  g_assert_false (bh_sse_push (event, bytes, BH_SSE_MAX / 2 + 1, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autofree char *path = g_strconcat ("/client/sse/", samples[i].name, NULL);
      g_test_add_data_func (path, &samples[i], test_sample);
    }
  g_test_add_func ("/client/sse/nul-id", test_nul_id);
  g_test_add_func ("/client/sse/retry", test_retry);
  g_test_add_func ("/client/sse/too-long", test_too_long);
  return g_test_run ();
}

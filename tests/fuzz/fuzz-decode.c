/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What a coordinator sends, as the app reads it: a stream of events, and answers that hold lists. Whatever
 * comes is read, said to be bad, or left out; words that nobody knows are kept as they are. */

#include <stdint.h>
#include <string.h>

#include "client/bh-decode.h"
#include "client/bh-sse.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static void
check (gboolean holds, const char *what)
{
  if (!holds)
    g_error ("This does not hold: %s", what);
}

static gboolean
is_record (BhFeedKind kind)
{
  return kind == BH_FEED_RUN || kind == BH_FEED_WORKER || kind == BH_FEED_ROW || kind == BH_FEED_QUESTION ||
         kind == BH_FEED_MESSAGE;
}

static void
check_event (const BhFeedEvent *event)
{
  check (is_record (event->kind) == (event->record != NULL), "a record comes with its kind");
  check (event->kind != BH_FEED_BAD || event->text != NULL, "what is bad says why");
  check (event->text == NULL || g_utf8_validate (event->text, -1, NULL), "in valid UTF-8");
  check (event->kind != BH_FEED_DELTA || event->offset <= G_MAXINT64 - event->length,
         "a delta ends somewhere");
}

static void
fuzz_events (const uint8_t *data, size_t size)
{
  g_autoptr (BhSse) parser = bh_sse_new ();
  BhSseEvent *sse;

  bh_sse_push (parser, data, size, NULL);
  while ((sse = bh_sse_pop (parser)) != NULL)
    {
      BhFeedEvent event;

      bh_feed_event_decode (&event, sse->id, sse->kind, sse->data);
      check_event (&event);
      bh_feed_event_clear (&event);
      bh_sse_event_free (sse);
    }
}

static void
fuzz_listing (JsonNode *answer, const char *member, BhDecodeFunc decode, GDestroyNotify unref)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (BhListing) listing = bh_decode_listing (answer, member, decode, unref, &error);

  check ((listing == NULL) == (error != NULL), "a refusal says why");
  if (listing == NULL)
    return;
  check (listing->bad == NULL || g_utf8_validate (listing->bad, -1, NULL), "and so does what is left out");
  check (listing->next == NULL || listing->records->len > 0, "a page that cannot be read leads nowhere");
}

static void
fuzz_answer (const uint8_t *data, size_t size)
{
  g_autoptr (JsonNode) answer = bh_json_parse ((const char *) data, (gssize) size, NULL);

  if (answer == NULL)
    return;
  fuzz_listing (answer, "runs", (BhDecodeFunc) bh_decode_run, (GDestroyNotify) bh_run_unref);
  fuzz_listing (answer, "rows", (BhDecodeFunc) bh_decode_row, (GDestroyNotify) bh_row_unref);
  fuzz_listing (answer, "questions", (BhDecodeFunc) bh_decode_question_set,
                (GDestroyNotify) bh_question_set_unref);
  fuzz_listing (answer, "workers", (BhDecodeFunc) bh_worker_info_from_json,
                (GDestroyNotify) bh_worker_info_unref);
  fuzz_listing (answer, "engines", (BhDecodeFunc) bh_engine_info_from_json,
                (GDestroyNotify) bh_engine_info_unref);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  fuzz_events (data, size);
  fuzz_answer (data, size);
  return 0;
}

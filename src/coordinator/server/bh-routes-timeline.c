/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

#include "protocol/bh-text.h"

/* Rows, their bodies and the event streams. */

#define BODY_DEFAULT (256 * 1024)
#define BODY_MAX (1024 * 1024)
#define PING_SECONDS 15
/* How much of a stream may wait in libsoup before the next page is read. */
#define STREAM_WAITING_MAX (256 * 1024)

gboolean
bh_route_rows (BhRequest *request, GError **error)
{
  BhRowPage *page;
  g_autoptr (DexFuture) future = NULL;
  const GValue *value;
  guint64 from, count;
  GString *text;
  gsize length;

  if (!bh_request_query_uint (request, "from", 0, 0, G_MAXINT64, &from, error) ||
      !bh_request_query_uint (request, "count", 100, 1, 500, &count, error))
    return FALSE;
  future = bh_store_rows (bh_coordinator_get_store (request->coordinator), request->arguments[0], from,
                          (guint) count);
  if (!dex_await (dex_ref (future), error))
    return FALSE;
  value = dex_future_get_value (future, NULL);
  page = g_value_get_boxed (value);
  text = g_string_new ("{\"rows\":[");
  for (guint i = 0; i < page->rows->len; i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      g_string_append (text, g_ptr_array_index (page->rows, i));
    }
  g_string_append_printf (text, "],\"total\":%" G_GUINT64_FORMAT "}", page->total);
  length = text->len;
  bh_request_respond_text (request, SOUP_STATUS_OK, "application/json", g_string_free (text, FALSE), length);
  return TRUE;
}

/* The part that is asked for; without one what a person wants to see of such a row. */
static gboolean
body_part (BhRequest *request, const BhRow *row, BhPart *part, GError **error)
{
  const char *nick = bh_request_query (request, "part");
  int value;

  if (nick == NULL)
    *part = row->kind == BH_ROW_STEP ? BH_PART_RESULT : BH_PART_TEXT;
  else if (bh_from_nick (BH_TYPE_PART, nick, &value))
    *part = (BhPart) value;
  else
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "part", "“part” is one of text, call, result");
      return FALSE;
    }
  return TRUE;
}

static gboolean
respond_body_text (BhRequest *request, const BhRow *row, BhPart part, GError **error)
{
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *shown = NULL;
  guint64 from, length;
  gsize size, whole;
  BhBody *body;

  if (!bh_request_query_uint (request, "from", 0, 0, G_MAXINT64, &from, error) ||
      !bh_request_query_uint (request, "length", BODY_DEFAULT, 4096, BODY_MAX, &length, error))
    return FALSE;
  future = bh_store_body (bh_coordinator_get_store (request->coordinator), request->arguments[0], row->n,
                          part, from, length);
  if (!dex_await (dex_ref (future), error))
    return FALSE;
  body = g_value_get_boxed (dex_future_get_value (future, NULL));
  size = g_bytes_get_size (body->bytes);
  whole = size;
  /* the next page begins where this one can be cut; the end of all is shown as it is */
  if (body->offset + size < body->total)
    whole = bh_text_whole (g_bytes_get_data (body->bytes, NULL), size);
  if (whole == 0)
    whole = size;
  shown = bh_text_shown (g_bytes_get_data (body->bytes, NULL), whole, NULL);

  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "row");
  json_builder_add_int_value (builder, (gint64) row->n);
  json_builder_set_member_name (builder, "part");
  json_builder_add_string_value (builder, bh_nick (BH_TYPE_PART, (int) part));
  json_builder_set_member_name (builder, "from");
  json_builder_add_int_value (builder, (gint64) body->offset);
  json_builder_set_member_name (builder, "bytes");
  json_builder_add_int_value (builder, (gint64) whole);
  json_builder_set_member_name (builder, "total");
  json_builder_add_int_value (builder, (gint64) body->total);
  json_builder_set_member_name (builder, "next");
  if (body->offset + whole < body->total && whole > 0)
    json_builder_add_int_value (builder, (gint64) (body->offset + whole));
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "text");
  json_builder_add_string_value (builder, shown);
  json_builder_end_object (builder);
  bh_request_respond (request, SOUP_STATUS_OK, json_builder_get_root (builder));
  return TRUE;
}

typedef struct
{
  guint64 from, to; /* [from, to) */
  gboolean partial;
} ByteRange;

/* The one range asked for. Bytes that were elided cannot be had: 416. */
static gboolean
body_range (BhRequest *request, const BhRow *row, BhPart part, ByteRange *range, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  guint64 total = bh_row_part_bytes (row, part);
  guint64 elided_to = row->elided_from + row->elided_bytes;
  SoupRange *ranges = NULL;
  int n = 0;

  range->from = 0;
  range->to = total;
  range->partial = soup_message_headers_get_one (headers, "Range") != NULL;
  if (!range->partial)
    return TRUE;
  if (!soup_message_headers_get_ranges (headers, (goffset) total, &ranges, &n) || n != 1)
    {
      if (ranges != NULL)
        soup_message_headers_free_ranges (headers, ranges);
      bh_set_error (error, BH_ERROR_RANGE, "Range", "One range within 0 to %" G_GUINT64_FORMAT " can be had",
                    total);
      return FALSE;
    }
  range->from = (guint64) ranges[0].start;
  range->to = (guint64) ranges[0].end + 1;
  soup_message_headers_free_ranges (headers, ranges);
  if (part == BH_PART_RESULT && row->elided_bytes > 0 && range->from < elided_to &&
      range->to > row->elided_from)
    {
      bh_set_error (error, BH_ERROR_RANGE, "Range",
                    "Bytes %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " of this output were not kept",
                    row->elided_from, elided_to - 1);
      return FALSE;
    }
  return TRUE;
}

/* The bytes as they came, page by page: no more than a page is in memory. */
static gboolean
respond_body_bytes (BhRequest *request, const BhRow *row, BhPart part, GError **error)
{
  BhStore *store = bh_coordinator_get_store (request->coordinator);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);
  g_autoptr (BhResponseStream) stream = NULL;
  ByteRange range;
  guint64 at, length;

  if (!body_range (request, row, part, &range, error))
    return FALSE;
  length = range.to - range.from;
  if (!range.partial && part == BH_PART_RESULT && row->elided_bytes > 0)
    {
      g_autofree char *elided = g_strdup_printf ("%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, row->elided_from,
                                                 row->elided_from + row->elided_bytes - 1);

      length -= row->elided_bytes;
      soup_message_headers_replace (headers, "Bellhop-Elided", elided);
    }
  soup_message_headers_replace (headers, "Accept-Ranges", "bytes");
  /* should the store fail half way, the end of the connection is how the client learns of it */
  soup_message_headers_replace (headers, "Connection", "close");
  if (range.partial)
    soup_message_headers_set_content_range (headers, (goffset) range.from, (goffset) range.to - 1,
                                            (goffset) bh_row_part_bytes (row, part));
  stream = bh_response_stream_new (request, range.partial ? SOUP_STATUS_PARTIAL_CONTENT : SOUP_STATUS_OK,
                                   "application/octet-stream", (gint64) length);
  for (at = range.from; at < range.to && !bh_response_stream_is_closed (stream);)
    {
      g_autoptr (DexFuture) future = NULL;
      BhBody *body;

      future =
          bh_store_body (store, request->arguments[0], row->n, part, at, MIN (range.to - at, BODY_DEFAULT));
      /* the headers are out: all that can be said of an error now is a short body */
      if (!dex_await (dex_ref (future), NULL))
        break;
      body = g_value_get_boxed (dex_future_get_value (future, NULL));
      if (g_bytes_get_size (body->bytes) == 0)
        break;
      at = body->offset + g_bytes_get_size (body->bytes);
      bh_response_stream_write (stream, body->bytes);
      if (!dex_await (bh_response_stream_drained (stream, STREAM_WAITING_MAX), NULL))
        break;
    }
  return TRUE;
}

gboolean
bh_route_row_body (BhRequest *request, GError **error)
{
  g_autoptr (BhRow) row = NULL;
  guint64 n;
  BhPart part;

  if (!g_ascii_string_to_unsigned (request->arguments[1], 10, 0, G_MAXINT64, &n, NULL))
    {
      bh_set_error (error, BH_ERROR_ROW_NOT_FOUND, NULL, "“%s” is no row number", request->arguments[1]);
      return FALSE;
    }
  row = dex_await_boxed (bh_store_row (bh_coordinator_get_store (request->coordinator), request->arguments[0],
                                       n),
                         error);
  if (row == NULL || !body_part (request, row, &part, error))
    return FALSE;
  if (bh_request_accepts (request, "application/octet-stream"))
    return respond_body_bytes (request, row, part, error);
  return respond_body_text (request, row, part, error);
}

static gboolean
respond_events_page (BhRequest *request, guint64 after, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;
  GString *text;
  guint64 limit;
  gsize length;

  if (!bh_request_query_uint (request, "limit", 200, 1, 1000, &limit, error))
    return FALSE;
  events = dex_await_boxed (bh_store_events (bh_coordinator_get_store (request->coordinator),
                                             request->arguments[0], after, (guint) limit),
                            error);
  if (events == NULL)
    return FALSE;
  text = g_string_new ("{\"events\":[");
  for (guint i = 0; i < events->len; i++)
    {
      const BhEvent *event = g_ptr_array_index (events, i);
      g_autofree char *shown = NULL;
      g_autofree char *data = NULL;

      if (event->bytes != NULL)
        shown = bh_text_shown (g_bytes_get_data (event->bytes, NULL), g_bytes_get_size (event->bytes), NULL);
      data = g_str_equal (event->kind, "delta") ? bh_delta_event_with_text (event->data, shown)
                                                : g_strdup (event->data);
      g_string_append_printf (text, "%s{\"event\":\"%s\",\"data\":%s}", i > 0 ? "," : "", event->kind, data);
    }
  if (events->len > 0)
    g_string_append_printf (text, "],\"next\":%" G_GUINT64_FORMAT "}",
                            ((BhEvent *) g_ptr_array_index (events, events->len - 1))->seq);
  else
    g_string_append (text, "],\"next\":null}");
  length = text->len;
  bh_request_respond_text (request, SOUP_STATUS_OK, "application/json", g_string_free (text, FALSE), length);
  return TRUE;
}

/* Sends the journal from *after on until it is at its end. */
static gboolean
stream_journal (BhRequest *request, BhResponseStream *stream, guint64 *after)
{
  BhStore *store = bh_coordinator_get_store (request->coordinator);

  while (!bh_response_stream_is_closed (stream))
    {
      g_autoptr (GPtrArray) events = NULL;

      events = dex_await_boxed (bh_store_events (store, request->arguments[0], *after, 256), NULL);
      if (events == NULL)
        return FALSE;
      if (events->len == 0)
        return TRUE;
      for (guint i = 0; i < events->len; i++)
        {
          const BhEvent *event = g_ptr_array_index (events, i);
          g_autoptr (GBytes) bytes = bh_hub_render (event);

          bh_response_stream_write (stream, bytes);
          *after = event->seq;
        }
      if (!dex_await (bh_response_stream_drained (stream, STREAM_WAITING_MAX), NULL))
        return FALSE;
    }
  return FALSE;
}

/* Sends what the hub has queued. */
static void
stream_queued (BhSubscription *subscription, BhResponseStream *stream, guint64 *after)
{
  GBytes *bytes;
  guint64 seq;

  while ((bytes = bh_subscription_take (subscription, &seq)) != NULL)
    {
      /* below `after`: it was read from the journal already */
      if (seq == 0 || seq > *after)
        {
          bh_response_stream_write (stream, bytes);
          *after = MAX (*after, seq);
        }
      g_bytes_unref (bytes);
    }
}

/* FALSE when the stream is at its end. */
static gboolean
stream_wait (BhSubscription *subscription, BhResponseStream *stream)
{
  static const char ping[] = ": ping\n\n";
  g_autoptr (DexFuture) queued = bh_subscription_wait (subscription);

  /* not dex_future_any(): that waits on when the timeout rejects */
  if (!dex_await (dex_future_first (dex_ref (queued), bh_response_stream_closed (stream),
                                    dex_timeout_new_seconds (PING_SECONDS), NULL),
                  NULL) &&
      dex_future_is_pending (queued))
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (ping, sizeof ping - 1);

      bh_response_stream_write (stream, bytes);
    }
  return !bh_response_stream_is_closed (stream);
}

static void
stream_live (BhRequest *request, BhSubscription *subscription, BhResponseStream *stream, guint64 after)
{
  while (stream_wait (subscription, stream))
    {
      gboolean lagged;

      /* a client that reads slowly holds back only itself: the hub drops for it, the journal has it all */
      if (!dex_await (bh_response_stream_drained (stream, STREAM_WAITING_MAX), NULL))
        return;
      /* From here on the hub queues again. What was dropped comes before that, or `after` would pass it by.
       */
      lagged = bh_subscription_lagged (subscription);
      if (lagged && request->arguments[0] == NULL)
        {
          g_autoptr (GBytes) hello = bh_hub_render_named ("hello", "{\"missed\":true}");

          bh_response_stream_write (stream, hello);
        }
      else if (lagged && !stream_journal (request, stream, &after))
        return;
      stream_queued (subscription, stream, &after);
      if (bh_subscription_ended (subscription))
        return;
    }
}

static void
set_stream_headers (BhRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Accel-Buffering", "no");
}

gboolean
bh_route_run_events (BhRequest *request, GError **error)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char *last = soup_message_headers_get_one (headers, "Last-Event-ID");
  g_autoptr (BhRun) run = NULL;
  g_autoptr (BhSubscription) subscription = NULL;
  g_autoptr (BhResponseStream) stream = NULL;
  guint64 after;

  if (!bh_request_query_uint (request, "after", 0, 0, G_MAXINT64, &after, error))
    return FALSE;
  if (last != NULL && !g_ascii_string_to_unsigned (last, 10, 0, G_MAXINT64, &after, NULL))
    {
      bh_set_error (error, BH_ERROR_INVALID_FIELD, "Last-Event-ID",
                    "Last-Event-ID must be the number of an event");
      return FALSE;
    }
  run = dex_await_boxed (bh_store_get_run (bh_coordinator_get_store (request->coordinator),
                                           request->arguments[0]),
                         error);
  if (run == NULL)
    return FALSE;
  if (!bh_request_accepts (request, "text/event-stream"))
    return respond_events_page (request, after, error);
  /* listen first, then read the journal: nothing falls in between */
  subscription = bh_hub_subscribe (request->hub, run->id);
  set_stream_headers (request);
  stream = bh_response_stream_new (request, SOUP_STATUS_OK, "text/event-stream", -1);
  if (stream_journal (request, stream, &after))
    stream_live (request, subscription, stream, after);
  return TRUE;
}

gboolean
bh_route_global_events (BhRequest *request, GError **error)
{
  g_autoptr (BhSubscription) subscription = bh_hub_subscribe (request->hub, NULL);
  g_autoptr (BhResponseStream) stream = NULL;
  g_autoptr (GBytes) hello = bh_hub_render_named ("hello", "{\"missed\":false}");

  set_stream_headers (request);
  stream = bh_response_stream_new (request, SOUP_STATUS_OK, "text/event-stream", -1);
  bh_response_stream_write (stream, hello);
  stream_live (request, subscription, stream, 0);
  return TRUE;
}

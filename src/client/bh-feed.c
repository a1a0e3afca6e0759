/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-feed.h"

#include <glib/gi18n-lib.h>

#include "client/bh-client-private.h"
#include "client/bh-future.h"
#include "client/bh-sse.h"

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000
#define READ_SIZE (64 * 1024)
/* What is shorter is decoded at once: a few events, in less time than a thread takes to begin. */
#define THREAD_FROM (2 * 1024)

/* Belongs to the fiber and to whoever holds the feed; the latter takes its listener along when it goes. */
struct _BhFeed
{
  BhClient *client;
  char *path;
  guint64 last_id;
  gboolean has_id;
  const BhFeedListener *listener; /* NULL: closed */
  gpointer data;
  DexPromise *closed;
  gboolean connected;
};

static void
feed_clear (gpointer data)
{
  BhFeed *self = data;

  g_object_unref (self->client);
  g_free (self->path);
  dex_clear (&self->closed);
}

static void
feed_unref (gpointer data)
{
  g_rc_box_release_full (data, feed_clear);
}

void
bh_feed_free (BhFeed *self)
{
  self->listener = NULL;
  if (dex_future_is_pending (DEX_FUTURE (self->closed)))
    dex_promise_resolve_boolean (self->closed, TRUE);
  feed_unref (self);
}

/* --- decoding ------------------------------------------------------------------------------------------ */

/* A chunk as it came, and the parser of the connection, which only one of fiber and thread uses at a time. */
typedef struct
{
  BhSse *parser;
  GBytes *bytes;
  GArray *events; /* BhFeedEvent */
} Chunk;

static void
decode_chunk (BhSse *parser, GBytes *bytes, GArray *events, GError **error)
{
  BhSseEvent *sse;

  bh_sse_push (parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
  while ((sse = bh_sse_pop (parser)) != NULL)
    {
      BhFeedEvent event;

      bh_feed_event_decode (&event, sse->id, sse->kind, sse->data);
      g_array_append_val (events, event);
      bh_sse_event_free (sse);
    }
}

/* The events are handed over by `events`, so that those before an error are not lost. */
static gpointer
decode_in_thread (gpointer data, GError **error)
{
  Chunk *chunk = data;
  GError *local = NULL;

  decode_chunk (chunk->parser, chunk->bytes, chunk->events, &local);
  if (local == NULL)
    return g_bytes_ref (chunk->bytes);
  g_propagate_error (error, local);
  return NULL;
}

static void
chunk_free (Chunk *self)
{
  g_bytes_unref (self->bytes);
  g_array_unref (self->events);
  g_free (self);
}

static void
decode (BhSse *parser, GBytes *bytes, GArray *events, GError **error)
{
  Chunk *chunk;
  g_autoptr (GBytes) done = NULL;

  if (g_bytes_get_size (bytes) < THREAD_FROM)
    {
      decode_chunk (parser, bytes, events, error);
      return;
    }
  chunk = g_new0 (Chunk, 1);
  chunk->parser = parser;
  chunk->bytes = g_bytes_ref (bytes);
  chunk->events = g_array_ref (events);
  done = dex_await_boxed (bh_future_in_thread (G_TYPE_BYTES, decode_in_thread, chunk,
                                               (GDestroyNotify) chunk_free),
                          error);
}

/* --- connections --------------------------------------------------------------------------------------- */

static gboolean
is_closed (BhFeed *self)
{
  return !dex_future_is_pending (DEX_FUTURE (self->closed));
}

static void
deliver (BhFeed *self, GArray *events)
{
  for (guint i = 0; i < events->len; i++)
    {
      const BhFeedEvent *event = &g_array_index (events, BhFeedEvent, i);

      if (event->seq == 0)
        continue;
      self->last_id = event->seq;
      self->has_id = TRUE;
    }
  if (events->len > 0 && self->listener != NULL)
    self->listener->events (self->data, (BhFeedEvent *) (void *) events->data, events->len);
}

static void
read_events (BhFeed *self, GInputStream *body, guint *pause, GError **error)
{
  g_autoptr (BhSse) parser = bh_sse_new ();

  for (;;)
    {
      g_autoptr (DexFuture) read = dex_input_stream_read_bytes (body, READ_SIZE, G_PRIORITY_DEFAULT);
      g_autoptr (GArray) events = g_array_new (FALSE, FALSE, sizeof (BhFeedEvent));
      g_autoptr (GBytes) bytes = NULL;

      g_array_set_clear_func (events, (GDestroyNotify) bh_feed_event_clear);
      dex_await (dex_future_first (dex_ref (read), dex_ref (self->closed), NULL), NULL);
      if (is_closed (self))
        return;
      bytes = dex_await_boxed (g_steal_pointer (&read), error);
      if (bytes == NULL)
        return;
      if (g_bytes_get_size (bytes) == 0)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED,
                               _ ("The connection was closed"));
          return;
        }
      decode (parser, bytes, events, error);
      deliver (self, events);
      if (is_closed (self) || (error != NULL && *error != NULL))
        return;
      *pause = PAUSE_MIN_MS;
    }
}

static void
tell (BhFeed *self, const GError *error, gboolean is_final)
{
  if (self->listener != NULL && (self->connected || error == NULL || is_final))
    self->listener->connection (self->data, error, is_final);
  self->connected = error == NULL;
}

/* FALSE when nothing will come of it any more. */
static gboolean
run_connection (BhFeed *self, guint *pause)
{
  g_autoptr (GInputStream) body = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_final = FALSE;

  body = bh_client_open_events (self->client, self->path, self->has_id, self->last_id,
                                DEX_FUTURE (self->closed), &is_final, &error);
  if (body != NULL)
    {
      tell (self, NULL, FALSE);
      read_events (self, body, pause, &error);
    }
  if (is_closed (self))
    return FALSE;
  error = bh_client_wrap_error (self->client, g_steal_pointer (&error));
  tell (self, error, is_final);
  return !is_final;
}

static DexFuture *
feed_fiber (gpointer data)
{
  BhFeed *self = data;
  guint pause = PAUSE_MIN_MS;

  /* it may have been dropped while it paused, too */
  while (!is_closed (self) && run_connection (self, &pause) && !is_closed (self))
    {
      bh_client_await_retry (self->client, DEX_FUTURE (self->closed), pause);
      pause = MIN (pause * 2, PAUSE_MAX_MS);
    }
  return dex_future_new_true ();
}

BhFeed *
bh_feed_new (BhClient *client, const char *path, guint64 after, const BhFeedListener *listener, gpointer data)
{
  BhFeed *self = g_rc_box_new0 (BhFeed);

  self->client = g_object_ref (client);
  self->path = g_strdup (path);
  self->last_id = after;
  self->has_id = after > 0;
  self->listener = listener;
  self->data = data;
  self->closed = dex_promise_new ();
  dex_future_disown (dex_scheduler_spawn (NULL, 0, feed_fiber, g_rc_box_acquire (self), feed_unref));
  return self;
}

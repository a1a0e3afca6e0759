/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "client/bh-client-private.h"

#include <glib/gi18n-lib.h>

#include "protocol/bh-json.h"
#include "client/bh-soup-dex.h"
#include "client/bh-sse.h"

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000
#define QUEUE_MAX 256 /* beyond it nothing is read: the coordinator waits for us */
#define READ_SIZE (64 * 1024)

/* What the stream's fiber works with. It outlives the object, so that dropping the object ends the fiber. */
typedef struct
{
  BhClient *client;
  char *path;
  guint64 last_id;
  gboolean has_id;         /* last_id is to be sent, also when it is 0 */
  guint64 malformed_after; /* G_MAXUINT64: none */
  GQueue queue;            /* BhStreamEvent */
  DexPromise *waiting;     /* next() was called and nothing was there */
  DexPromise *room;        /* the fiber waits for the queue to shrink */
  DexPromise *closed;
  GError *error; /* for good */
  gboolean connected;
} StreamState;

struct _BhEventStream
{
  GObject parent_instance;

  StreamState *state;
};

G_DEFINE_FINAL_TYPE (BhEventStream, bh_event_stream, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (BhStreamEvent, bh_stream_event, bh_stream_event_copy, bh_stream_event_free)

BhStreamEvent *
bh_stream_event_copy (const BhStreamEvent *self)
{
  BhStreamEvent *copy = g_new0 (BhStreamEvent, 1);

  copy->id = self->id;
  copy->kind = g_strdup (self->kind);
  copy->data = self->data != NULL ? json_node_ref (self->data) : NULL;
  return copy;
}

void
bh_stream_event_free (BhStreamEvent *self)
{
  g_free (self->kind);
  g_clear_pointer (&self->data, json_node_unref);
  g_free (self);
}

static void
stream_state_free (gpointer data)
{
  StreamState *self = data;

  g_object_unref (self->client);
  g_free (self->path);
  g_queue_clear_full (&self->queue, (GDestroyNotify) bh_stream_event_free);
  dex_clear (&self->waiting);
  dex_clear (&self->room);
  dex_clear (&self->closed);
  g_clear_error (&self->error);
}

static void
stream_state_unref (gpointer data)
{
  g_rc_box_release_full (data, stream_state_free);
}

static void
bh_event_stream_dispose (GObject *object)
{
  BhEventStream *self = BH_EVENT_STREAM (object);

  if (self->state != NULL)
    {
      dex_promise_resolve_boolean (self->state->closed, TRUE);
      g_clear_pointer (&self->state, stream_state_unref);
    }
  G_OBJECT_CLASS (bh_event_stream_parent_class)->dispose (object);
}

static void
bh_event_stream_class_init (BhEventStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = bh_event_stream_dispose;
}

static void
bh_event_stream_init (BhEventStream *self)
{
}

/* Cleared before it is resolved: who wakes up may call next() at once. */
static void
wake (DexPromise **promise, BhStreamEvent *event)
{
  g_autoptr (DexPromise) taken = g_steal_pointer (promise);

  if (taken == NULL)
    return;
  if (event != NULL)
    dex_promise_resolve_boxed (taken, BH_TYPE_STREAM_EVENT, event);
  else
    dex_promise_resolve_boolean (taken, TRUE);
}

static void
push (StreamState *self, BhStreamEvent *event)
{
  if (self->waiting != NULL)
    wake (&self->waiting, event);
  else
    g_queue_push_tail (&self->queue, event);
}

static void
push_connection (StreamState *self, gboolean connected, const char *detail)
{
  BhStreamEvent *event;
  JsonObject *object;

  if (self->connected == connected)
    return;
  self->connected = connected;
  object = json_object_new ();
  json_object_set_boolean_member (object, "connected", connected);
  json_object_set_string_member (object, "detail", detail);
  event = g_new0 (BhStreamEvent, 1);
  event->id = self->last_id;
  event->kind = g_strdup ("connection");
  event->data = json_node_init_object (json_node_alloc (), object);
  json_object_unref (object);
  push (self, event);
}

static gboolean
is_closed (StreamState *self)
{
  return !dex_future_is_pending (DEX_FUTURE (self->closed));
}

/* Awaits `future` (taken) unless the stream is dropped meanwhile. */
static DexFuture *
unless_closed (StreamState *self, DexFuture *future)
{
  return dex_future_first (future, dex_ref (self->closed), NULL);
}

static gboolean
push_sse (StreamState *self, const BhSseEvent *sse, GError **error)
{
  g_autoptr (JsonNode) data = bh_json_parse (sse->data, -1, error);
  BhStreamEvent *event;
  guint64 id = 0;

  if (data == NULL)
    return FALSE;
  if (*sse->id != '\0' && !g_ascii_string_to_unsigned (sse->id, 10, 0, G_MAXUINT64, &id, error))
    return FALSE;
  if (*sse->id != '\0')
    {
      self->last_id = id;
      self->has_id = TRUE;
    }
  event = g_new0 (BhStreamEvent, 1);
  event->id = self->last_id;
  event->kind = g_strdup (sse->kind);
  event->data = g_steal_pointer (&data);
  push (self, event);
  return TRUE;
}

static gboolean
drain (StreamState *self, BhSse *parser, GError **error)
{
  g_autoptr (GError) local = NULL;

  for (;;)
    {
      g_autoptr (BhSseEvent) sse = bh_sse_pop (parser);
      if (sse == NULL)
        return TRUE;
      if (push_sse (self, sse, &local))
        continue;
      /* A line cut short or garbled by a dying connection is whole the next time. The same event twice is
       * not. */
      if (self->malformed_after == self->last_id)
        bh_set_error (
            &self->error, BH_ERROR_BAD_JSON, NULL,
            _ ("The coordinator sends events that cannot be read (%s). Bring both to the same release"),
            local->message);
      self->malformed_after = self->last_id;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

static gboolean
wait_for_room (StreamState *self)
{
  while (g_queue_get_length (&self->queue) >= QUEUE_MAX && !is_closed (self))
    {
      self->room = dex_promise_new ();
      dex_await (unless_closed (self, dex_ref (self->room)), NULL);
      dex_clear (&self->room);
    }
  return !is_closed (self);
}

static void
read_events (StreamState *self, GInputStream *body, guint *pause, GError **error)
{
  g_autoptr (BhSse) parser = bh_sse_new ();

  while (wait_for_room (self))
    {
      g_autoptr (DexFuture) read = dex_input_stream_read_bytes (body, READ_SIZE, G_PRIORITY_DEFAULT);
      g_autoptr (GBytes) bytes = NULL;

      dex_await (unless_closed (self, dex_ref (read)), NULL);
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
      if (!bh_sse_push (parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error) ||
          !drain (self, parser, error))
        return;
      *pause = PAUSE_MIN_MS;
    }
}

static void
run_connection (StreamState *self, guint *pause, GError **error)
{
  g_autoptr (GInputStream) body = NULL;
  g_autoptr (GError) local = NULL;
  gboolean is_final = FALSE;

  body = bh_client_open_events (self->client, self->path, self->has_id, self->last_id,
                                DEX_FUTURE (self->closed), &is_final, &local);
  if (body != NULL)
    {
      push_connection (self, TRUE, "");
      read_events (self, body, pause, error);
    }
  else if (local != NULL)
    {
      if (is_final)
        self->error = g_error_copy (local);
      g_propagate_error (error, g_steal_pointer (&local));
    }
}

static void
finish (StreamState *self)
{
  if (self->waiting != NULL)
    {
      g_autoptr (DexPromise) taken = g_steal_pointer (&self->waiting);
      dex_promise_reject (taken, g_error_copy (self->error));
    }
}

static DexFuture *
stream_fiber (gpointer data)
{
  StreamState *self = data;
  guint pause = PAUSE_MIN_MS;

  while (!is_closed (self) && self->error == NULL)
    {
      g_autoptr (GError) error = NULL;

      run_connection (self, &pause, &error);
      if (is_closed (self) || self->error != NULL)
        break;
      error = bh_client_wrap_error (self->client,
                                    error != NULL
                                        ? g_steal_pointer (&error)
                                        : g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed"));
      push_connection (self, FALSE, error->message);
      bh_client_await_retry (self->client, DEX_FUTURE (self->closed), pause);
      pause = MIN (pause * 2, PAUSE_MAX_MS);
    }
  if (self->error != NULL)
    finish (self);
  return dex_future_new_for_boolean (TRUE);
}

BhEventStream *
bh_client_stream (BhClient *self, const char *path, guint64 after)
{
  BhEventStream *stream;
  StreamState *state;

  g_return_val_if_fail (BH_IS_CLIENT (self), NULL);
  g_return_val_if_fail (path != NULL && g_str_has_prefix (path, "/v1/"), NULL);
  state = g_rc_box_new0 (StreamState);
  state->client = g_object_ref (self);
  state->path = g_strdup (path);
  state->last_id = after;
  state->has_id = after > 0;
  state->malformed_after = G_MAXUINT64;
  state->closed = dex_promise_new ();
  stream = g_object_new (BH_TYPE_EVENT_STREAM, NULL);
  stream->state = state;
  dex_future_disown (
      dex_scheduler_spawn (NULL, 0, stream_fiber, g_rc_box_acquire (state), stream_state_unref));
  return stream;
}

DexFuture *
bh_event_stream_next (BhEventStream *self)
{
  StreamState *state;
  BhStreamEvent *event;

  dex_return_error_if_fail (BH_IS_EVENT_STREAM (self));
  state = self->state;
  event = g_queue_pop_head (&state->queue);
  if (event != NULL)
    {
      if (g_queue_get_length (&state->queue) < QUEUE_MAX / 2 && state->room != NULL &&
          dex_future_is_pending (DEX_FUTURE (state->room)))
        dex_promise_resolve_boolean (state->room, TRUE);
      return dex_future_new_take_boxed (BH_TYPE_STREAM_EVENT, event);
    }
  if (state->error != NULL)
    return dex_future_new_for_error (g_error_copy (state->error));
  if (state->waiting == NULL)
    state->waiting = dex_promise_new ();
  return dex_ref (state->waiting);
}

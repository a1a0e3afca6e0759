/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "client/bh-connection-private.h"

#include "client/bh-future.h"

/* How a connection is made, followed, and made again. */

#define PAUSE_LOCAL_MS 100
#define PAUSE_REMOTE_MS 1000
#define PAUSE_LOCAL_MAX_MS 5000
#define PAUSE_REMOTE_MAX_MS 30000
#define RELIST_US (5 * G_USEC_PER_SEC) /* no more often because something could not be read */

/* --- the feed ------------------------------------------------------------------------------------------ */

static DexFuture *
relisted_cb (DexFuture *future, gpointer data)
{
  BhConnection *self = data;
  g_autoptr (GError) error = NULL;

  /* what was missed is not known then: the connection says why, and begins anew */
  if (dex_future_get_value (future, &error) == NULL)
    {
      g_info ("Listing again: %s", error->message);
      bh_connection_reconnect (self);
    }
  /* what could not be read is known now in another way */
  else if (self->state == BH_CONNECTION_CONNECTED && self->unread == NULL)
    bh_connection_set_connected (self);
  return dex_future_new_true ();
}

static void
relist (BhConnection *self)
{
  dex_future_disown (
      dex_future_finally (bh_connection_list_all (self), relisted_cb, g_object_ref (self), g_object_unref));
}

static void
list_again_cb (gpointer data)
{
  BhConnection *self = data;

  self->relist_source = 0;
  /* else all is listed once it is connected again */
  if (self->state == BH_CONNECTION_CONNECTED)
    bh_connection_list_again (self);
}

void
bh_connection_list_again (BhConnection *self)
{
  gint64 now = g_get_monotonic_time ();
  gint64 due = self->relisted_at != 0 ? self->relisted_at + RELIST_US : 0;

  if (self->relist_source != 0 || !bh_connection_is_open (self))
    return;
  if (now < due)
    {
      self->relist_source =
          g_timeout_add_once ((guint) ((due - now) / G_TIME_SPAN_MILLISECOND + 1), list_again_cb, self);
      return;
    }
  self->relisted_at = now;
  relist (self);
}

static void
events_cb (gpointer data, BhFeedEvent *events, guint n_events)
{
  g_autoptr (BhConnection) self = g_object_ref (data);

  for (guint i = 0; i < n_events && bh_connection_is_open (self); i++)
    {
      if (events[i].kind == BH_FEED_BAD)
        bh_connection_note_bad (self, events[i].text);
      else if (events[i].kind == BH_FEED_HELLO && events[i].missed)
        relist (self);
      else
        bh_connection_take_event (self, &events[i]);
    }
}

static void
settle (DexPromise *promise, const GError *error)
{
  if (promise == NULL || !dex_future_is_pending (DEX_FUTURE (promise)))
    return;
  if (error != NULL)
    dex_promise_reject (promise, g_error_copy (error));
  else
    dex_promise_resolve_boolean (promise, TRUE);
}

static void
connection_cb (gpointer data, const GError *error, gboolean is_final)
{
  BhConnection *self = data;

  settle (self->opened, error);
  if (error != NULL)
    settle (self->lost, error);
}

static const BhFeedListener listener = { events_cb, connection_cb };

static void
drop_feed (BhConnection *self)
{
  g_clear_pointer (&self->feed, bh_feed_free);
  dex_clear (&self->opened);
  dex_clear (&self->lost);
}

/* --- keeping it ---------------------------------------------------------------------------------------- */

static gboolean
is_woken (BhConnection *self)
{
  return !dex_future_is_pending (DEX_FUTURE (self->wake));
}

/* Awaits `future` (taken; no fiber) unless the connection is closed or woken. FALSE without an error then. */
static gboolean
await (BhConnection *self, DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) kept = future;

  dex_await (dex_future_first (dex_ref (kept), dex_ref (self->closed), dex_ref (self->wake), NULL), NULL);
  if (!bh_connection_is_open (self) || is_woken (self))
    return FALSE;
  return dex_await (dex_ref (kept), error);
}

static gboolean
ask_info (BhConnection *self, GError **error)
{
  DexFuture *asked = bh_future_detached (bh_client_connect (self->client));
  g_autoptr (DexFuture) kept = dex_ref (asked);

  if (!await (self, asked, error))
    return FALSE;
  bh_connection_set_info (self, g_value_get_boxed (dex_future_get_value (kept, NULL)));
  return TRUE;
}

/* Listens first, then lists: nothing falls in between. */
static gboolean
catch_up (BhConnection *self, GError **error)
{
  drop_feed (self);
  self->opened = dex_promise_new ();
  self->lost = dex_promise_new ();
  self->feed = bh_feed_new (self->client, "/v1/events", 0, &listener, self);
  return await (self, dex_ref (self->opened), error) &&
         await (self, bh_future_detached (bh_connection_list_all (self)), error);
}

static void
say_connected (BhConnection *self)
{
  gboolean again = self->was_connected;

  self->was_connected = TRUE;
  bh_connection_set_connected (self);
  if (again && bh_connection_is_open (self))
    g_signal_emit (self, bh_connection_signals[BH_CONNECTION_RECONNECTED], 0);
}

/* One connection from its beginning to its end. Returns with `error` unless it was closed or woken. */
static void
keep_once (BhConnection *self, guint *pause, GError **error)
{
  if (!ask_info (self, error) || !catch_up (self, error))
    return;
  say_connected (self);
  *pause = 0;
  if (bh_connection_is_open (self) && self->lost != NULL)
    await (self, dex_ref (self->lost), error);
}

static guint
next_pause (BhConnection *self, guint pause)
{
  gboolean local = bh_client_get_socket (self->client) != NULL;

  if (self->state == BH_CONNECTION_REFUSED)
    return PAUSE_REMOTE_MAX_MS;
  if (pause == 0)
    return PAUSE_LOCAL_MS;
  return MIN (MAX (pause * 2, local ? PAUSE_LOCAL_MS : PAUSE_REMOTE_MS),
              local ? PAUSE_LOCAL_MAX_MS : PAUSE_REMOTE_MAX_MS);
}

static DexFuture *
keeper_fiber (gpointer data)
{
  BhConnection *self = data;
  guint pause = 0;

  while (bh_connection_is_open (self))
    {
      g_autoptr (GError) error = NULL;

      keep_once (self, &pause, &error);
      drop_feed (self);
      if (!bh_connection_is_open (self))
        break;
      if (error != NULL)
        {
          BhConnectionState state =
              bh_connection_is_refusal (error) ? BH_CONNECTION_REFUSED : BH_CONNECTION_LOST;

          bh_connection_set_state (self, state, g_steal_pointer (&error));
          pause = next_pause (self, pause);
          await (self, dex_timeout_new_msec ((int) pause), NULL);
        }
      if (is_woken (self))
        {
          dex_clear (&self->wake);
          self->wake = dex_promise_new ();
          pause = 0;
          if (bh_connection_is_open (self))
            bh_connection_set_state (self, BH_CONNECTION_CONNECTING, NULL);
        }
    }
  return dex_future_new_true ();
}

void
bh_connection_open (BhConnection *self)
{
  g_return_if_fail (BH_IS_CONNECTION (self));
  g_return_if_fail (bh_connection_is_open (self));
  dex_future_disown (dex_scheduler_spawn (NULL, 0, keeper_fiber, g_object_ref (self), g_object_unref));
}

void
bh_connection_close (BhConnection *self)
{
  g_return_if_fail (BH_IS_CONNECTION (self));
  if (!bh_connection_is_open (self))
    return;
  g_clear_pointer (&self->feed, bh_feed_free);
  g_clear_handle_id (&self->relist_source, g_source_remove);
  bh_client_set_may_start (self->client, FALSE);
  dex_promise_resolve_boolean (self->closed, TRUE);
}

void
bh_connection_reconnect (BhConnection *self)
{
  g_return_if_fail (BH_IS_CONNECTION (self));
  if (bh_connection_is_open (self) && !is_woken (self))
    dex_promise_resolve_boolean (self->wake, TRUE);
}

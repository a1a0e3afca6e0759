/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-routes.h"

#include <signal.h>

#include "protocol/bh-json.h"

/* A terminal in a DevBox over a WebSocket: binary frames are its bytes, text frames are JSON. */

/* Ids of terminals' processes: apart from the Run's own (from 1 up) and from those of bh_box_run(). */
#define FIRST_TERMINAL_ID BH_BOX_FIRST_UNOWNED
#define MESSAGE_MAX (1024 * 1024)
/* What may wait for a client that does not read. */
#define OUTPUT_WAITING_MAX (1024 * 1024)
/* What may wait for a program that does not read. */
#define INPUT_WAITING_MAX (4 * 1024 * 1024)
/* libsoup writes at the default priority */
#define PRIORITY_WRITTEN (G_PRIORITY_DEFAULT + 10)

typedef struct
{
  SoupWebsocketConnection *connection;
  BhProcess *process;
  guint64 written; /* stdin offset */
  gsize *unread;   /* of that, not yet taken by the program (an rc box: outlives us) */
  gsize unsent;    /* given to libsoup since it had nothing more to write */
  DexPromise *closed;
} Terminal;

static void
terminal_free (Terminal *self)
{
  g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  g_clear_object (&self->process);
  dex_clear (&self->closed);
  g_clear_pointer (&self->unread, g_rc_box_release);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Terminal, terminal_free)

static void
on_control (Terminal *self, GBytes *bytes)
{
  g_autoptr (JsonNode) node =
      bh_json_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  JsonObject *resize;
  JsonNode *member;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  member = json_object_get_member (json_node_get_object (node), "resize");
  if (member == NULL || !JSON_NODE_HOLDS_OBJECT (member))
    return;
  resize = json_node_get_object (member);
  bh_process_resize (self->process,
                     (guint16) CLAMP (json_object_get_int_member_with_default (resize, "rows", 24), 1, 1000),
                     (guint16) CLAMP (json_object_get_int_member_with_default (resize, "columns", 80), 1,
                                      1000));
}

typedef struct
{
  gsize *unread;
  gsize size;
} Input;

static void
input_free (gpointer data)
{
  Input *input = data;

  *input->unread -= input->size;
  g_rc_box_release (input->unread);
  g_free (input);
}

static DexFuture *
on_taken (DexFuture *future, gpointer data)
{
  return dex_future_new_for_boolean (TRUE);
}

static void
on_message (Terminal *self, SoupWebsocketDataType type, GBytes *bytes)
{
  gsize size = g_bytes_get_size (bytes);
  Input *input;

  if (type == SOUP_WEBSOCKET_DATA_TEXT)
    {
      on_control (self, bytes);
      return;
    }
  if (soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  if (*self->unread + size > INPUT_WAITING_MAX)
    {
      soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION,
                                       "The program does not read what is typed");
      return;
    }
  input = g_new (Input, 1);
  input->unread = g_rc_box_acquire (self->unread);
  input->size = size;
  *self->unread += size;
  dex_future_disown (dex_future_finally (bh_process_write (self->process, self->written, bytes), on_taken,
                                         input, input_free));
  self->written += size;
}

static void
on_closed (Terminal *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->closed)))
    dex_promise_resolve_boolean (self->closed, TRUE);
}

static guint32
next_terminal_id (void)
{
  static guint32 used;

  /* A restarted coordinator must not meet the terminals of the one before it. */
  if (used == 0)
    used = g_random_int_range (0, 0x0fffffff);
  return FIRST_TERMINAL_ID + (used++ & 0x0fffffff);
}

static DexFuture *
terminal_spawn (Terminal *self, const char *command, guint rows, guint columns)
{
  static const char *const shell[] = { "/bin/sh", "-c",
                                       "command -v bash >/dev/null && exec bash -l; exec sh -l", NULL };
  static const char *const env[] = { "TERM=xterm-256color", "COLORTERM=truecolor", NULL };
  const char *const given[] = { "/bin/sh", "-c", command, NULL };
  BhSpawn spawn = {
    .argv = command != NULL ? given : shell,
    .env = env,
    .flags = BH_SPAWN_PTY,
    .rows = (guint16) rows,
    .columns = (guint16) columns,
  };

  return bh_process_spawn (self->process, &spawn);
}

static gboolean
on_writable (GObject *stream, gpointer promise)
{
  dex_promise_resolve_boolean (promise, TRUE);
  return G_SOURCE_REMOVE;
}

/* Waits until libsoup, which does not say how much it still has to write, has written everything: it does so
 * from a source that is ready whenever the socket takes more, so one of lower priority runs only when it has
 * nothing left. */
static void
await_sent (Terminal *self)
{
  GIOStream *io = soup_websocket_connection_get_io_stream (self->connection);
  g_autoptr (DexPromise) sent = dex_promise_new ();
  g_autoptr (GSource) source = NULL;

  source =
      g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (io)),
                                              NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_writable), dex_ref (sent), dex_unref);
  g_source_set_priority (source, PRIORITY_WRITTEN);
  g_source_attach (source, NULL);
  dex_await (dex_future_first (dex_ref (sent), dex_ref (self->closed), NULL), NULL);
  g_source_destroy (source);
  self->unsent = 0;
}

/* Passes the terminal's output on until it ends or the client goes. */
static void
terminal_pump (Terminal *self)
{
  for (;;)
    {
      g_autoptr (BhChunk) chunk = NULL;
      g_autoptr (DexFuture) read = bh_process_read (self->process, BH_STREAM_STDOUT);
      guint64 end;

      if (!dex_await (dex_future_first (dex_ref (read), dex_ref (self->closed), NULL), NULL) ||
          soup_websocket_connection_get_state (self->connection) != SOUP_WEBSOCKET_STATE_OPEN)
        return;
      chunk = dex_await_boxed (dex_ref (read), NULL);
      if (chunk == NULL || g_bytes_get_size (chunk->bytes) == 0)
        return;
      soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_BINARY, chunk->bytes);
      self->unsent += g_bytes_get_size (chunk->bytes);
      if (self->unsent > OUTPUT_WAITING_MAX)
        await_sent (self);
      end = chunk->offset + g_bytes_get_size (chunk->bytes);
      bh_process_trim (self->process, BH_STREAM_STDOUT, end);
    }
}

static void
terminal_end (Terminal *self)
{
  g_autofree char *text = NULL;
  g_autoptr (DexFuture) exited = bh_process_exited (self->process);
  gboolean is_open;

  /* its output may end before it does */
  dex_await (dex_future_first (dex_ref (exited), dex_ref (self->closed), NULL), NULL);
  is_open = soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
  if (is_open && dex_future_is_resolved (exited))
    {
      text = g_strdup_printf ("{\"exit\":%d}", dex_await_int (dex_ref (exited), NULL));
      soup_websocket_connection_send_text (self->connection, text);
      soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    }
  else if (is_open)
    soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY,
                                     "The DevBox has ended");
  else
    dex_await (bh_process_signal (self->process, SIGHUP, BH_SIGNAL_GROUP), NULL);
  bh_process_release (self->process);
}

gboolean
bh_route_terminal (BhRequest *request, GError **error)
{
  const char *command = bh_request_query (request, "command");
  g_autoptr (Terminal) self = NULL;
  g_autoptr (BhBox) box = NULL;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  guint64 rows, columns;

  if (!bh_request_query_uint (request, "rows", 24, 1, 1000, &rows, error) ||
      !bh_request_query_uint (request, "columns", 80, 1, 1000, &columns, error))
    return FALSE;
  box = dex_await_object (bh_coordinator_open_box (request->coordinator, request->arguments[0]), error);
  if (box == NULL)
    return FALSE;
  connection = dex_await_object (bh_request_websocket (request, MESSAGE_MAX), error);
  if (connection == NULL)
    return FALSE;
  self = g_new0 (Terminal, 1);
  self->connection = g_steal_pointer (&connection);
  self->closed = dex_promise_new ();
  self->unread = g_rc_box_new0 (gsize);
  self->process = g_object_ref (bh_box_process (box, next_terminal_id ()));
  g_signal_connect_swapped (self->connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect_swapped (self->connection, "closed", G_CALLBACK (on_closed), self);
  if (!dex_await (terminal_spawn (self, command, (guint) rows, (guint) columns), NULL))
    {
      soup_websocket_connection_close (self->connection, SOUP_WEBSOCKET_CLOSE_SERVER_ERROR,
                                       "The command could not be started");
      bh_process_release (self->process);
      return TRUE;
    }
  bh_process_attach (self->process, BH_STREAM_STDOUT, 0);
  terminal_pump (self);
  terminal_end (self);
  return TRUE;
}

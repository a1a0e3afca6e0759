/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include <errno.h>
#include <glib-unix.h>
#include <libsoup/soup.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "cli/box.h"
#include "cli/verbs.h"
#include "protocol/bh-json.h"

#define CHUNK (16 * 1024)

typedef struct
{
  SoupWebsocketConnection *connection;
  DexPromise *ended; /* resolves the exit status */
  struct termios saved;
  gboolean raw;
  guint input, resize, hangup;
} Shell;

/* --- the terminal -------------------------------------------------------------------------------------- */

static void
terminal_restore (Shell *self)
{
  if (self->raw)
    tcsetattr (STDIN_FILENO, TCSADRAIN, &self->saved);
  self->raw = FALSE;
}

static void
terminal_make_raw (Shell *self)
{
  struct termios raw;

  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, &self->saved) != 0)
    return;
  raw = self->saved;
  cfmakeraw (&raw);
  self->raw = tcsetattr (STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void
terminal_size (guint *rows, guint *columns)
{
  struct winsize size = { 0 };

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 && ioctl (STDIN_FILENO, TIOCGWINSZ, &size) != 0)
    memset (&size, 0, sizeof size);
  *rows = size.ws_row > 0 ? size.ws_row : 24;
  *columns = size.ws_col > 0 ? size.ws_col : 80;
}

static void
write_all (const char *bytes, gsize length)
{
  while (length > 0)
    {
      ssize_t n = write (STDOUT_FILENO, bytes, length);
      if (n > 0)
        bytes += n, length -= (gsize) n;
      else if (errno == EAGAIN)
        poll (&(struct pollfd) { .fd = STDOUT_FILENO, .events = POLLOUT }, 1, -1);
      else if (errno != EINTR)
        return;
    }
}

/* --- the connection ------------------------------------------------------------------------------------ */

static void
shell_end (Shell *self, int status)
{
  if (dex_future_is_pending (DEX_FUTURE (self->ended)))
    dex_promise_resolve_int (self->ended, status);
}

static void
message_cb (SoupWebsocketConnection *connection, int type, GBytes *message, gpointer data)
{
  Shell *self = data;
  gsize length;
  const char *bytes = g_bytes_get_data (message, &length);
  g_autoptr (JsonNode) node = NULL;

  if (type == SOUP_WEBSOCKET_DATA_BINARY)
    {
      /* what a terminal in the box prints is for the terminal, as with ssh */
      write_all (bytes, length);
      return;
    }
  node = bh_json_parse (bytes, (gssize) length, NULL);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node) &&
      json_object_has_member (json_node_get_object (node), "exit"))
    shell_end (self, (int) json_object_get_int_member (json_node_get_object (node), "exit"));
}

static void
closed_cb (SoupWebsocketConnection *connection, gpointer data)
{
  Shell *self = data;

  if (dex_future_is_pending (DEX_FUTURE (self->ended)))
    dex_promise_reject (
        self->ended, bh_error_new (BH_ERROR_DEVBOX_GONE, NULL, "The connection to the DevBox has ended%s%s",
                                   soup_websocket_connection_get_close_data (connection) != NULL ? ": " : "",
                                   soup_websocket_connection_get_close_data (connection) != NULL
                                       ? soup_websocket_connection_get_close_data (connection)
                                       : ""));
}

static gboolean
input_cb (int fd, GIOCondition condition, gpointer data)
{
  Shell *self = data;
  char bytes[CHUNK];
  ssize_t n = read (fd, bytes, sizeof bytes);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  /* the end of the input is what Ctrl-D is at a terminal */
  if (n <= 0)
    bytes[0] = 4;
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_binary (self->connection, bytes, n > 0 ? (gsize) n : 1);
  if (n > 0)
    return G_SOURCE_CONTINUE;
  self->input = 0;
  return G_SOURCE_REMOVE;
}

static gboolean
resized_cb (gpointer data)
{
  Shell *self = data;
  g_autofree char *text = NULL;
  guint rows, columns;

  terminal_size (&rows, &columns);
  text = g_strdup_printf ("{\"resize\":{\"rows\":%u,\"columns\":%u}}", rows, columns);
  if (soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->connection, text);
  return G_SOURCE_CONTINUE;
}

static gboolean
hangup_cb (gpointer data)
{
  shell_end (data, 128 + SIGTERM);
  return G_SOURCE_CONTINUE;
}

static char *
terminal_path (const char *box, char **command)
{
  g_autoptr (GString) path = g_string_new (NULL);
  guint rows, columns;

  terminal_size (&rows, &columns);
  g_string_printf (path, "/v1/devboxes/%s/terminal?rows=%u&columns=%u", box, rows, columns);
  if (command[0] != NULL)
    {
      /* one word is a command line, several are a command and its arguments, as with ssh and env */
      g_autoptr (GString) line = g_string_new (command[1] == NULL ? command[0] : NULL);
      g_autofree char *escaped = NULL;
      for (guint i = 0; command[1] != NULL && command[i] != NULL; i++)
        {
          g_autofree char *quoted = g_shell_quote (command[i]);
          g_string_append_printf (line, "%s%s", i > 0 ? " " : "", quoted);
        }
      escaped = g_uri_escape_string (line->str, NULL, FALSE);
      g_string_append_printf (path, "&command=%s", escaped);
    }
  return g_string_free (g_steal_pointer (&path), FALSE);
}

static int
shell_run (Shell *self, GError **error)
{
  gulong message, closed;
  GError *local = NULL;
  int status;

  self->ended = dex_promise_new ();
  message = g_signal_connect (self->connection, "message", G_CALLBACK (message_cb), self);
  closed = g_signal_connect (self->connection, "closed", G_CALLBACK (closed_cb), self);
  terminal_make_raw (self);
  self->input = g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, input_cb, self);
  self->resize = g_unix_signal_add (SIGWINCH, resized_cb, self);
  self->hangup = g_unix_signal_add (SIGTERM, hangup_cb, self);
  status = dex_await_int (dex_ref (self->ended), &local);
  terminal_restore (self);
  g_clear_handle_id (&self->input, g_source_remove);
  g_clear_handle_id (&self->resize, g_source_remove);
  g_clear_handle_id (&self->hangup, g_source_remove);
  g_signal_handler_disconnect (self->connection, message);
  g_signal_handler_disconnect (self->connection, closed);
  dex_clear (&self->ended);
  if (local != NULL)
    g_propagate_error (error, local);
  return status;
}

int
verb_box_shell (Cli *cli, char **args)
{
  g_auto (GStrv) rest = NULL;
  g_autofree char *id = NULL, *path = NULL;
  g_autoptr (SoupWebsocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Shell shell = { 0 };
  int status;

  if (!cli_parse (cli, NULL, 1, G_MAXUINT - 1, args, &rest, &status))
    return status;
  id = box_find (cli, rest[0], &error);
  if (id == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  path = terminal_path (id, rest + 1);
  connection = dex_await_object (bh_client_websocket (cli->client, path), &error);
  if (connection == NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  soup_websocket_connection_set_max_incoming_payload_size (connection, 4 * 1024 * 1024);
  shell.connection = connection;
  status = shell_run (&shell, &error);
  if (error != NULL)
    return cli_fail (cli, g_steal_pointer (&error));
  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
  return status & 0xff;
}

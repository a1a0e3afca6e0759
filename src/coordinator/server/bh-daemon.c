/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/server/bh-daemon.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "config.h"
#include "coordinator/server/bh-local-worker.h"
#include "coordinator/server/bh-server.h"
#include "protocol/bh-files-limit.h"
#include "protocol/bh-paths.h"

#define BUS_NAME "org.bellhop.Coordinator"
/* How long an auto-started coordinator stays without a client and without an active Run. */
#define IDLE_EXIT_US (10 * 60 * G_USEC_PER_SEC)
#define LISTEN_FDS_START 3

typedef struct
{
  /* options */
  char **listen;
  char **hosts;
  char *tls_cert;
  char *tls_key;
  char *socket;
  char *data;
  gboolean auto_start;
  gboolean no_worker;
  gboolean version;
  int idle_seconds;

  GMainLoop *loop;
  BhCoordinator *coordinator;
  BhServer *server;
  BhLocalWorker *worker;
  guint bus;
  gboolean shutting_down;
  int status;
} Daemon;

static void
daemon_clear (Daemon *self)
{
  g_strfreev (self->listen);
  g_strfreev (self->hosts);
  g_free (self->tls_cert);
  g_free (self->tls_key);
  g_free (self->socket);
  g_free (self->data);
  g_clear_handle_id (&self->bus, g_bus_unown_name);
  g_clear_object (&self->worker);
  g_clear_object (&self->server);
  g_clear_object (&self->coordinator);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

static gboolean
parse_options (Daemon *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->listen, "Also listen on TCP, e.g. 0.0.0.0:8443",
      "ADDRESS:PORT" },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &self->tls_cert, "Certificate (PEM) for --listen", "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &self->tls_key, "Its key (PEM)", "FILE" },
    { "host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->hosts,
      "One more name that clients may call this server by", "NAME" },
    { "socket", 0, 0, G_OPTION_ARG_FILENAME, &self->socket,
      "The Unix socket (default: in the runtime folder)", "PATH" },
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &self->data,
      "The folder of the database (default: ~/.local/share/bellhop)", "DIR" },
    { "no-worker", 0, 0, G_OPTION_ARG_NONE, &self->no_worker, "Start no worker on this machine", NULL },
    { "auto-start", 0, 0, G_OPTION_ARG_NONE, &self->auto_start,
      "Started on demand: exit when nobody needs it any more", NULL },
    { "idle-seconds", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &self->idle_seconds,
      "Idle time before that exit", "N" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, "Print the version", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("– owns Bellhop's Runs");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "Unexpected argument “%s”", (*argv)[1]);
      return FALSE;
    }
  return TRUE;
}

/* How many listening sockets systemd passed (sd_listen_fds(3)). */
static int
passed_sockets (void)
{
  const char *pid = g_getenv ("LISTEN_PID");
  const char *fds = g_getenv ("LISTEN_FDS");
  guint64 n = 0;

  if (pid == NULL || fds == NULL || g_ascii_strtoull (pid, NULL, 10) != (guint64) getpid ())
    return 0;
  if (!g_ascii_string_to_unsigned (fds, 10, 0, 16, &n, NULL))
    return 0;
  for (int fd = LISTEN_FDS_START; fd < LISTEN_FDS_START + (int) n; fd++)
    fcntl (fd, F_SETFD, FD_CLOEXEC);
  g_unsetenv ("LISTEN_PID");
  g_unsetenv ("LISTEN_FDS");
  return (int) n;
}

static gboolean
listen_local (Daemon *self, GError **error)
{
  int n = passed_sockets ();

  for (int i = 0; i < n; i++)
    if (!bh_server_listen_fd (self->server, LISTEN_FDS_START + i, error))
      return FALSE;
  return n > 0 || bh_server_listen_unix (self->server, self->socket, error);
}

static gboolean
listen_tcp (Daemon *self, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (self->tls_cert != NULL)
    {
      certificate =
          g_tls_certificate_new_from_files (self->tls_cert,
                                            self->tls_key != NULL ? self->tls_key : self->tls_cert, error);
      if (certificate == NULL)
        return FALSE;
    }
  for (guint i = 0; self->hosts != NULL && self->hosts[i] != NULL; i++)
    bh_server_add_host (self->server, self->hosts[i]);
  for (guint i = 0; self->listen != NULL && self->listen[i] != NULL; i++)
    if (!bh_server_listen_tcp (self->server, self->listen[i], certificate, error))
      return FALSE;
  return TRUE;
}

static gboolean
start (Daemon *self, GError **error)
{
  g_autofree char *where = NULL;

  if (g_mkdir_with_parents (self->data, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Could not make the folder %s", self->data);
      return FALSE;
    }
  self->coordinator = bh_coordinator_new (self->data);
  self->server = bh_server_new (self->coordinator);
  bh_server_set_auto_started (self->server, self->auto_start);
  /* the lock and the database come first: who is refused there must not take over the socket */
  if (!dex_await (bh_coordinator_start (self->coordinator), error) || !listen_tcp (self, error) ||
      !listen_local (self, error))
    return FALSE;
  if (!self->no_worker)
    {
      self->worker = bh_local_worker_new (bh_coordinator_get_workers (self->coordinator), self->socket);
      bh_local_worker_start (self->worker);
    }
  where = bh_server_describe (self->server);
  g_message ("Bellhop coordinator " BH_VERSION " listens on %s", where);
  return TRUE;
}

/* For D-Bus activation, whose caller connects as soon as the name is there; without a session bus this does
 * nothing. */
static void
own_bus_name (Daemon *self)
{
  if (self->auto_start && !self->shutting_down)
    self->bus = g_bus_own_name (G_BUS_TYPE_SESSION, BUS_NAME, G_BUS_NAME_OWNER_FLAGS_NONE, NULL, NULL, NULL,
                                NULL, NULL);
}

static DexFuture *
start_fiber (gpointer data)
{
  Daemon *self = data;
  g_autoptr (GError) error = NULL;

  if (start (self, &error))
    {
      own_bus_name (self);
      return NULL;
    }
  g_printerr ("bellhop-coordinator: %s\n", error->message);
  self->status = g_error_matches (error, BH_ERROR, BH_ERROR_UNAVAILABLE) ? 2 : 1;
  g_main_loop_quit (self->loop);
  return NULL;
}

static DexFuture *
shutdown_fiber (gpointer data)
{
  Daemon *self = data;
  g_autoptr (GError) error = NULL;

  if (self->worker != NULL)
    bh_local_worker_stop (self->worker);
  if (self->server != NULL)
    bh_server_close (self->server);
  if (self->coordinator != NULL && !dex_await (bh_coordinator_shutdown (self->coordinator), &error))
    g_warning ("Shutting down: %s", error->message);
  g_main_loop_quit (self->loop);
  return NULL;
}

static void
begin_shutdown (Daemon *self)
{
  if (self->shutting_down)
    return;
  self->shutting_down = TRUE;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, shutdown_fiber, self, NULL));
}

static gboolean
on_signal (gpointer data)
{
  begin_shutdown (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_idle_check (gpointer data)
{
  Daemon *self = data;

  if (self->server != NULL && bh_coordinator_count_active (self->coordinator) == 0 &&
      bh_server_idle_us (self->server) >= self->idle_seconds * G_USEC_PER_SEC)
    {
      g_message ("Nobody has needed this coordinator for %d s; exiting", self->idle_seconds);
      begin_shutdown (self);
    }
  return G_SOURCE_CONTINUE;
}

static void
fill_defaults (Daemon *self)
{
  if (self->socket == NULL)
    self->socket = bh_path_socket ();
  if (self->data == NULL)
    self->data = bh_path_data ();
  if (self->idle_seconds <= 0)
    self->idle_seconds = IDLE_EXIT_US / G_USEC_PER_SEC;
}

static void
run (Daemon *self)
{
  self->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGTERM, on_signal, self);
  g_unix_signal_add (SIGINT, on_signal, self);
  if (self->auto_start)
    g_timeout_add (MIN (self->idle_seconds * 1000 / 4 + 1, 30000), on_idle_check, self);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, start_fiber, self, NULL));
  g_main_loop_run (self->loop);
}

int
bh_daemon_main (int argc, char **argv)
{
  Daemon self = { 0 };
  g_autoptr (GError) error = NULL;
  int status = 0;

  bh_files_limit_raise ();
  if (!parse_options (&self, &argc, &argv, &error))
    {
      g_printerr ("bellhop-coordinator: %s\nTry “bellhop-coordinator --help”.\n", error->message);
      status = 2;
    }
  else if (self.version)
    g_print ("bellhop-coordinator " BH_VERSION "\n");
  else
    {
      fill_defaults (&self);
      run (&self);
      status = self.status;
    }
  daemon_clear (&self);
  return status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* How long a launch takes, from the request to the worker until the box has answered HELLO: the coordinator's
 * own code, a real worker, real boxes. Prints {"ms":[…]}. */

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "coordinator/workers/bh-workers.h"
#include "protocol/bh-paths.h"

#define LAUNCHES 60
#define WARM_UP 5

typedef struct
{
  GMainLoop *loop;
  BhWorkers *workers;
  GString *times;
  gboolean failed;
} Bench;

static void
on_worker (SoupServer *server,
           SoupServerMessage *message,
           const char *path,
           SoupWebsocketConnection *connection,
           gpointer data)
{
  Bench *bench = data;

  soup_websocket_connection_set_max_incoming_payload_size (connection, BH_WIRE_MAX_PAYLOAD + 4096);
  bh_workers_accept (bench->workers, connection, TRUE);
}

static gboolean
launch_one (Bench *bench, int n, GError **error)
{
  g_autofree char *id = bh_id_new ('b');
  BhLaunch launch = { .id = id, .image = "host", .network = "open" };
  g_autoptr (BhBox) box = NULL;
  gint64 started = g_get_monotonic_time ();
  gint64 took;

  box = dex_await_object (bh_workers_launch (bench->workers, "bench", &launch), error);
  if (box == NULL)
    return FALSE;
  took = g_get_monotonic_time () - started;
  if (n >= WARM_UP)
    g_string_append_printf (bench->times, "%s%.3f", n > WARM_UP ? "," : "", (double) took / 1000);
  return dex_await (bh_workers_remove_box (bench->workers, "bench", id), error);
}

static DexFuture *
bench_fiber (gpointer data)
{
  Bench *bench = data;
  g_autoptr (GError) error = NULL;

  bench->failed = !dex_await (bh_workers_ready (bench->workers, "bench"), &error);
  for (int i = 0; i < LAUNCHES && !bench->failed; i++)
    bench->failed = !launch_one (bench, i, &error);
  if (bench->failed)
    g_printerr ("bench-launch: %s\n", error->message);
  else
    g_print ("{\"ms\":[%s]}\n", bench->times->str);
  g_main_loop_quit (bench->loop);
  return NULL;
}

static SoupServer *
serve (Bench *bench, const char *path)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GError) error = NULL;

  soup_server_add_websocket_handler (server, "/v1/worker", NULL, NULL, on_worker, bench, NULL);
  if (!g_socket_bind (socket, address, FALSE, &error) || !g_socket_listen (socket, &error) ||
      !soup_server_listen_socket (server, socket, 0, &error))
    g_error ("%s", error->message);
  return server;
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("bh-bench-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "socket", NULL);
  g_autofree char *target = g_strconcat ("unix:", path, NULL);
  g_autofree char *program = NULL;
  g_autoptr (SoupServer) server = NULL;
  g_autoptr (GSubprocess) worker = NULL;
  g_autoptr (GError) error = NULL;

  dex_init ();
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  program = bh_path_program ("bellhop-worker");
  bench.loop = g_main_loop_new (NULL, FALSE);
  bench.workers = bh_workers_new ();
  bench.times = g_string_new (NULL);
  server = serve (&bench, path);
  worker = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, "--name", "bench", "--coordinator",
                             target, NULL);
  if (worker == NULL)
    g_error ("%s", error->message);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, bench_fiber, &bench, NULL));
  g_main_loop_run (bench.loop);
  g_subprocess_send_signal (worker, SIGTERM);
  g_subprocess_wait (worker, NULL, NULL);
  g_string_free (bench.times, TRUE);
  return bench.failed ? 1 : 0;
}

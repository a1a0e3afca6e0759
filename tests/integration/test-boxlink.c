/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* BhWorkers against the real bellhop-worker and bellhop-boxd, in a real sandbox. */

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "coordinator/workers/bh-workers.h"
#include "protocol/bh-paths.h"

#define OUTPUT (64 * 1024 * 1024)
#define KILL_AFTER (20 * 1024 * 1024)

typedef struct
{
  char *dir;
  char *socket;
  SoupServer *server;
  BhWorkers *workers;
  GSubprocess *worker;
} Place;

static void
on_websocket (SoupServer *server,
              SoupServerMessage *message,
              const char *path,
              SoupWebsocketConnection *connection,
              gpointer user_data)
{
  bh_workers_accept (((Place *) user_data)->workers, connection, TRUE);
}

static void
place_start_worker (Place *self)
{
  g_autofree char *program = bh_path_program ("bellhop-worker");
  g_autofree char *coordinator = g_strconcat ("unix:", self->socket, NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "XDG_STATE_HOME", self->dir, TRUE);
  /* warnings of the worker are not this test's */
  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  self->worker = g_subprocess_launcher_spawn (launcher, &error, program, "--name", "desk", "--coordinator",
                                              coordinator, NULL);
  g_assert_no_error (error);
}

static void
place_kill_worker (Place *self)
{
  g_subprocess_force_exit (self->worker);
  g_subprocess_wait (self->worker, NULL, NULL);
  g_clear_object (&self->worker);
}

static void
place_init (Place *self)
{
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  self->dir = g_dir_make_tmp ("boxlink-XXXXXX", &error);
  g_assert_no_error (error);
  self->socket = g_build_filename (self->dir, "socket", NULL);
  self->workers = bh_workers_new ();
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_websocket_handler (self->server, "/v1/worker", NULL, NULL, on_websocket, self, NULL);
  address = g_unix_socket_address_new (self->socket);
  g_assert_true (soup_server_listen (self->server, address, 0, &error));
  g_assert_no_error (error);
  place_start_worker (self);
}

static void
place_clear (Place *self)
{
  const char *const argv[] = { "rm", "-rf", "--", self->dir, NULL };

  place_kill_worker (self);
  g_clear_object (&self->workers);
  soup_server_disconnect (self->server);
  g_clear_object (&self->server);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free (self->dir);
  g_free (self->socket);
}

static BhBox *
launch (Place *self)
{
  static const BhLaunch how = { .id = "b_0123456789abcdef", .image = "host", .network = "offline" };
  g_autoptr (GError) error = NULL;
  BhBox *box = dex_await_object (bh_workers_launch (self->workers, "desk", &how), &error);

  g_assert_no_error (error);
  return box;
}

static void
await_ok (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  dex_await (future, &error);
  g_assert_no_error (error);
}

static void
assert_run (BhBox *box, const char *script, int status, const char *text)
{
  const char *const argv[] = { "sh", "-c", script, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (BhRunOutput) output = dex_await_boxed (bh_box_run (box, argv, 30000), &error);

  g_assert_no_error (error);
  g_assert_cmpint (output->exit_status, ==, status);
  g_assert_cmpmem (g_bytes_get_data (output->output, NULL), g_bytes_get_size (output->output), text,
                   strlen (text));
}

static void
assert_files (BhBox *box)
{
  g_autofree char *text = g_strnfill (700 * 1024, 'y');
  g_autoptr (GBytes) bytes = g_bytes_new (text, 700 * 1024);
  g_autoptr (GBytes) got = NULL;
  g_autoptr (GError) error = NULL;

  await_ok (bh_box_put_file (box, "/workspace/deep/file", 0600, bytes));
  assert_run (box, "stat -c '%a %s' deep/file", 0, "600 716800\n");
  got = dex_await_boxed (bh_box_get_file (box, "/workspace/deep/file", 1024 * 1024), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (bytes, got));
  g_assert_false (dex_await (bh_box_get_file (box, "/workspace/none", 10), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* Everything a box is for, once. */
static void
test_use (Place *place)
{
  g_autoptr (BhBox) box = launch (place);
  g_autofree struct bh_wire_stats *stats = NULL;
  g_autoptr (GError) error = NULL;

  assert_run (box, "echo out; echo err >&2; exit 3", 3, "out\nerr\n");
  assert_run (box, "pwd; echo $HOME", 0, "/workspace\n/home/user\n");
  assert_run (box, "kill -9 $$", 137, "");
  assert_run (box, "sleep 1000 & exit 0", 0, "");
  assert_files (box);
  stats = dex_await_pointer (bh_box_stats (box), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (stats->processes, ==, 1);
  await_ok (bh_box_signal_all (box, SIGKILL));
  await_ok (bh_workers_stop_box (place->workers, "desk", bh_box_get_id (box), 1000));
  g_assert_true (bh_box_is_gone (box));
  await_ok (bh_workers_stop_box (place->workers, "desk", bh_box_get_id (box), 1000));
  await_ok (bh_workers_remove_box (place->workers, "desk", bh_box_get_id (box)));
  await_ok (bh_workers_remove_box (place->workers, "desk", bh_box_get_id (box)));
}

/* Numbers, one a line, of 8 bytes: any loss, repeat or reordering shows. */
static void
check_lines (GByteArray *partial, guint64 *next, GBytes *bytes)
{
  g_byte_array_append (partial, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  {
    guint whole = partial->len / 8 * 8;

    for (guint at = 0; at < whole; at += 8)
      {
        guint64 number = 0;

        for (guint i = 0; i < 7; i++)
          number = number * 10 + (guint64) (partial->data[at + i] - '0');
        g_assert_cmpuint (partial->data[at + 7], ==, '\n');
        g_assert_cmpuint (number, ==, *next);
        *next += 1;
      }
    g_byte_array_remove_range (partial, 0, whole);
  }
}

/* 64 MiB of output and a stdin, with the worker killed twice in the middle. */
static void
test_kill (Place *place)
{
  const char *const argv[] = { "sh", "-c", "seq 1000000 9388607; cat >&2; exit 5", NULL };
  const BhSpawn spawn = { .argv = argv };
  g_autoptr (BhBox) box = launch (place);
  BhProcess *process = bh_box_process (box, 1);
  g_autoptr (GByteArray) partial = g_byte_array_new ();
  g_autoptr (GBytes) input = g_bytes_new_static ("typed", 5);
  g_autoptr (GError) error = NULL;
  guint64 next = 1000000, at = 0;
  guint kills = 0;
  DexFuture *written;

  await_ok (bh_process_spawn (process, &spawn));
  bh_process_attach (process, BH_STREAM_STDOUT, 0);
  bh_process_attach (process, BH_STREAM_STDERR, 0);
  written = bh_process_write (process, 0, input);
  bh_process_write_eof (process, 5);
  for (;;)
    {
      g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (process, BH_STREAM_STDOUT), &error);

      g_assert_no_error (error);
      g_assert_cmpuint (chunk->offset, ==, at);
      if (g_bytes_get_size (chunk->bytes) == 0)
        break;
      at += g_bytes_get_size (chunk->bytes);
      check_lines (partial, &next, chunk->bytes);
      bh_process_trim (process, BH_STREAM_STDOUT, at);
      if (at >= (kills + 1) * KILL_AFTER && kills < 2)
        {
          kills++;
          place_kill_worker (place);
          place_start_worker (place);
        }
    }
  g_assert_cmpuint (at, ==, OUTPUT);
  g_assert_cmpuint (kills, ==, 2);
  await_ok (written);
  {
    g_autoptr (BhChunk) chunk = dex_await_boxed (bh_process_read (process, BH_STREAM_STDERR), &error);

    g_assert_no_error (error);
    g_assert_cmpmem (g_bytes_get_data (chunk->bytes, NULL), g_bytes_get_size (chunk->bytes), "typed", 5);
  }
  g_assert_cmpint (dex_await_int (bh_process_exited (process), &error), ==, 5);
  bh_process_release (process);
  await_ok (bh_workers_remove_box (place->workers, "desk", bh_box_get_id (box)));
  g_assert_true (bh_box_is_gone (box));
}

typedef struct
{
  void (*body) (Place *place);
  GMainLoop *loop;
} Run;

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  Place place = { 0 };

  place_init (&place);
  run->body (&place);
  place_clear (&place);
  g_main_loop_quit (run->loop);
  return dex_future_new_true ();
}

static void
run (gconstpointer body)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Run what = { (void (*) (Place *)) body, loop };
  g_autoptr (DexFuture) fiber = dex_scheduler_spawn (NULL, 1024 * 1024, run_fiber, &what, NULL);

  g_main_loop_run (loop);
}

int
main (int argc, char *argv[])
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/boxlink/use", (gconstpointer) test_use, run);
  g_test_add_data_func ("/boxlink/kill", (gconstpointer) test_kill, run);
  return g_test_run ();
}

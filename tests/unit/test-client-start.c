/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
/* Starting a coordinator that is not there: what goes wrong, and that nobody waits for it but who asked. */

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client/bh-client.h"
#include "test-client-util.h"

#define TURNS 20

/* --- the place ----------------------------------------------------------------------------------------- */

typedef struct
{
  char *log; /* where the coordinator's output goes */
  BhClient *client;
} Fixture;

/* The folders of each test are its own, and go with it. */
static void
set_up (Fixture *self, gconstpointer data)
{
  const char *home = g_get_user_data_dir ();
  g_autofree char *socket = g_build_filename (home, "none.sock", NULL);
  g_autofree char *folder = g_build_filename (home, "bellhop", NULL);
  g_autofree char *programs = g_build_filename (home, "src", "coordinator", NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_assert_no_errno (g_mkdir_with_parents (programs, 0700));
  self->log = g_build_filename (folder, "coordinator.log", NULL);
  /* programs are found there */
  g_setenv ("BELLHOP_UNINSTALLED", home, TRUE);
  self->client = bh_client_new_local (socket);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->client);
  drain_loop ();
  g_free (self->log);
}

/* What is started as the coordinator. */
static void
install (const char *script)
{
  g_autofree char *path =
      g_build_filename (g_get_user_data_dir (), "src", "coordinator", "bellhop-coordinator", NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, script, -1, G_FILE_SET_CONTENTS_NONE, 0700, &error);
  g_assert_no_error (error);
}

static void
assert_refused (DexFuture *connecting, const char *text)
{
  g_autoptr (GError) error = rejected (connecting);

  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
  if (strstr (error->message, text) == NULL)
    g_error ("“%s” does not say “%s”", error->message, text);
}

/* --- a disk that takes its time ------------------------------------------------------------------------ */

/* The log is a pipe: to open it blocks until somebody opens its other end. */
typedef struct
{
  const char *path;
  int turns;    /* of the main loop; atomic */
  int waited;   /* turns until the disk went on */
  GString *got; /* what was written to it until nobody had it open any more */
  int done;     /* atomic */
  guint source;
  GThread *thread;
} Slow;

static gboolean
turn_cb (gpointer data)
{
  g_atomic_int_inc (&((Slow *) data)->turns);
  return G_SOURCE_CONTINUE;
}

/* The disk goes on once the main loop has turned so often. Where it does not turn, the test is to fail and
 * not to hang: so it goes on then, too. */
static gpointer
slow_thread (gpointer data)
{
  Slow *self = data;
  char text[256];
  gssize n;
  int fd;

  for (guint i = 0; i < 1000 && g_atomic_int_get (&self->turns) < TURNS; i++)
    g_usleep (10000);
  self->waited = g_atomic_int_get (&self->turns);
  fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  g_assert_no_errno (fd);
  while ((n = read (fd, text, sizeof text)) > 0)
    g_string_append_len (self->got, text, n);
  close (fd);
  g_atomic_int_set (&self->done, TRUE);
  return NULL;
}

static void
slow_begin (Slow *self, const char *path)
{
  g_assert_no_errno (mkfifo (path, 0600));
  self->path = path;
  self->got = g_string_new (NULL);
  self->source = g_timeout_add (1, turn_cb, self);
  self->thread = g_thread_new ("slow-disk", slow_thread, self);
}

/* (transfer full): what was written. */
static char *
slow_end (Slow *self)
{
  wait_until (g_atomic_int_get (&self->turns) >= TURNS);
  /* nobody may ever have opened the end that is written to */
  while (!g_atomic_int_get (&self->done))
    {
      g_autofd int fd = g_open (self->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC, 0);

      g_usleep (1000);
    }
  g_thread_join (self->thread);
  g_source_remove (self->source);
  return g_string_free (self->got, FALSE);
}

/* --- tests --------------------------------------------------------------------------------------------- */

static void
test_missing (Fixture *self, gconstpointer data)
{
  assert_refused (bh_client_connect (self->client), "there is none to start at");
}

static void
test_no_log (Fixture *self, gconstpointer data)
{
  install ("#!/bin/sh\n");
  g_assert_no_errno (g_mkdir (self->log, 0700));
  assert_refused (bh_client_connect (self->client), "coordinator.log cannot be written: Is a directory");
}

/* The last lines of what it said are told, and none of a start before. */
static void
test_ends (Fixture *self, gconstpointer data)
{
  DexFuture *connecting;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (self->log, "said yesterday\n", -1, NULL));
  install ("#!/bin/sh\n"
           "i=0; while [ $i -lt 1000 ]; do echo \"line $i\"; i=$((i + 1)); done\n"
           "echo 'the disk is full' >&2\n"
           "exit 3\n");
  connecting = bh_client_connect (self->client);
  error = rejected (connecting);
  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "ended at once: "));
  g_assert_true (g_str_has_suffix (error->message, "line 999\nthe disk is full"));
  g_assert_null (strstr (error->message, "yesterday"));
  g_assert_null (strstr (error->message, "line 500\n"));
}

static void
test_no_program (Fixture *self, gconstpointer data)
{
  install ("no program\n");
  assert_refused (bh_client_connect (self->client), "cannot be run: errno 8");
}

/* A window is drawn and can be used while the disk with the coordinator is still looked for. */
static void
test_slow (Fixture *self, gconstpointer data)
{
  g_autofree char *got = NULL;
  Slow slow = { 0 };

  install ("#!/bin/sh\necho started\n");
  slow_begin (&slow, self->log);
  assert_refused (bh_client_connect (self->client), "ended at once");
  got = slow_end (&slow);
  g_assert_cmpint (slow.waited, >=, TURNS);
  g_assert_cmpstr (got, ==, "started\n");
}

/* Nothing is started that nobody waits for any more. */
static void
test_called_off (Fixture *self, gconstpointer data)
{
  DexFuture *connecting;
  g_autofree char *got = NULL;
  Slow slow = { 0 };

  install ("#!/bin/sh\necho started\n");
  slow_begin (&slow, self->log);
  connecting = bh_client_connect (self->client);
  wait_until (g_atomic_int_get (&slow.turns) > TURNS / 2);
  bh_client_set_may_start (self->client, FALSE);
  assert_refused (connecting, "none.sock");
  got = slow_end (&slow);
  g_assert_cmpstr (got, ==, "");
}

/* Replaces `text` by what the file has so far. */
static gboolean
has_line (const char *path, char **text)
{
  g_clear_pointer (text, g_free);
  return g_file_get_contents (path, text, NULL, NULL) && strchr (*text, '\n') != NULL;
}

/* Nor does it stay to wait for one that was started and never gets ready. */
static void
test_given_up (Fixture *self, gconstpointer data)
{
  DexFuture *connecting;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  install ("#!/bin/sh\necho \"$$\"\nexec sleep 60\n");
  connecting = bh_client_connect (self->client);
  wait_until (has_line (self->log, &text));
  bh_client_set_may_start (self->client, FALSE);
  error = rejected (connecting);
  g_assert_no_errno (kill ((pid_t) g_ascii_strtoll (text, NULL, 10), SIGKILL));
  g_assert_error (error, BH_ERROR, BH_ERROR_UNREACHABLE);
  g_assert_null (strstr (error->message, "not ready"));
}

#define ADD(name, function) g_test_add ("/client-start/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_unsetenv ("BELLHOP_NO_START");
  dex_init ();
  ADD ("missing", test_missing);
  ADD ("no-log", test_no_log);
  ADD ("ends", test_ends);
  ADD ("no-program", test_no_program);
  ADD ("slow", test_slow);
  ADD ("called-off", test_called_off);
  ADD ("given-up", test_given_up);
  return g_test_run ();
}

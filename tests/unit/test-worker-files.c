/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

/* What the worker does when it may open no more files. */

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>

#include "worker/bh-boxd.h"
#include "worker/bh-fd.h"
#include "worker/bh-init.h"
#include "worker/bh-poller.h"

/* Opens until no more can be; (transfer full) to give_back(). */
static GArray *
take_all (void)
{
  GArray *fds = g_array_new (FALSE, FALSE, sizeof (int));
  int fd;

  while ((fd = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    g_array_append_val (fds, fd);
  g_assert_cmpint (errno, ==, EMFILE);
  return fds;
}

static void
give_back (GArray *fds)
{
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  g_array_unref (fds);
}

static void
on_ready (int fd, gpointer data)
{
  g_assert_not_reached ();
}

static void
assert_advice (const GError *error)
{
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  g_assert_nonnull (strstr (error->message, "LimitNOFILE"));
}

/* The second watch of one descriptor needs another. */
static void
test_watch (void)
{
  g_autoptr (GError) error = NULL;
  int pipe[2];
  BhWatch *first, *second;
  DexFuture *ready;
  GArray *fds;

  g_assert_true (g_unix_open_pipe (pipe, O_CLOEXEC, &error));
  first = bh_watch_new (pipe[0], on_ready, NULL, &error);
  g_assert_no_error (error);
  fds = take_all ();
  second = bh_watch_new (pipe[0], on_ready, NULL, &error);
  g_assert_null (second);
  assert_advice (error);
  g_clear_error (&error);
  ready = bh_fd_ready (pipe[0]);
  g_assert_true (dex_future_is_rejected (ready));
  dex_future_get_value (ready, &error);
  assert_advice (error);
  dex_unref (ready);
  give_back (fds);
  ready = bh_fd_ready (pipe[0]);
  g_assert_true (dex_future_is_pending (ready));
  dex_unref (ready);
  bh_watch_free (first);
  close (pipe[0]);
  close (pipe[1]);
}

/* A child of this process as the init of a box: it listens at the socket that it inherits, and has done so
 * when this returns. */
static pid_t
start_init (int listener)
{
  g_autoptr (GError) error = NULL;
  int ready[2];
  char byte;
  pid_t pid;

  g_assert_true (g_unix_open_pipe (ready, O_CLOEXEC, &error));
  pid = fork ();
  if (pid == 0)
    {
      if (listen (listener, 16) < 0 || write (ready[1], "", 1) != 1)
        _exit (1);
      for (;;)
        pause ();
    }
  close (listener);
  close (ready[1]);
  g_assert_cmpint (read (ready[0], &byte, 1), ==, 1);
  close (ready[0]);
  return pid;
}

/* Not being able to watch a box is not its end. */
static void
test_end (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_dir_make_tmp ("files-XXXXXX", &error);
  int folder = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  int listener = bh_boxd_listen (folder, &error);
  pid_t pid = start_init (listener);
  g_autoptr (GSocket) gsocket = bh_boxd_connect (folder, &error);
  g_autoptr (BhInit) init = NULL;
  DexFuture *watched, *how;
  GArray *fds;

  g_assert_no_error (error);
  init = bh_init_new (gsocket, &error);
  g_assert_no_error (error);
  /* so that the next watch needs a descriptor */
  watched = bh_init_ended_how (init);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fds = take_all ();
  how = bh_init_ended_how (init);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (dex_future_is_pending (how));
  g_assert_no_errno (kill (pid, SIGKILL));
  while (dex_future_is_pending (how) || dex_future_is_pending (watched))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (dex_future_is_resolved (how));
  g_assert_true (dex_future_is_resolved (watched));
  give_back (fds);
  dex_unref (how);
  dex_unref (watched);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  g_assert_no_errno (unlinkat (folder, "boxd.sock", 0));
  close (folder);
  g_assert_no_errno (rmdir (path));
}

int
main (int argc, char **argv)
{
  struct rlimit few = { 64, 64 };

  dex_init ();
  g_test_init (&argc, &argv, NULL);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &few));
  g_test_add_func ("/worker/files/watch", test_watch);
  g_test_add_func ("/worker/files/end", test_end);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-files-limit.h"
#include "worker/bh-fd.h"

static int
add_descriptors (posix_spawn_file_actions_t *actions, int log_fd, const GArray *fds)
{
  int r = posix_spawn_file_actions_addopen (actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

  if (r == 0)
    r = posix_spawn_file_actions_adddup2 (actions, log_fd, STDOUT_FILENO);
  if (r == 0)
    r = posix_spawn_file_actions_adddup2 (actions, log_fd, STDERR_FILENO);
  /* onto itself: clears close-on-exec in the child only */
  for (guint i = 0; r == 0 && i < fds->len; i++)
    r = posix_spawn_file_actions_adddup2 (actions, g_array_index (fds, int, i), g_array_index (fds, int, i));
  if (r == 0)
    r = posix_spawn_file_actions_addchdir_np (actions, "/");
  return r;
}

static int
set_attributes (posix_spawnattr_t *attributes)
{
  sigset_t none, all;

  sigemptyset (&none);
  sigfillset (&all);
  posix_spawnattr_setsigmask (attributes, &none);
  posix_spawnattr_setsigdefault (attributes, &all);
  return posix_spawnattr_setflags (attributes,
                                   POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

static void
say (const char *text)
{
  /* nothing is left to do when even this fails */
  if (write (STDERR_FILENO, text, strlen (text)) < 0)
    _exit (126);
}

/* The child of a fork: no malloc, no GLib. What goes wrong is said in the log. */
static void
become (
    const char *const *argv, const char *const *environment, int log_fd, const GArray *fds, BhStage *stage)
{
  struct sigaction initial = { .sa_handler = SIG_DFL };
  const char *failed = NULL, *why, *advice;
  sigset_t none;

  bh_files_limit_restore ();
  for (int signum = 1; signum < NSIG; signum++)
    sigaction (signum, &initial, NULL);
  /* closed first, so that it works when no more files may be open, and becomes 0 */
  close (STDIN_FILENO);
  if (dup2 (log_fd, STDERR_FILENO) < 0 || dup2 (log_fd, STDOUT_FILENO) < 0 ||
      open ("/dev/null", O_RDONLY) != STDIN_FILENO || setsid () < 0 || chdir ("/") < 0)
    failed = "Cannot set up the process";
  for (guint i = 0; failed == NULL && i < fds->len; i++)
    if (fcntl (g_array_index (fds, int, i), F_SETFD, 0) < 0)
      failed = "Cannot pass a descriptor";
  if (failed == NULL)
    failed = bh_stage_enter (stage);
  if (failed == NULL)
    {
      sigemptyset (&none);
      sigprocmask (SIG_SETMASK, &none, NULL);
      execve (argv[0], (char **) argv, (char **) environment);
      failed = "Cannot start bwrap";
    }
  why = strerrordesc_np (errno);
  advice = bh_errno_advice (errno);
  say (failed);
  say (": ");
  say (why);
  say (advice);
  say ("\n");
  _exit (127);
}

/* posix_spawn() knows neither namespaces nor users. */
static pid_t
spawn_staged (const char *const *argv,
              const char *const *environment,
              int log_fd,
              const GArray *fds,
              BhStage *stage,
              GError **error)
{
  sigset_t all, before;
  pid_t pid;

  /* no handler of the worker's is to run in the child */
  sigfillset (&all);
  pthread_sigmask (SIG_SETMASK, &all, &before);
  pid = fork ();
  if (pid == 0)
    become (argv, environment, log_fd, fds, stage);
  if (pid < 0)
    bh_set_errno_error (error, errno, "Cannot start %s", argv[0]);
  pthread_sigmask (SIG_SETMASK, &before, NULL);
  return pid;
}

pid_t
bh_spawn (const char *const *argv,
          const char *const *environment,
          int log_fd,
          const GArray *fds,
          BhStage *stage,
          GError **error)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t pid = -1;
  int r;

  if (stage != NULL)
    return spawn_staged (argv, environment, log_fd, fds, stage, error);
  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  r = add_descriptors (&actions, log_fd, fds);
  if (r == 0)
    r = set_attributes (&attributes);
  /* there is no attribute for it: the child gets what holds at this moment, and what is open stays open */
  bh_files_limit_restore ();
  if (r == 0)
    r = posix_spawn (&pid, argv[0], &actions, &attributes, (char **) argv, (char **) environment);
  bh_files_limit_raise ();
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  if (r == 0)
    return pid;
  bh_set_errno_error (error, r, "Cannot start %s", argv[0]);
  return -1;
}

typedef struct
{
  pid_t pid;
  int pidfd;
} Child;

static void
child_free (gpointer data)
{
  Child *child = data;

  close (child->pidfd);
  g_free (child);
}

static DexFuture *
reap_cb (DexFuture *ready, gpointer data)
{
  Child *child = data;
  int status;

  if (TEMP_FAILURE_RETRY (waitpid (child->pid, &status, WNOHANG)) == child->pid)
    return dex_future_new_for_int (status);
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "How process %d ended is not known",
                                (int) child->pid);
}

static void
on_child_ended (GPid pid, int status, gpointer promise)
{
  dex_promise_resolve_int (promise, status);
}

/* Where no more files can be opened; GLib makes do without. */
static DexFuture *
wait_without_files (pid_t pid)
{
  DexPromise *promise = dex_promise_new ();

  g_child_watch_add_full (G_PRIORITY_DEFAULT, pid, on_child_ended, dex_ref (promise), dex_unref);
  return DEX_FUTURE (promise);
}

DexFuture *
bh_spawn_wait (pid_t pid)
{
  int pidfd = (int) syscall (SYS_pidfd_open, pid, 0);
  DexFuture *ready = pidfd >= 0 ? bh_fd_ready (pidfd) : NULL;
  DexFuture *ended;
  Child *child;

  if (ready == NULL || dex_future_is_rejected (ready))
    {
      dex_clear (&ready);
      g_clear_fd (&pidfd, NULL);
      return wait_without_files (pid);
    }
  child = g_new (Child, 1);
  child->pid = pid;
  child->pidfd = pidfd;
  ended = dex_future_finally (ready, reap_cb, child, child_free);
  dex_future_disown (dex_ref (ended));
  return ended;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/providers/bh-spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

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

pid_t
bh_spawn (const char *const *argv, const char *const *environment, int log_fd, const GArray *fds, GError **error)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  pid_t pid = -1;
  int r;

  posix_spawn_file_actions_init (&actions);
  posix_spawnattr_init (&attributes);
  r = add_descriptors (&actions, log_fd, fds);
  if (r == 0)
    r = set_attributes (&attributes);
  if (r == 0)
    r = posix_spawn (&pid, argv[0], &actions, &attributes, (char **) argv, (char **) environment);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  if (r == 0)
    return pid;
  bh_set_errno_error (error, r, "Cannot start %s", argv[0]);
  return -1;
}

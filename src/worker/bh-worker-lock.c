/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-worker-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "protocol/bh-error.h"
#include "worker/bh-fd.h"

int
bh_worker_lock (const char *state, const char *name, GError **error)
{
  g_autofree char *file = g_strdup_printf ("worker-%s.lock", name);
  g_autofree char *path = g_build_filename (state, file, NULL);
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int fd;

  if (g_mkdir_with_parents (state, 0700) < 0 ||
      (fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot open %s", path);
      return -1;
    }
  /* not flock(): this kind of lock tells who holds it */
  if (fcntl (fd, F_SETLK, &lock) == 0)
    return fd;
  if (errno != EAGAIN && errno != EACCES)
    bh_set_errno_error (error, errno, "Cannot lock %s", path);
  else if (fcntl (fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
    bh_set_error (
        error, BH_ERROR_NAME_TAKEN, NULL,
        "A worker named “%s” runs here already: process %d holds %s. End it, or give this one another --name",
        name, (int) lock.l_pid, path);
  else
    bh_set_error (error, BH_ERROR_NAME_TAKEN, NULL, "A worker named “%s” was just ending here. Try again",
                  name);
  close (fd);
  return -1;
}

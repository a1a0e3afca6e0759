/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/runs/bh-lock-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "protocol/bh-error.h"

static int
refuse (const char *path, int fd, GError **error)
{
  char pid[32] = { 0 };
  ssize_t length = pread (fd, pid, sizeof pid - 1, 0);

  if (length > 0)
    bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL,
                  "Process %s works on %s already. Use that one, or end it first.", g_strstrip (pid), path);
  else
    bh_set_error (error, BH_ERROR_UNAVAILABLE, NULL,
                  "Another process works on %s already. Use that one, or end it first.", path);
  return -1;
}

int
bh_lock_file_take (const char *path, GError **error)
{
  g_autofd int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  char pid[32];
  int length;

  if (fd < 0)
    {
      bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "%s cannot be opened: %s.", path,
                    g_strerror (errno));
      return -1;
    }
  if (TEMP_FAILURE_RETRY (flock (fd, LOCK_EX | LOCK_NB)) != 0)
    {
      if (errno == EWOULDBLOCK)
        return refuse (path, fd, error);
      bh_set_error (error, BH_ERROR_STORAGE_FAILED, NULL, "%s cannot be locked: %s.", path,
                    g_strerror (errno));
      return -1;
    }
  /* Only for people: the lock holds without it, also on a full disk. */
  length = g_snprintf (pid, sizeof pid, "%d\n", (int) getpid ());
  if (ftruncate (fd, 0) != 0 || pwrite (fd, pid, (size_t) length, 0) != length)
    g_debug ("%s does not take this process's id: %s", path, g_strerror (errno));
  return g_steal_fd (&fd);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/util.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

void
util_close_p (int *fd)
{
  int saved = errno;

  if (*fd >= 0)
    close (*fd);
  errno = saved;
}

void
util_free_p (void *pointer)
{
  void *owned;

  memcpy (&owned, pointer, sizeof owned);
  free (owned);
}

void
die (const char *format, ...)
{
  va_list args;

  fputs ("bellhop-boxd: ", stderr);
  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (1);
}

uint64_t
util_now_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (uint64_t) now.tv_sec * 1000000u + (uint64_t) now.tv_nsec / 1000u;
}

int
util_set_nonblock (int fd)
{
  int flags = fcntl (fd, F_GETFL);

  return flags < 0 ? -1 : fcntl (fd, F_SETFL, flags | O_NONBLOCK);
}

int
util_make_parents (const char *path)
{
  char folder[PATH_MAX];
  size_t length = strlen (path);

  if (length >= sizeof folder)
    {
      errno = ENAMETOOLONG;
      return -1;
    }
  memcpy (folder, path, length + 1);
  for (char *slash = strchr (folder + 1, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      *slash = '\0';
      /* EROFS and EACCES too are said for a folder that is there already on some file systems */
      if (mkdir (folder, 0755) < 0 && errno != EEXIST && access (folder, F_OK) < 0)
        return -1;
      *slash = '/';
    }
  return 0;
}

static int
unix_address (const char *path, struct sockaddr_un *address)
{
  size_t length = strlen (path);

  if (length >= sizeof address->sun_path)
    {
      errno = ENAMETOOLONG;
      return -1;
    }
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  memcpy (address->sun_path, path, length + 1);
  return 0;
}

int
util_listen (const char *path, mode_t mode)
{
  cleanup_close int fd = -1;
  struct sockaddr_un address;

  if (unix_address (path, &address) < 0 || util_make_parents (path) < 0)
    return -1;
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || (unlink (path) < 0 && errno != ENOENT))
    return -1;
  if (bind (fd, (struct sockaddr *) &address, sizeof address) < 0 || chmod (path, mode) < 0)
    return -1;
  if (listen (fd, 64) < 0)
    return -1;
  return steal_fd (&fd);
}

int
util_connect (const char *path)
{
  cleanup_close int fd = -1;
  struct sockaddr_un address;

  if (unix_address (path, &address) < 0)
    return -1;
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  if (TEMP_FAILURE_RETRY (connect (fd, (struct sockaddr *) &address, sizeof address)) < 0)
    return -1;
  return steal_fd (&fd);
}

int
util_write_all (int fd, const void *data, size_t length)
{
  const uint8_t *p = data;

  while (length > 0)
    {
      ssize_t n = TEMP_FAILURE_RETRY (write (fd, p, length));

      if (n < 0)
        return -1;
      p += n;
      length -= (size_t) n;
    }
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "wire/wire.h"

#define PROC_MAGIC 0x9fa0
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#define NO_MAGIC_LINKS 0x02 /* RESOLVE_NO_MAGICLINKS of linux/openat2.h, which not every libc has */

static bool
take_path (char *path, const uint8_t *bytes, size_t length)
{
  if (length == 0 || length > FILE_PATH_MAX || memchr (bytes, 0, length) != NULL)
    return false;
  memcpy (path, bytes, length);
  path[length] = '\0';
  return true;
}

bool
file_parse_put (struct file_put *self, const uint8_t *payload, size_t length)
{
  size_t path_length;

  if (length < 8)
    return false;
  self->mode = bh_wire_get32 (payload);
  path_length = bh_wire_get32 (payload + 4);
  if (path_length > length - 8 || !take_path (self->path, payload + 8, path_length))
    return false;
  self->data = payload + 8 + path_length;
  self->length = length - 8 - path_length;
  return (self->mode & ~(mode_t) 07777) == 0;
}

bool
file_parse_get (struct file_get *self, const uint8_t *payload, size_t length)
{
  if (length < 4 || !take_path (self->path, payload + 4, length - 4))
    return false;
  self->most = MIN_OF (bh_wire_get32 (payload), BH_WIRE_MAX_PAYLOAD);
  return true;
}

/* Not by a link such as /proc/self/fd/2: "self" is boxd, which has files open that the box cannot name. */
static int
open_here (const char *path, int flags, mode_t mode)
{
  struct
  {
    uint64_t flags, mode, resolve;
  } how = { .flags = (uint64_t) flags, .mode = (flags & O_CREAT) ? mode : 0, .resolve = NO_MAGIC_LINKS };
  int fd = (int) syscall (SYS_openat2, AT_FDCWD, path, &how, sizeof how);

  /* a kernel before 5.6, or a filter that does not know the call */
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    return open (path, flags, mode);
  return fd;
}

/* The file, if it is a plain one; or -1 with errno. */
static int
open_plain (const char *path, int flags, mode_t mode)
{
  cleanup_close int fd = -1;
  struct stat info;

  if (path[0] != '/')
    {
      errno = EINVAL;
      return -1;
    }
  /* a pipe without a reader, or a device, would make open() wait */
  fd = open_here (path, flags | O_LARGEFILE | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode);
  if (fd < 0 || fstat (fd, &info) < 0)
    return -1;
  if (!S_ISREG (info.st_mode))
    {
      errno = S_ISDIR (info.st_mode) ? EISDIR : EINVAL;
      return -1;
    }
  return steal_fd (&fd);
}

static int
open_for_writing (const struct file_put *self, bool begin)
{
  cleanup_close int fd = -1;
  struct statfs system;

  if (begin && self->path[0] == '/' && util_make_parents (self->path) < 0)
    return -1;
  /* not O_TRUNC: what it is, is known only once it is open */
  fd = open_plain (self->path, O_WRONLY | (begin ? O_CREAT : 0), self->mode & 0777);
  if (fd < 0 || fstatfs (fd, &system) < 0)
    return -1;
  if (system.f_type == PROC_MAGIC)
    {
      /* a link may lead to /proc/self/mem, and there "self" is boxd */
      errno = EPERM;
      return -1;
    }
  if (begin && (fchmod (fd, self->mode & 0777) < 0 || ftruncate (fd, 0) < 0))
    return -1;
  return steal_fd (&fd);
}

int
file_put (const struct file_put *self, uint64_t offset)
{
  cleanup_close int fd = -1;
  size_t done = 0;

  if (offset > INT64_MAX - self->length)
    return EFBIG;
  fd = open_for_writing (self, offset == 0);
  if (fd < 0)
    return errno;
  while (done < self->length)
    {
      ssize_t n =
          TEMP_FAILURE_RETRY (pwrite (fd, self->data + done, self->length - done, (off_t) (offset + done)));

      if (n < 0)
        return errno;
      done += (size_t) n;
    }
  return 0;
}

/* Reads until `length` bytes are there or the file ends. */
static ssize_t
read_all (int fd, uint8_t *data, size_t length, uint64_t offset)
{
  size_t done = 0;

  while (done < length)
    {
      ssize_t n = TEMP_FAILURE_RETRY (pread (fd, data + done, length - done, (off_t) (offset + done)));

      if (n < 0)
        return -1;
      if (n == 0)
        break;
      done += (size_t) n;
    }
  return (ssize_t) done;
}

ssize_t
file_get (const struct file_get *self, uint64_t offset, uint8_t *data, bool *last)
{
  cleanup_close int fd = -1;
  uint8_t probe;
  ssize_t n;

  if (offset > INT64_MAX - BH_WIRE_MAX_PAYLOAD)
    {
      errno = EINVAL;
      return -1;
    }
  fd = open_plain (self->path, O_RDONLY, 0);
  if (fd < 0)
    return -1;
  n = read_all (fd, data, self->most, offset);
  if (n < 0)
    return -1;
  *last = n < (ssize_t) self->most || read_all (fd, &probe, 1, offset + (uint64_t) n) == 0;
  return n;
}

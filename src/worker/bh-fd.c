/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "worker/bh-poller.h"

typedef struct
{
  DexPromise *promise;
  BhWatch *watch;
} Waiting;

static void
waiting_end (gpointer data)
{
  Waiting *self = data;

  g_clear_pointer (&self->watch, bh_watch_free);
}

static void
on_ready (int fd, gpointer data)
{
  Waiting *self = data;
  g_autoptr (DexPromise) promise = dex_ref (self->promise);

  waiting_end (self);
  dex_promise_resolve_boolean (promise, TRUE);
}

static void
on_dropped (GCancellable *cancellable, gpointer data)
{
  waiting_end (data);
}

/* The promise owns it by its cancellable, so it only borrows the promise. */
static void
waiting_free (gpointer data, GClosure *closure)
{
  waiting_end (data);
  g_free (data);
}

DexFuture *
bh_fd_ready (int fd)
{
  DexPromise *promise = dex_promise_new_cancellable ();
  Waiting *self = g_new0 (Waiting, 1);
  GError *error = NULL;

  self->promise = promise;
  self->watch = bh_watch_new (fd, on_ready, self, &error);
  if (self->watch == NULL)
    {
      g_free (self);
      dex_unref (promise);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  g_signal_connect_data (dex_promise_get_cancellable (promise), "cancelled", G_CALLBACK (on_dropped), self,
                         waiting_free, G_CONNECT_DEFAULT);
  return DEX_FUTURE (promise);
}

int
bh_fd_new_with_bytes (const char *name, const void *bytes, gsize length, GError **error)
{
  int fd = memfd_create (name, MFD_CLOEXEC);
  gsize done = 0;

  if (fd < 0)
    {
      bh_set_errno_error (error, errno, "Cannot make a file in memory");
      return -1;
    }
  while (done < length)
    {
      gssize n = TEMP_FAILURE_RETRY (pwrite (fd, (const char *) bytes + done, length - done, (off_t) done));
      if (n < 0)
        {
          bh_set_errno_error (error, errno, "Cannot write a file in memory");
          close (fd);
          return -1;
        }
      done += (gsize) n;
    }
  return fd;
}

int
bh_fd_reopen (int fd, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  int again = open (path, O_RDONLY | O_CLOEXEC);

  if (again < 0)
    bh_set_errno_error (error, errno, "Cannot open %s", path);
  return again;
}

const char *
bh_errno_advice (int saved_errno)
{
  if (saved_errno == EMFILE)
    return ". Raise the worker's limit of open files (LimitNOFILE= of its unit, or ulimit -Hn), or let it "
           "run "
           "fewer DevBoxes (--max-boxes)";
  if (saved_errno == ENFILE)
    return ". Raise the machine's limit of open files (sysctl fs.file-max)";
  return "";
}

void
bh_set_errno_error (GError **error, int saved_errno, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved_errno), "%s: %s%s", what,
               g_strerror (saved_errno), bh_errno_advice (saved_errno));
}

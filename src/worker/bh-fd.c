/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib-unix.h>

static gboolean
on_ready (int fd, GIOCondition condition, gpointer data)
{
  dex_promise_resolve_boolean (data, TRUE);
  return G_SOURCE_REMOVE;
}

static void
on_dropped (GCancellable *cancellable, gpointer source)
{
  g_source_destroy (source);
}

static void
unref_source (gpointer source, GClosure *closure)
{
  g_source_unref (source);
}

DexFuture *
bh_fd_ready (int fd, GIOCondition condition)
{
  DexPromise *promise = dex_promise_new_cancellable ();
  GSource *source = g_unix_fd_source_new (fd, condition | G_IO_HUP | G_IO_ERR);

  g_source_set_callback (source, G_SOURCE_FUNC (on_ready), dex_ref (promise), dex_unref);
  g_signal_connect_data (dex_promise_get_cancellable (promise), "cancelled", G_CALLBACK (on_dropped),
                         g_source_ref (source), unref_source, G_CONNECT_DEFAULT);
  g_source_attach (source, NULL);
  g_source_unref (source);
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

void
bh_set_errno_error (GError **error, int saved_errno, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (saved_errno), "%s: %s", what, g_strerror (saved_errno));
}

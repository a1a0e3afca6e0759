/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker/bh-boxd.h"
#include "worker/bh-fd.h"

#define KILLED_MS 10000

struct _BhInit
{
  grefcount refs;
  pid_t pid;
  int pidfd;
};

BhInit *
bh_init_new (GSocket *gsocket, GError **error)
{
  pid_t pid;
  int pidfd = bh_boxd_open_pidfd (gsocket, &pid, error);
  BhInit *self;

  if (pidfd < 0)
    return NULL;
  self = g_new0 (BhInit, 1);
  g_ref_count_init (&self->refs);
  self->pid = pid;
  self->pidfd = pidfd;
  return self;
}

BhInit *
bh_init_ref (BhInit *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

void
bh_init_unref (BhInit *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  close (self->pidfd);
  g_free (self);
}

pid_t
bh_init_get_pid (BhInit *self)
{
  return self->pid;
}

gboolean
bh_init_has_ended (BhInit *self)
{
  struct pollfd poll_fd = { .fd = self->pidfd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 1;
}

/* The descriptor has to outlive the watch. */
static DexFuture *
hold (DexFuture *future, gpointer self)
{
  return dex_ref (future);
}

DexFuture *
bh_init_ended (BhInit *self)
{
  return dex_future_finally (bh_fd_ready (self->pidfd, G_IO_IN), hold, bh_init_ref (self), (GDestroyNotify) bh_init_unref);
}

gboolean
bh_init_kill (BhInit *self, GError **error)
{
  /* the init of a pid namespace takes everything in it along, and is gone only after all of that */
  if (syscall (SYS_pidfd_send_signal, self->pidfd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
    {
      bh_set_errno_error (error, errno, "Cannot kill process %d", (int) self->pid);
      return FALSE;
    }
  if (dex_await (dex_future_first (bh_init_ended (self), dex_timeout_new_msec (KILLED_MS), NULL), NULL))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Process %d was killed and does not end: it hangs in the kernel",
               (int) self->pid);
  return FALSE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-init.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/bh-boxd.h"
#include "worker/bh-fd.h"

#define KILLED_MS 10000
#define MONITOR_MS 1000
#define LOOK_MS 1000

struct _BhInit
{
  grefcount refs;
  pid_t pid;
  int pidfd;
  DexFuture *monitor; /* (nullable) */
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
  dex_clear (&self->monitor);
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

/* Waits until it has ended, and with it every process of its pid namespace. On a fiber. One that cannot be
 * watched is looked at from time to time. `deadline`: monotonic, or 0. */
static void
await_end (BhInit *self, gint64 deadline)
{
  while (!bh_init_has_ended (self) && (deadline == 0 || g_get_monotonic_time () < deadline))
    {
      g_autoptr (DexFuture) ended = bh_fd_ready (self->pidfd);

      if (dex_future_is_rejected (ended))
        dex_await (dex_timeout_new_msec (LOOK_MS), NULL);
      else if (deadline == 0)
        dex_await (g_steal_pointer (&ended), NULL);
      else
        dex_await (dex_future_first (g_steal_pointer (&ended), dex_timeout_new_deadline (deadline), NULL),
                   NULL);
    }
}

void
bh_init_set_monitor (BhInit *self, DexFuture *status)
{
  dex_clear (&self->monitor);
  self->monitor = dex_ref (status);
}

/* bwrap ends as its child did, by the shell's convention: 128 and the signal. */
static char *
describe (gboolean known, int status)
{
  int code = known && WIFEXITED (status) ? WEXITSTATUS (status) : -1;

  if (code == 128 + SIGKILL)
    return g_strdup ("It was killed by someone outside it, or by the system for want of memory.");
  if (code > 128)
    return g_strdup_printf ("Its init was ended by signal %d (%s).", code - 128, g_strsignal (code - 128));
  if (code >= 0)
    return g_strdup_printf ("Its init ended with status %d.", code);
  return g_strdup ("It ended while nobody could see how: it was killed, or the machine ran out of memory.");
}

static DexFuture *
ended_how_fiber (gpointer data)
{
  BhInit *self = data;
  g_autoptr (GError) error = NULL;
  int status = 0;

  await_end (self, 0);
  /* bwrap has yet to notice; one that is stopped never does */
  if (self->monitor == NULL)
    return dex_future_new_take_string (describe (FALSE, 0));
  status = dex_await_int (dex_future_first (dex_ref (self->monitor), dex_timeout_new_msec (MONITOR_MS), NULL),
                          &error);
  return dex_future_new_take_string (describe (error == NULL, status));
}

DexFuture *
bh_init_ended_how (BhInit *self)
{
  return dex_scheduler_spawn (NULL, 0, ended_how_fiber, bh_init_ref (self), (GDestroyNotify) bh_init_unref);
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
  await_end (self, g_get_monotonic_time () + KILLED_MS * 1000);
  if (bh_init_has_ended (self))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
               "Process %d was killed and does not end: it hangs in the kernel", (int) self->pid);
  return FALSE;
}

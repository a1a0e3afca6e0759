/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-boxd.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gio.h>

#include "wire/wire.h"
#include "worker/bh-fd.h"

#define BACKLOG 128
#define CONNECT_WAIT_MS 5000
#define LARGEST_ANSWER 4096

static socklen_t
make_address (int folder, struct sockaddr_un *address)
{
  memset (address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  g_snprintf (address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/boxd.sock", folder);
  return (socklen_t) sizeof *address;
}

int
bh_boxd_listen (int folder, GError **error)
{
  struct sockaddr_un address;
  socklen_t length = make_address (folder, &address);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    {
      bh_set_errno_error (error, errno, "Cannot make a socket");
      return -1;
    }
  /* one that an earlier life of this box left; bind() would refuse it */
  if ((unlinkat (folder, "boxd.sock", 0) < 0 && errno != ENOENT) ||
      bind (fd, (struct sockaddr *) &address, length) < 0 || listen (fd, BACKLOG) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot listen on the box's boxd.sock");
      close (fd);
      return -1;
    }
  return fd;
}

GSocket *
bh_boxd_connect (int folder, GError **error)
{
  struct sockaddr_un address;
  socklen_t length = make_address (folder, &address);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  GSocket *gsocket;

  if (fd < 0)
    {
      bh_set_errno_error (error, errno, "Cannot make a socket");
      return NULL;
    }
  if (connect (fd, (struct sockaddr *) &address, length) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot connect to the box's boxd.sock");
      close (fd);
      return NULL;
    }
  gsocket = g_socket_new_from_fd (fd, error);
  if (gsocket == NULL)
    close (fd);
  else
    g_socket_set_blocking (gsocket, FALSE);
  return gsocket;
}

static DexFuture *
connect_fiber (gpointer data)
{
  int folder = GPOINTER_TO_INT (data);
  gint64 deadline = g_get_monotonic_time () + CONNECT_WAIT_MS * 1000;
  g_autoptr (GError) error = NULL;
  GSocket *gsocket;

  /* poll() cannot tell when a listener's queue has room, so this rare case looks again */
  while ((gsocket = bh_boxd_connect (folder, &error)) == NULL &&
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) && g_get_monotonic_time () < deadline)
    {
      g_clear_error (&error);
      dex_await (dex_timeout_new_msec (20), NULL);
    }
  close (folder);
  return gsocket != NULL ? dex_future_new_take_object (gsocket)
                         : dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
bh_boxd_connect_waiting (int folder)
{
  g_autoptr (GError) error = NULL;
  GSocket *gsocket = bh_boxd_connect (folder, &error);

  if (gsocket == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return dex_scheduler_spawn (NULL, 0, connect_fiber, GINT_TO_POINTER (folder), NULL);
  close (folder);
  return gsocket != NULL ? dex_future_new_take_object (gsocket)
                         : dex_future_new_for_error (g_steal_pointer (&error));
}

int
bh_boxd_open_pidfd (GSocket *gsocket, pid_t *pid, GError **error)
{
  struct ucred peer = { 0 };
  socklen_t length = sizeof peer;
  int fd;

  if (getsockopt (g_socket_get_fd (gsocket), SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0)
    {
      bh_set_errno_error (error, errno, "Cannot tell which process serves the box");
      return -1;
    }
  /* 0: it lives in a pid namespace that cannot be seen from here; getpid(): boxd has not called listen() yet
   */
  if (peer.pid <= 0 || peer.pid == getpid ())
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "The box's socket is not served by a process seen here");
      return -1;
    }
  fd = (int) syscall (SYS_pidfd_open, peer.pid, 0);
  if (fd < 0)
    {
      bh_set_errno_error (error, errno, "Cannot get hold of the box's process %d", (int) peer.pid);
      return -1;
    }
  /* still connected after the pidfd was opened: it was alive then, so the pid was its own */
  if (g_socket_condition_check (gsocket, G_IO_HUP | G_IO_ERR) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The box ended while it was looked at");
      close (fd);
      return -1;
    }
  *pid = peer.pid;
  return fd;
}

/* Reads exactly `length` bytes, on a fiber. */
static gboolean
read_exactly (GSocket *gsocket, guint8 *to, gsize length, gint64 deadline, GError **error)
{
  while (length > 0)
    {
      g_autoptr (DexFuture) ready = NULL;
      gint64 left = deadline - g_get_monotonic_time ();
      gssize n = TEMP_FAILURE_RETRY (recv (g_socket_get_fd (gsocket), to, length, MSG_DONTWAIT));

      if (n > 0)
        {
          to += n;
          length -= (gsize) n;
          continue;
        }
      if (n == 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "The box closed the connection");
          return FALSE;
        }
      if (errno != EAGAIN)
        {
          bh_set_errno_error (error, errno, "Cannot read from the box");
          return FALSE;
        }
      if (left <= 0)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The box did not answer in time");
          return FALSE;
        }
      ready = bh_fd_ready (g_socket_get_fd (gsocket));
      if (dex_future_is_rejected (ready))
        return dex_await (g_steal_pointer (&ready), error);
      dex_await (dex_future_first (g_steal_pointer (&ready), dex_timeout_new_usec (left), NULL), NULL);
    }
  return TRUE;
}

static gboolean
read_frame (GSocket *gsocket,
            struct bh_wire_header *header,
            guint8 payload[LARGEST_ANSWER],
            gint64 deadline,
            GError **error)
{
  guint8 raw[BH_WIRE_HEADER_SIZE];

  if (!read_exactly (gsocket, raw, sizeof raw, deadline, error))
    return FALSE;
  if (!bh_wire_get_header (raw, header) || header->length > LARGEST_ANSWER)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "The box does not speak boxd's protocol");
      return FALSE;
    }
  return read_exactly (gsocket, payload, header->length, deadline, error);
}

/* What is sent here is far smaller than a socket's buffer, so either all of it goes or the box is wedged. */
static gboolean
send_frame (GSocket *gsocket, guint8 type, const void *payload, guint32 length, GError **error)
{
  guint8 raw[BH_WIRE_HEADER_SIZE + BH_WIRE_HELLO_SIZE];
  struct bh_wire_header header = { .length = length, .type = type, .id = BH_WIRE_ID_ALL };

  g_assert (length <= BH_WIRE_HELLO_SIZE);
  bh_wire_put_header (raw, &header);
  if (length > 0)
    memcpy (raw + BH_WIRE_HEADER_SIZE, payload, length);
  if (TEMP_FAILURE_RETRY (send (g_socket_get_fd (gsocket), raw, BH_WIRE_HEADER_SIZE + length,
                                MSG_NOSIGNAL | MSG_DONTWAIT)) == (gssize) (BH_WIRE_HEADER_SIZE + length))
    return TRUE;
  bh_set_errno_error (error, errno, "Cannot write to the box");
  return FALSE;
}

gboolean
bh_boxd_hello (GSocket *gsocket, guint timeout_ms, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  guint8 payload[LARGEST_ANSWER];
  struct bh_wire_header header;

  memset (payload, 0, BH_WIRE_HELLO_SIZE);
  bh_wire_put16 (payload, BH_WIRE_MAJOR);
  bh_wire_put16 (payload + 2, BH_WIRE_MINOR);
  if (!send_frame (gsocket, BH_WIRE_HELLO, payload, BH_WIRE_HELLO_SIZE, error) ||
      !read_frame (gsocket, &header, payload, deadline, error))
    return FALSE;
  if (header.type == BH_WIRE_HELLO && header.length >= BH_WIRE_HELLO_SIZE &&
      bh_wire_get16 (payload) == BH_WIRE_MAJOR)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
               "The box speaks another version of boxd's protocol than this worker (%d)", BH_WIRE_MAJOR);
  return FALSE;
}

/* G_MAXUINT64 when boxd does not say. */
static guint64
count_processes (GSocket *gsocket, gint64 deadline)
{
  guint8 payload[LARGEST_ANSWER];
  struct bh_wire_header header;

  if (!send_frame (gsocket, BH_WIRE_STATS, NULL, 0, NULL))
    return G_MAXUINT64;
  do
    if (!read_frame (gsocket, &header, payload, deadline, NULL))
      return G_MAXUINT64;
  while (header.type != BH_WIRE_STATS);
  return header.length >= BH_WIRE_STATS_SIZE ? bh_wire_get64 (payload + 16) : G_MAXUINT64;
}

void
bh_boxd_end_processes (GSocket *gsocket, guint grace_ms)
{
  gint64 deadline = g_get_monotonic_time () + (gint64) grace_ms * 1000;
  guint8 signum[4];
  guint64 living;
  guint pause_ms = 2;

  bh_wire_put32 (signum, SIGTERM);
  if (!bh_boxd_hello (gsocket, grace_ms, NULL) ||
      !send_frame (gsocket, BH_WIRE_SIGNAL, signum, sizeof signum, NULL))
    return;
  while ((living = count_processes (gsocket, deadline)) != 0)
    {
      gint64 left_ms = (deadline - g_get_monotonic_time ()) / 1000;
      if (living == G_MAXUINT64 || left_ms <= 0)
        return;
      dex_await (dex_timeout_new_msec ((int) MIN ((gint64) pause_ms, left_ms)), NULL);
      pause_ms = MIN (pause_ms * 2, 50);
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/channel.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boxd/conn.h"
#include "wire/wire.h"

/* a channel carries lines, not output: a program that says more waits until someone listens */
#define CHANNEL_SPOOL (4u * 1024 * 1024)

static uint32_t
free_id (struct box *box)
{
  uint32_t id;

  do
    {
      id = box->next_channel;
      box->next_channel = id == UINT32_MAX ? BH_WIRE_FIRST_CHANNEL : id + 1;
    }
  while (unit_find (box, id) != NULL);
  return id;
}

static void
channel_new (struct box *box, int socket_fd)
{
  cleanup_close int fd = socket_fd;
  /* input and output are watched apart, which takes two descriptors */
  cleanup_close int input = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  struct ucred peer = { 0 };
  socklen_t size = sizeof peer;
  struct unit *self;

  if (input < 0 || box->n_units >= BOX_UNITS_MAX)
    return;
  self = unit_new (box, UNIT_CHANNEL, free_id (box), CHANNEL_SPOOL);
  if (self == NULL)
    return;
  if (getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
    self->pid = peer.pid;
  unit_adopt (self, steal_fd (&input), steal_fd (&fd), -1);
  conns_tell_channel (self);
}

void
channels_accept (struct box *box)
{
  while (box->n_channels < BOX_CHANNELS_MAX)
    {
      int fd =
          (int) TEMP_FAILURE_RETRY (accept4 (box->programs.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK));

      if (fd >= 0)
        channel_new (box, fd);
      else if (errno == EAGAIN)
        return;
      else if (errno != ECONNABORTED)
        {
          box->starved = true;
          break;
        }
    }
  loop_unwatch (&box->loop, &box->programs);
}

void
channels_watch (struct box *box)
{
  if (box->programs.fd < 0 || box->programs.watched || box->starved || box->n_channels >= BOX_CHANNELS_MAX)
    return;
  if (loop_watch (&box->loop, &box->programs, EPOLLIN) < 0)
    box->starved = true;
}

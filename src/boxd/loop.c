/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/loop.h"

#include <unistd.h>

int
loop_init (struct loop *self)
{
  self->n = self->at = 0;
  self->epoll = epoll_create1 (EPOLL_CLOEXEC);
  return self->epoll < 0 ? -1 : 0;
}

void
loop_clear (struct loop *self)
{
  close (self->epoll);
}

void
source_init (struct source *source, int fd, void (*ready) (struct source *source, uint32_t events))
{
  source->fd = fd;
  source->events = 0;
  source->watched = false;
  source->ready = ready;
}

int
loop_watch (struct loop *self, struct source *source, uint32_t events)
{
  struct epoll_event event = { .events = events, .data.ptr = source };

  if (source->watched && source->events == events)
    return 0;
  if (epoll_ctl (self->epoll, source->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, source->fd, &event) < 0)
    return -1;
  source->watched = true;
  source->events = events;
  return 0;
}

void
loop_unwatch (struct loop *self, struct source *source)
{
  if (!source->watched)
    return;
  epoll_ctl (self->epoll, EPOLL_CTL_DEL, source->fd, NULL);
  source->watched = false;
  for (int i = self->at; i < self->n; i++)
    if (self->batch[i].data.ptr == source)
      self->batch[i].data.ptr = NULL;
}

void
loop_close (struct loop *self, struct source *source)
{
  loop_unwatch (self, source);
  if (source->fd >= 0)
    close (steal_fd (&source->fd));
}

void
loop_turn (struct loop *self, int timeout_ms)
{
  self->n = epoll_wait (self->epoll, self->batch, LOOP_BATCH, timeout_ms);
  for (self->at = 0; self->at < self->n; self->at++)
    {
      struct source *source = self->batch[self->at].data.ptr;

      if (source != NULL)
        source->ready (source, self->batch[self->at].events);
    }
  self->n = self->at = 0;
}

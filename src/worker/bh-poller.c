/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-poller.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "worker/bh-link.h"

/* What one turn of the main loop takes: enough to be worth it, little enough to let others in between. */
#define EVENTS_MAX 128

struct _BhWatch
{
  int fd;
  BhWatchFunc func;
  gpointer data;
  gboolean owned; /* fd is a duplicate: an epoll takes a descriptor once only */
  gboolean freed; /* while events that name it may still be in hand */
};

typedef struct
{
  GSource source;
  int epoll;
  gboolean dispatching;
  GSList *freed; /* BhWatch, until the turn is over */
} Poller;

static gboolean
poller_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  Poller *self = (Poller *) source;
  struct epoll_event events[EVENTS_MAX];
  int n = epoll_wait (self->epoll, events, EVENTS_MAX, 0);

  self->dispatching = TRUE;
  for (int i = 0; i < n; i++)
    {
      BhWatch *watch = events[i].data.ptr;

      if (!watch->freed)
        watch->func (watch->fd, watch->data);
    }
  self->dispatching = FALSE;
  g_slist_free_full (g_steal_pointer (&self->freed), g_free);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_funcs = { .dispatch = poller_dispatch };

/* The one poller: it lives as long as the process. */
static Poller *
poller_get (void)
{
  static Poller *poller;

  if (poller == NULL)
    {
      GSource *source = g_source_new (&poller_funcs, sizeof (Poller));

      poller = (Poller *) source;
      poller->epoll = epoll_create1 (EPOLL_CLOEXEC);
      if (poller->epoll < 0)
        g_error ("epoll_create1: %s", g_strerror (errno));
      g_source_add_unix_fd (source, poller->epoll, G_IO_IN);
      g_source_set_priority (source, BH_LINK_PRIORITY_RELAY);
      g_source_set_static_name (source, "bh-poller");
      g_source_attach (source, NULL);
    }
  return poller;
}

BhWatch *
bh_watch_new (int fd, BhWatchFunc func, gpointer data)
{
  BhWatch *self = g_new0 (BhWatch, 1);
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

  self->fd = fd;
  self->func = func;
  self->data = data;
  if (epoll_ctl (poller_get ()->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
    return self;
  self->owned = errno == EEXIST;
  self->fd = self->owned ? fcntl (fd, F_DUPFD_CLOEXEC, 3) : -1;
  if (self->fd < 0 || epoll_ctl (poller_get ()->epoll, EPOLL_CTL_ADD, self->fd, &event) != 0)
    g_error ("epoll_ctl: %s", g_strerror (errno));
  return self;
}

void
bh_watch_free (BhWatch *self)
{
  Poller *poller = poller_get ();

  epoll_ctl (poller->epoll, EPOLL_CTL_DEL, self->fd, NULL);
  if (self->owned)
    close (self->fd);
  if (!poller->dispatching)
    {
      g_free (self);
      return;
    }
  self->freed = TRUE;
  poller->freed = g_slist_prepend (poller->freed, self);
}

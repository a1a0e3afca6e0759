/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-poller.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "worker/bh-fd.h"
#include "worker/bh-link.h"

/* What one turn of the main loop takes: enough to be worth it, little enough to let others in between. */
#define EVENTS_MAX 128

/* When so many descriptors had something to say within a window, what is watched rests a little after each
 * turn: with hundreds of boxes that print a line now and then, one wake-up, one message and one read at the
 * coordinator carry dozens of lines instead of one. A few boxes, however much they print, never make it
 * rest. */
#define WINDOW_US 20000
#define BUSY_DESCRIPTORS 32
#define REST_US 4000

struct _BhWatch
{
  int fd;
  BhWatchFunc func;
  gpointer data;
  gboolean owned; /* fd is a duplicate */
  gboolean freed; /* while events that name it may still be in hand */
  guint seen_in;  /* the last window in which it was ready */
};

typedef struct
{
  GSource source;
  int epoll;
  gpointer epoll_tag;
  guint window; /* its number; never 0 */
  gint64 window_began;
  guint descriptors; /* seen in this window */
  gboolean busy;     /* the window before was */
  gboolean dispatching;
  GSList *freed; /* BhWatch, until the turn is over */
} Poller;

static void
count (Poller *self, BhWatch *watch)
{
  if (watch->seen_in == self->window)
    return;
  watch->seen_in = self->window;
  self->descriptors++;
}

static void
rest_if_busy (Poller *self)
{
  gint64 now = g_get_monotonic_time (), took = now - self->window_began;

  if (took >= WINDOW_US)
    {
      /* one in which nothing was to be done for long counts what is far apart */
      self->busy = self->descriptors >= BUSY_DESCRIPTORS && took < 2 * WINDOW_US;
      self->descriptors = 0;
      self->window_began = now;
      self->window++;
    }
  g_source_modify_unix_fd (&self->source, self->epoll_tag, self->busy ? 0 : G_IO_IN);
  g_source_set_ready_time (&self->source, self->busy ? now + REST_US : -1);
}

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
        {
          count (self, watch);
          watch->func (watch->fd, watch->data);
        }
    }
  self->dispatching = FALSE;
  rest_if_busy (self);
  g_slist_free_full (g_steal_pointer (&self->freed), g_free);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs poller_funcs = { .dispatch = poller_dispatch };

/* The one poller: it lives as long as the process. */
static Poller *
poller_get (GError **error)
{
  static Poller *poller;
  GSource *source;
  int epoll;

  if (poller != NULL)
    return poller;
  epoll = epoll_create1 (EPOLL_CLOEXEC);
  if (epoll < 0)
    {
      bh_set_errno_error (error, errno, "Cannot watch connections");
      return NULL;
    }
  source = g_source_new (&poller_funcs, sizeof (Poller));
  poller = (Poller *) source;
  poller->epoll = epoll;
  poller->epoll_tag = g_source_add_unix_fd (source, poller->epoll, G_IO_IN);
  poller->window = 1;
  g_source_set_priority (source, BH_LINK_PRIORITY_RELAY);
  g_source_set_static_name (source, "bh-poller");
  g_source_attach (source, NULL);
  return poller;
}

/* An epoll takes a descriptor once only: a second watch of it gets a duplicate. */
static gboolean
add (BhWatch *self, int epoll)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = self };

  if (epoll_ctl (epoll, EPOLL_CTL_ADD, self->fd, &event) == 0)
    return TRUE;
  if (errno != EEXIST)
    return FALSE;
  self->fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 3);
  self->owned = self->fd >= 0;
  return self->owned && epoll_ctl (epoll, EPOLL_CTL_ADD, self->fd, &event) == 0;
}

BhWatch *
bh_watch_new (int fd, BhWatchFunc func, gpointer data, GError **error)
{
  Poller *poller = poller_get (error);
  BhWatch *self;

  if (poller == NULL)
    return NULL;
  self = g_new0 (BhWatch, 1);
  self->fd = fd;
  self->func = func;
  self->data = data;
  if (add (self, poller->epoll))
    return self;
  bh_set_errno_error (error, errno, "Cannot watch a connection");
  if (self->owned)
    close (self->fd);
  g_free (self);
  return NULL;
}

void
bh_watch_free (BhWatch *self)
{
  Poller *poller = poller_get (NULL);

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

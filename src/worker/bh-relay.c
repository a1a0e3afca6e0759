/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "worker/bh-relay.h"

#include <errno.h>
#include <sys/socket.h>

#include <glib-unix.h>

#include "wire/wire.h"
#include "worker/bh-poller.h"

#define HANDLE_SIZE 4
#define READ_SIZE (256 * 1024)
#define QUEUE_MAX (32 * 1024 * 1024)

struct _BhRelay
{
  GObject parent_instance;

  BhLink *link;
  char *box_id;
  guint32 handle;
  GSocket *gsocket; /* NULL once closed */
  gulong drained_id;

  /* From boxd: `held` bytes at `buffer` + HANDLE_SIZE, the beginning of a frame. The room before it is for
   * the handle, so that what is sent lies in one piece without being copied. NULL while nothing is held. */
  guint8 *buffer;
  gsize capacity;
  gsize held;
  BhWatch *input;

  /* To boxd */
  GQueue *queue; /* GBytes */
  gsize queued;
  guint out_source;
};

enum
{
  CLOSED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BhRelay, bh_relay, G_TYPE_OBJECT)

guint32
bh_relay_get_handle (BhRelay *self)
{
  g_return_val_if_fail (BH_IS_RELAY (self), 0);
  return self->handle;
}

const char *
bh_relay_get_box_id (BhRelay *self)
{
  g_return_val_if_fail (BH_IS_RELAY (self), NULL);
  return self->box_id;
}

static void
drop_queue (BhRelay *self)
{
  g_queue_clear_full (self->queue, (GDestroyNotify) g_bytes_unref);
  self->queued = 0;
}

void
bh_relay_close (BhRelay *self)
{
  g_return_if_fail (BH_IS_RELAY (self));
  g_clear_signal_handler (&self->drained_id, self->link);
  g_clear_pointer (&self->input, bh_watch_free);
  g_clear_handle_id (&self->out_source, g_source_remove);
  g_clear_pointer (&self->buffer, g_free);
  drop_queue (self);
  g_clear_object (&self->gsocket);
}

static void
fail (BhRelay *self, const char *reason)
{
  g_autoptr (BhRelay) alive = g_object_ref (self);

  bh_relay_close (self);
  g_signal_emit (alive, signals[CLOSED], 0, reason);
}

/* Sends every whole frame of the `*held` bytes at `begin`, before which there is room for the handle; what is
 * left is moved to the front. FALSE when the box broke the protocol. */
static gboolean
forward (BhRelay *self, guint8 *begin, gsize *held)
{
  guint8 *at = begin, *end = begin + *held;

  while ((gsize) (end - at) >= BH_WIRE_HEADER_SIZE)
    {
      gsize length = bh_wire_get32 (at);

      if (length > BH_WIRE_MAX_PAYLOAD)
        return FALSE;
      length += BH_WIRE_HEADER_SIZE;
      if ((gsize) (end - at) < length)
        break;
      /* over the tail of the frame before, which has been sent */
      bh_wire_put32 (at - HANDLE_SIZE, self->handle);
      bh_link_send (self->link, at - HANDLE_SIZE, HANDLE_SIZE + length);
      at += length;
    }
  *held = (gsize) (end - at);
  if (at != begin && *held > 0)
    memmove (begin, at, *held);
  return TRUE;
}

/* Room for what the frame at the beginning still lacks, at least READ_SIZE. */
static void
make_room (BhRelay *self)
{
  gsize want = READ_SIZE;

  if (self->buffer != NULL && self->held >= BH_WIRE_HEADER_SIZE)
    want = MAX (want, BH_WIRE_HEADER_SIZE + (gsize) bh_wire_get32 (self->buffer + HANDLE_SIZE));
  if (self->buffer == NULL || self->capacity < want)
    {
      self->buffer = g_realloc (self->buffer, HANDLE_SIZE + want);
      self->capacity = want;
    }
}

static gssize
receive (int fd, guint8 *at, gsize room)
{
  return TEMP_FAILURE_RETRY (recv (fd, at, room, MSG_DONTWAIT));
}

/* Nearly always whole frames come, and nothing is left of them: they are read into a room that all relays
 * share. Only the beginning of a frame gets a buffer of its own. FALSE when the box broke the protocol; `*n`
 * as of recv(). */
static gboolean
read_shared (BhRelay *self, int fd, gssize *n)
{
  static guint8 *room;
  gsize left;

  if (room == NULL)
    room = g_malloc (HANDLE_SIZE + READ_SIZE);
  *n = receive (fd, room + HANDLE_SIZE, READ_SIZE);
  if (*n <= 0)
    return TRUE;
  left = (gsize) *n;
  if (!forward (self, room + HANDLE_SIZE, &left))
    return FALSE;
  if (left > 0)
    {
      make_room (self);
      memcpy (self->buffer + HANDLE_SIZE, room + HANDLE_SIZE, left);
      self->held = left;
    }
  return TRUE;
}

static gboolean
read_own (BhRelay *self, int fd, gssize *n)
{
  make_room (self);
  *n = receive (fd, self->buffer + HANDLE_SIZE + self->held, self->capacity - self->held);
  if (*n <= 0)
    return TRUE;
  self->held += (gsize) *n;
  if (!forward (self, self->buffer + HANDLE_SIZE, &self->held))
    return FALSE;
  if (self->held == 0)
    g_clear_pointer (&self->buffer, g_free);
  return TRUE;
}

static void
on_readable (int fd, gpointer data)
{
  BhRelay *self = data;
  gssize n;

  if (bh_link_is_full (self->link))
    {
      /* what nobody takes would be ready for ever; so it is not watched at all until "drained" */
      g_clear_pointer (&self->input, bh_watch_free);
      return;
    }
  if (!(self->buffer == NULL ? read_shared (self, fd, &n) : read_own (self, fd, &n)))
    fail (self, "The box sent a frame that is too large");
  else if (n == 0 || (n < 0 && errno != EAGAIN))
    fail (self, n == 0 ? "The box closed the connection" : g_strerror (errno));
}

static gboolean
watch_input (BhRelay *self, GError **error)
{
  self->input = bh_watch_new (g_socket_get_fd (self->gsocket), on_readable, self, error);
  return self->input != NULL;
}

static void
on_drained (BhRelay *self)
{
  g_autoptr (GError) error = NULL;

  if (self->gsocket != NULL && self->input == NULL && !watch_input (self, &error))
    fail (self, error->message);
}

/* Writes what is queued. After an error the rest is dropped: the reading side sees the end, after what the
 * box still had to say. */
static void
flush (BhRelay *self)
{
  GBytes *bytes;

  while ((bytes = g_queue_peek_head (self->queue)) != NULL)
    {
      gsize length;
      const void *data = g_bytes_get_data (bytes, &length);
      gssize n = TEMP_FAILURE_RETRY (
          send (g_socket_get_fd (self->gsocket), data, length, MSG_NOSIGNAL | MSG_DONTWAIT));

      if (n < 0 && errno != EAGAIN)
        drop_queue (self);
      if (n < 0)
        return;
      self->queued -= (gsize) n;
      g_queue_pop_head (self->queue);
      if ((gsize) n < length)
        g_queue_push_head (self->queue, g_bytes_new_from_bytes (bytes, (gsize) n, length - (gsize) n));
      g_bytes_unref (bytes);
    }
}

static gboolean
on_writable (int fd, GIOCondition condition, gpointer data)
{
  BhRelay *self = data;

  flush (self);
  if (self->queued > 0)
    return G_SOURCE_CONTINUE;
  self->out_source = 0;
  return G_SOURCE_REMOVE;
}

void
bh_relay_send (BhRelay *self, GBytes *frame)
{
  g_return_if_fail (BH_IS_RELAY (self));
  if (self->gsocket == NULL)
    return;
  g_queue_push_tail (self->queue, g_bytes_ref (frame));
  self->queued += g_bytes_get_size (frame);
  if (self->out_source != 0 && self->queued > QUEUE_MAX)
    {
      fail (self, "The box does not read what is sent to it");
      return;
    }
  if (self->out_source == 0)
    flush (self);
  if (self->out_source == 0 && self->queued > 0)
    self->out_source =
        g_unix_fd_add (g_socket_get_fd (self->gsocket), G_IO_OUT | G_IO_HUP | G_IO_ERR, on_writable, self);
}

static void
bh_relay_finalize (GObject *object)
{
  BhRelay *self = BH_RELAY (object);

  bh_relay_close (self);
  g_queue_free (self->queue);
  g_clear_object (&self->link);
  g_free (self->box_id);
  G_OBJECT_CLASS (bh_relay_parent_class)->finalize (object);
}

static void
bh_relay_class_init (BhRelayClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_relay_finalize;
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
bh_relay_init (BhRelay *self)
{
  self->queue = g_queue_new ();
}

BhRelay *
bh_relay_new (BhLink *link, guint32 handle, const char *box_id, GSocket *gsocket, GError **error)
{
  g_autoptr (BhRelay) self = g_object_new (BH_TYPE_RELAY, NULL);

  self->link = g_object_ref (link);
  self->handle = handle;
  self->box_id = g_strdup (box_id);
  self->gsocket = g_object_ref (gsocket);
  self->drained_id = g_signal_connect_swapped (link, "drained", G_CALLBACK (on_drained), self);
  return watch_input (self, error) ? g_steal_pointer (&self) : NULL;
}

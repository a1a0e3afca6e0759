/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-process-private.h"

#include <errno.h>

#include "coordinator/workers/bh-stdin.h"
#include "coordinator/workers/bh-stream.h"

struct _BhProcess
{
  GObject parent_instance;

  BhBox *box; /* borrowed; NULL once it is gone or we are released */
  guint32 id;
  GBytes *spawn; /* payload; until it is known to have ended */
  DexPromise *spawned;
  gboolean spawn_answered;
  DexPromise *exited;
  BhStream streams[2];
  BhStdin stdin_;
  gboolean has_size;
  guint16 rows, columns;
  GError *failure;
};

G_DEFINE_FINAL_TYPE (BhProcess, bh_process, G_TYPE_OBJECT)

static void
bh_process_finalize (GObject *object)
{
  BhProcess *self = BH_PROCESS (object);

  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    bh_stream_clear (&self->streams[i]);
  bh_stdin_clear (&self->stdin_);
  g_clear_pointer (&self->spawn, g_bytes_unref);
  g_clear_pointer (&self->spawned, dex_unref);
  g_clear_pointer (&self->exited, dex_unref);
  g_clear_error (&self->failure);
  G_OBJECT_CLASS (bh_process_parent_class)->finalize (object);
}

static void
bh_process_class_init (BhProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_process_finalize;
}

static gboolean
send_frame (BhProcess *self, guint8 type, guint8 flags, guint64 offset, gconstpointer data, gsize length)
{
  struct bh_wire_header header = { (guint32) length, type, flags, self->id, offset };

  return self->box != NULL && bh_box_send (self->box, &header, data);
}

static gboolean
send_bytes (BhProcess *self, guint8 type, guint8 flags, guint64 offset, GBytes *payload)
{
  return send_frame (self, type, flags, offset, g_bytes_get_data (payload, NULL), g_bytes_get_size (payload));
}

static gboolean
send_stdin (gpointer user_data, guint8 type, guint64 offset, gconstpointer data, gsize length)
{
  return send_frame (user_data, type, 0, offset, data, length);
}

static void
bh_process_init (BhProcess *self)
{
  self->exited = dex_promise_new ();
  bh_stdin_init (&self->stdin_, send_stdin, self);
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    bh_stream_init (&self->streams[i]);
}

BhProcess *
bh_process_new (BhBox *box, guint32 id)
{
  BhProcess *self = g_object_new (BH_TYPE_PROCESS, NULL);

  self->box = box;
  self->id = id;
  return self;
}

static BhStream *
get_stream (BhProcess *self, guint stream)
{
  g_return_val_if_fail (stream == BH_STREAM_STDOUT || stream == BH_STREAM_STDERR, NULL);
  return &self->streams[stream - 1];
}

guint32
bh_process_get_id (BhProcess *self)
{
  g_return_val_if_fail (BH_IS_PROCESS (self), 0);
  return self->id;
}

BhBox *
bh_process_get_box (BhProcess *self)
{
  g_return_val_if_fail (BH_IS_PROCESS (self), NULL);
  return self->box;
}

static gboolean
is_pending (DexPromise *promise)
{
  return promise != NULL && dex_future_is_pending (DEX_FUTURE (promise));
}

void
bh_process_fail (BhProcess *self, const GError *error)
{
  g_autoptr (BhProcess) alive = g_object_ref (self);

  if (self->failure == NULL)
    self->failure = g_error_copy (error);
  if (is_pending (self->spawned))
    dex_promise_reject (self->spawned, g_error_copy (error));
  bh_stdin_fail (&self->stdin_, error);
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    {
      bh_stream_fail (&self->streams[i], error);
      bh_stream_serve (&self->streams[i]);
    }
  if (is_pending (self->exited))
    dex_promise_reject (self->exited, g_error_copy (error));
}

void
bh_process_orphan (BhProcess *self)
{
  g_autoptr (GError) error = NULL;

  if (self->box == NULL)
    return;
  error = bh_box_gone_error (self->box);
  self->box = NULL;
  bh_process_fail (self, error);
}

DexFuture *
bh_process_spawn (BhProcess *self, const BhSpawn *spawn)
{
  GError *error = NULL;

  dex_return_error_if_fail (BH_IS_PROCESS (self));
  dex_return_error_if_fail (spawn != NULL && spawn->argv != NULL && spawn->argv[0] != NULL);
  if (self->spawned != NULL)
    return dex_ref (DEX_FUTURE (self->spawned));
  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));
  self->spawn = bh_frame_spawn (spawn, &error);
  if (self->spawn == NULL)
    return dex_future_new_for_error (error);
  self->spawned = dex_promise_new ();
  send_bytes (self, BH_WIRE_SPAWN, 0, 0, self->spawn);
  return dex_ref (DEX_FUTURE (self->spawned));
}

static void
send_attach (BhProcess *self, guint stream)
{
  guint64 limit;
  guint64 from = bh_stream_begin (get_stream (self, stream), &limit);
  g_autoptr (GBytes) payload = bh_frame_limit (limit);

  send_bytes (self, BH_WIRE_ATTACH, (guint8) stream, from, payload);
}

static void
send_trim (BhProcess *self, guint stream)
{
  send_frame (self, BH_WIRE_TRIM, (guint8) stream, get_stream (self, stream)->trimmed, NULL, 0);
}

static void
send_size (BhProcess *self)
{
  g_autoptr (GBytes) payload = bh_frame_size (self->rows, self->columns);

  send_bytes (self, BH_WIRE_RESIZE, 0, 0, payload);
}

/* SPAWN is said again also when it was answered, as long as the process has not ended: it changes nothing,
 * and subscribes this connection to EXITED. */
void
bh_process_linked (BhProcess *self)
{
  if (self->spawn != NULL)
    send_bytes (self, BH_WIRE_SPAWN, 0, 0, self->spawn);
  for (guint stream = BH_STREAM_STDOUT; stream <= BH_STREAM_STDERR; stream++)
    {
      BhStream *s = get_stream (self, stream);

      if (s->trimmed > 0)
        send_trim (self, stream);
      if (s->attached && s->error == NULL && (!s->ended || is_pending (self->exited)))
        send_attach (self, stream);
    }
  if (self->has_size)
    send_size (self);
  bh_stdin_restart (&self->stdin_);
}

void
bh_process_attach (BhProcess *self, guint stream, guint64 from)
{
  BhStream *s;

  g_return_if_fail (BH_IS_PROCESS (self));
  s = get_stream (self, stream);
  g_return_if_fail (s != NULL && from >= s->trimmed);
  if (!bh_stream_attach (s, from))
    return;
  if (self->failure != NULL)
    bh_stream_fail (s, self->failure);
  else
    send_attach (self, stream);
}

static void
widen (BhProcess *self, guint stream)
{
  BhStream *s = get_stream (self, stream);

  if (bh_stream_widen (s))
    send_frame (self, BH_WIRE_WINDOW, (guint8) stream, s->limit, NULL, 0);
}

DexFuture *
bh_process_read (BhProcess *self, guint stream)
{
  BhStream *s;
  DexFuture *future;

  dex_return_error_if_fail (BH_IS_PROCESS (self));
  s = get_stream (self, stream);
  dex_return_error_if_fail (s != NULL);
  future = bh_stream_read (s);
  widen (self, stream);
  return future;
}

void
bh_process_unread (BhProcess *self, guint stream, guint64 offset, GBytes *tail)
{
  g_return_if_fail (BH_IS_PROCESS (self) && tail != NULL);
  bh_stream_give_back (get_stream (self, stream), offset, tail);
}

void
bh_process_trim (BhProcess *self, guint stream, guint64 offset)
{
  BhStream *s;

  g_return_if_fail (BH_IS_PROCESS (self));
  s = get_stream (self, stream);
  if (offset <= s->trimmed)
    return;
  s->trimmed = offset;
  send_trim (self, stream);
}

DexFuture *
bh_process_write (BhProcess *self, guint64 offset, GBytes *bytes)
{
  dex_return_error_if_fail (BH_IS_PROCESS (self) && bytes != NULL);
  return bh_stdin_write (&self->stdin_, offset, bytes);
}

guint64
bh_process_get_accepted (BhProcess *self)
{
  g_return_val_if_fail (BH_IS_PROCESS (self), 0);
  return self->stdin_.accepted;
}

void
bh_process_write_eof (BhProcess *self, guint64 offset)
{
  g_return_if_fail (BH_IS_PROCESS (self));
  bh_stdin_set_eof (&self->stdin_, offset);
}

void
bh_process_resize (BhProcess *self, guint16 rows, guint16 columns)
{
  g_return_if_fail (BH_IS_PROCESS (self));
  self->has_size = TRUE;
  self->rows = rows;
  self->columns = columns;
  send_size (self);
}

DexFuture *
bh_process_signal (BhProcess *self, int signum, guint flags)
{
  g_autoptr (GBytes) payload = NULL;

  dex_return_error_if_fail (BH_IS_PROCESS (self));
  if (self->failure != NULL)
    return dex_future_new_for_error (g_error_copy (self->failure));
  payload = bh_frame_signal (signum);
  return bh_box_request (self->box, BH_WIRE_SIGNAL, (guint8) flags, self->id, 0, payload);
}

DexFuture *
bh_process_exited (BhProcess *self)
{
  dex_return_error_if_fail (BH_IS_PROCESS (self));
  return dex_ref (DEX_FUTURE (self->exited));
}

void
bh_process_close (BhProcess *self)
{
  g_return_if_fail (BH_IS_PROCESS (self));
  bh_stdin_close (&self->stdin_);
}

void
bh_process_release (BhProcess *self)
{
  g_autoptr (BhProcess) alive = NULL;
  g_autoptr (GError) error = NULL;
  BhBox *box;

  g_return_if_fail (BH_IS_PROCESS (self));
  if (self->box == NULL)
    return;
  alive = g_object_ref (self);
  box = g_steal_pointer (&self->box);
  error = g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "Process %u was released.", self->id);
  bh_box_forget (box, self);
  bh_process_fail (self, error);
}

static gboolean
receive_spawned (BhProcess *self, const BhFrame *frame)
{
  guint64 accepted;
  int pid, errsv;

  if (!bh_frame_get_spawned (frame, &pid, &errsv, &accepted))
    return FALSE;
  if (self->spawned == NULL)
    return TRUE;
  self->spawn_answered = TRUE;
  if (errsv != 0)
    {
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, (int) g_io_error_from_errno (errsv),
                                              "The program could not be started: %s.", g_strerror (errsv));
      g_clear_pointer (&self->spawn, g_bytes_unref);
      bh_process_fail (self, error);
      return TRUE;
    }
  bh_stdin_accept (&self->stdin_, accepted);
  if (is_pending (self->spawned))
    dex_promise_resolve_boolean (self->spawned, TRUE);
  return TRUE;
}

static gboolean
receive_exited (BhProcess *self, const BhFrame *frame)
{
  int status, signum;

  if (!bh_frame_get_exited (frame, &status, &signum))
    return FALSE;
  g_clear_pointer (&self->spawn, g_bytes_unref);
  if (is_pending (self->exited))
    dex_promise_resolve_int (self->exited, signum != 0 ? 128 + signum : status);
  return TRUE;
}

static gboolean
receive_data (BhProcess *self, const BhFrame *frame)
{
  guint stream = frame->header.flags;

  if (stream != BH_STREAM_STDOUT && stream != BH_STREAM_STDERR)
    return FALSE;
  if (!bh_stream_push (get_stream (self, stream), frame->header.offset, frame->message, BH_FRAME_PREFIX,
                       frame->header.length))
    return FALSE;
  bh_stream_serve (get_stream (self, stream));
  widen (self, stream);
  return TRUE;
}

static gboolean
receive_eof (BhProcess *self, const BhFrame *frame)
{
  guint stream = frame->header.flags;

  if (stream != BH_STREAM_STDOUT && stream != BH_STREAM_STDERR)
    return FALSE;
  if (!bh_stream_end (get_stream (self, stream), frame->header.offset))
    return FALSE;
  bh_stream_serve (get_stream (self, stream));
  return TRUE;
}

/* The program hung up: nobody reads what is still to be written. What it wrote ends with EOF as on any
 * stream. */
static void
receive_hang_up (BhProcess *self)
{
  g_autoptr (GError) error =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "The program in the DevBox has hung up.");

  bh_stdin_fail (&self->stdin_, error);
}

static void
fail_stream (BhProcess *self, guint stream, const GError *error)
{
  BhStream *s = get_stream (self, stream);

  if (!s->attached)
    return;
  bh_stream_fail (s, error);
  bh_stream_serve (s);
}

static gboolean
receive_error (BhProcess *self, const BhFrame *frame)
{
  guint8 type;
  int errsv;
  g_autoptr (GError) error = bh_frame_get_error (frame, &type, &errsv);
  guint stream = frame->header.flags;

  if (error == NULL)
    return FALSE;
  if (type == BH_WIRE_STDIN || type == BH_WIRE_STDIN_EOF)
    bh_stdin_fail (&self->stdin_, error);
  else if (type == BH_WIRE_SPAWN)
    bh_process_fail (self, error);
  else if (type == BH_WIRE_ATTACH)
    {
      if (errsv == ERANGE)
        {
          g_clear_error (&error);
          error = bh_error_new (BH_ERROR_RANGE, NULL, "The DevBox no longer holds that part of the output.");
        }
      for (guint i = BH_STREAM_STDOUT; i <= BH_STREAM_STDERR; i++)
        if (stream == i || stream == 0)
          fail_stream (self, i, error);
    }
  return TRUE;
}

gboolean
bh_process_receive (BhProcess *self, const BhFrame *frame)
{
  switch (frame->header.type)
    {
    case BH_WIRE_SPAWNED:
      return receive_spawned (self, frame);
    case BH_WIRE_STDIN_ACK:
      bh_stdin_accept (&self->stdin_, frame->header.offset);
      return TRUE;
    case BH_WIRE_DATA:
      return receive_data (self, frame);
    case BH_WIRE_EOF:
      return receive_eof (self, frame);
    case BH_WIRE_EXITED:
      return receive_exited (self, frame);
    case BH_WIRE_CHANNEL_CLOSE:
      receive_hang_up (self);
      return TRUE;
    case BH_WIRE_ERROR:
      return receive_error (self, frame);
    default:
      return FALSE;
    }
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-process-private.h"

/* Ids of bh_box_run() begin at random in the upper half of those a caller may choose: what an earlier life of
 * this coordinator ran in the box may still be known there. */
#define PRIVATE_FIRST 0x40000000u
#define PRIVATE_COUNT 0x3fffffffu
#define STEADY_US (2 * G_USEC_PER_SEC)
#define RETRY_MAX_MS 10000
/* boxd has at most 512 open; those that it may have forgotten and we may not yet come on top */
#define ANNOUNCED_MAX 4096

struct _BhBox
{
  GObject parent_instance;

  char *id;
  char *worker;
  char *image;
  BhWorkerLink *link; /* owned while there is a handle */
  guint32 handle;
  gboolean greeted; /* HELLO was answered: connected */
  gint64 connected_at;
  guint failures; /* connections in a row that did not last */
  char *gone_reason;
  DexPromise *ready;
  GHashTable *processes; /* id -> BhProcess */
  GHashTable *releases;  /* ids that the box does not know yet to be released */
  GHashTable *announced; /* ids of channels */
  GQueue channels;       /* BhProcess: not emitted yet */
  guint channels_timer, channels_ms;
  BhBoxRequests requests;
  guint32 last_request, last_private;
};

G_DEFINE_FINAL_TYPE (BhBox, bh_box, G_TYPE_OBJECT)

enum
{
  CHANNEL,
  GONE,
  LINK,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
bh_box_dispose (GObject *object)
{
  BhBox *self = BH_BOX (object);
  g_autoptr (GHashTable) processes = g_steal_pointer (&self->processes);
  GHashTableIter iter;
  gpointer process;

  g_clear_handle_id (&self->channels_timer, g_source_remove);
  g_clear_object (&self->link);
  if (processes != NULL)
    {
      g_hash_table_iter_init (&iter, processes);
      while (g_hash_table_iter_next (&iter, NULL, &process))
        bh_process_orphan (process);
    }
  G_OBJECT_CLASS (bh_box_parent_class)->dispose (object);
}

static void
bh_box_finalize (GObject *object)
{
  BhBox *self = BH_BOX (object);

  bh_box_requests_clear (&self->requests);
  g_queue_clear_full (&self->channels, g_object_unref);
  g_clear_pointer (&self->releases, g_hash_table_unref);
  g_clear_pointer (&self->announced, g_hash_table_unref);
  g_clear_pointer (&self->ready, dex_unref);
  g_free (self->id);
  g_free (self->worker);
  g_free (self->image);
  g_free (self->gone_reason);
  G_OBJECT_CLASS (bh_box_parent_class)->finalize (object);
}

static void
bh_box_class_init (BhBoxClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = bh_box_dispose;
  G_OBJECT_CLASS (klass)->finalize = bh_box_finalize;
  signals[CHANNEL] =
      g_signal_new ("channel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, BH_TYPE_PROCESS);
  signals[GONE] =
      g_signal_new ("gone", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[LINK] =
      g_signal_new ("link", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
bh_box_init (BhBox *self)
{
  self->processes = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->releases = g_hash_table_new (NULL, NULL);
  self->announced = g_hash_table_new (NULL, NULL);
  self->ready = dex_promise_new ();
  g_queue_init (&self->channels);
  bh_box_requests_init (&self->requests);
  self->last_private = g_random_int () % PRIVATE_COUNT;
}

BhBox *
bh_box_new (const char *id, const char *worker, const char *image)
{
  BhBox *self = g_object_new (BH_TYPE_BOX, NULL);

  self->id = g_strdup (id);
  self->worker = g_strdup (worker);
  self->image = g_strdup (image);
  return self;
}

const char *
bh_box_get_id (BhBox *self)
{
  g_return_val_if_fail (BH_IS_BOX (self), NULL);
  return self->id;
}

const char *
bh_box_get_worker_name (BhBox *self)
{
  g_return_val_if_fail (BH_IS_BOX (self), NULL);
  return self->worker;
}

const char *
bh_box_get_image (BhBox *self)
{
  g_return_val_if_fail (BH_IS_BOX (self), NULL);
  return self->image;
}

gboolean
bh_box_is_gone (BhBox *self)
{
  g_return_val_if_fail (BH_IS_BOX (self), TRUE);
  return self->gone_reason != NULL;
}

gboolean
bh_box_is_connected (BhBox *self)
{
  g_return_val_if_fail (BH_IS_BOX (self), FALSE);
  return self->greeted;
}

GError *
bh_box_gone_error (BhBox *self)
{
  return bh_error_new (BH_ERROR_DEVBOX_GONE, NULL, "The DevBox %s has ended. %s", self->id,
                       self->gone_reason != NULL ? self->gone_reason : "The coordinator has let go of it.");
}

guint32
bh_box_next_request_id (BhBox *self)
{
  return ++self->last_request != BH_WIRE_ID_ALL ? self->last_request : ++self->last_request;
}

guint32
bh_box_next_private_id (BhBox *self)
{
  self->last_private = (self->last_private + 1) % PRIVATE_COUNT;
  return PRIVATE_FIRST + self->last_private;
}

DexFuture *
bh_box_ready (BhBox *self)
{
  return dex_ref (DEX_FUTURE (self->ready));
}

guint
bh_box_get_retry_ms (BhBox *self)
{
  return self->failures == 0 ? 0 : MIN (100u << MIN (self->failures - 1, 10), RETRY_MAX_MS);
}

BhProcess *
bh_box_process (BhBox *self, guint32 id)
{
  BhProcess *process;

  g_return_val_if_fail (BH_IS_BOX (self) && id != BH_WIRE_ID_ALL, NULL);
  process = g_hash_table_lookup (self->processes, GUINT_TO_POINTER (id));
  if (process != NULL)
    return process;
  process = bh_process_new (self, id);
  g_hash_table_insert (self->processes, GUINT_TO_POINTER (id), process);
  g_hash_table_remove (self->releases, GUINT_TO_POINTER (id));
  if (self->gone_reason != NULL)
    {
      g_autoptr (GError) error = bh_box_gone_error (self);
      bh_process_fail (process, error);
    }
  return process;
}

gboolean
bh_box_knows (BhBox *self, guint32 id)
{
  return g_hash_table_contains (self->processes, GUINT_TO_POINTER (id));
}

/* Frames go out once HELLO was answered; before that, linked() will say everything. */
gboolean
bh_box_send (BhBox *self, const struct bh_wire_header *header, gconstpointer payload)
{
  if (!self->greeted)
    return FALSE;
  bh_worker_link_send (self->link, self->handle, header, payload);
  return TRUE;
}

static void
send_request (BhBox *self, BhBoxRequest *request)
{
  bh_box_send (self, &request->header,
               request->payload != NULL ? g_bytes_get_data (request->payload, NULL) : NULL);
}

DexFuture *
bh_box_request (BhBox *self, guint8 type, guint8 flags, guint32 id, guint64 offset, GBytes *payload)
{
  gsize length = payload != NULL ? g_bytes_get_size (payload) : 0;
  struct bh_wire_header header = { (guint32) length, type, flags, id, offset };
  BhBoxRequest *request;

  if (self->gone_reason != NULL)
    return dex_future_new_for_error (bh_box_gone_error (self));
  if (length > BH_WIRE_MAX_PAYLOAD)
    return dex_future_new_reject (BH_ERROR, BH_ERROR_TOO_LARGE,
                                  "A request to the DevBox must be less than 1 MiB.");
  request = bh_box_requests_add (&self->requests, &header, payload);
  send_request (self, request);
  return dex_ref (DEX_FUTURE (request->promise));
}

static void
send_release (BhBox *self, guint32 id)
{
  struct bh_wire_header header = { 0, BH_WIRE_RELEASE, 0, id, 0 };

  bh_box_send (self, &header, NULL);
}

void
bh_box_forget (BhBox *self, BhProcess *process)
{
  guint32 id = bh_process_get_id (process);

  g_queue_remove_all (&self->channels, process);
  if (self->processes == NULL || self->gone_reason != NULL)
    return;
  g_hash_table_add (self->releases, GUINT_TO_POINTER (id));
  send_release (self, id);
  g_hash_table_remove (self->processes, GUINT_TO_POINTER (id));
}

void
bh_box_connect (BhBox *self, BhWorkerLink *link, guint32 handle)
{
  struct bh_wire_header header = { BH_WIRE_HELLO_SIZE, BH_WIRE_HELLO, BH_HELLO_CHANNELS, 0, 0 };
  g_autoptr (GBytes) payload = bh_frame_hello ();

  g_assert (self->link == NULL);
  self->link = g_object_ref (link);
  self->handle = handle;
  self->greeted = FALSE;
  self->connected_at = g_get_monotonic_time ();
  bh_worker_link_send (link, handle, &header, g_bytes_get_data (payload, NULL));
}

void
bh_box_disconnect (BhBox *self)
{
  gboolean was_connected = self->greeted;

  if (self->link == NULL)
    return;
  g_clear_object (&self->link);
  self->greeted = FALSE;
  self->failures = g_get_monotonic_time () - self->connected_at < STEADY_US ? self->failures + 1 : 0;
  if (!dex_future_is_pending (DEX_FUTURE (self->ready)) && self->gone_reason == NULL)
    {
      dex_clear (&self->ready);
      self->ready = dex_promise_new ();
    }
  if (was_connected)
    g_signal_emit (self, signals[LINK], 0, FALSE);
}

/* As an array, because what is done to them may add or remove some. */
static GPtrArray *
list_processes (BhBox *self)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer process;

  g_hash_table_iter_init (&iter, self->processes);
  while (g_hash_table_iter_next (&iter, NULL, &process))
    g_ptr_array_add (list, g_object_ref (process));
  return g_steal_pointer (&list);
}

void
bh_box_end (BhBox *self, const char *reason)
{
  g_autoptr (BhBox) alive = g_object_ref (self);
  g_autoptr (GPtrArray) processes = NULL;
  g_autoptr (GError) error = NULL;

  if (self->gone_reason != NULL)
    return;
  self->gone_reason = g_strdup (reason);
  if (self->link != NULL)
    bh_worker_link_drop (self->link, self->handle);
  error = bh_box_gone_error (self);
  if (dex_future_is_pending (DEX_FUTURE (self->ready)))
    dex_promise_reject (self->ready, g_error_copy (error));
  bh_box_requests_fail (&self->requests, error);
  processes = list_processes (self);
  for (guint i = 0; i < processes->len; i++)
    bh_process_fail (g_ptr_array_index (processes, i), error);
  g_signal_emit (self, signals[GONE], 0, reason);
}

static void
say_everything (BhBox *self)
{
  g_autoptr (GPtrArray) processes = list_processes (self);
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->releases);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    send_release (self, GPOINTER_TO_UINT (id));
  for (guint i = 0; i < processes->len; i++)
    bh_process_linked (g_ptr_array_index (processes, i));
  for (GList *link = self->requests.pending.head; link != NULL; link = link->next)
    send_request (self, link->data);
}

static gboolean
receive_hello (BhBox *self, const BhFrame *frame)
{
  guint major, minor;

  if (!bh_frame_get_hello (frame, &major, &minor))
    return FALSE;
  if (major != BH_WIRE_MAJOR)
    {
      g_autofree char *reason = g_strdup_printf ("Its boxd speaks version %u.%u, this coordinator version "
                                                 "%u. Install the same version of Bellhop on both "
                                                 "machines and launch a new DevBox.",
                                                 major, minor, BH_WIRE_MAJOR);
      bh_box_end (self, reason);
      return TRUE;
    }
  if (self->greeted)
    return TRUE;
  self->greeted = TRUE;
  say_everything (self);
  if (dex_future_is_pending (DEX_FUTURE (self->ready)))
    dex_promise_resolve_boolean (self->ready, TRUE);
  g_signal_emit (self, signals[LINK], 0, TRUE);
  return TRUE;
}

static gboolean
emit_channels (gpointer user_data)
{
  BhBox *self = user_data;
  g_autoptr (BhBox) alive = g_object_ref (self);

  self->channels_timer = 0;
  while (!g_queue_is_empty (&self->channels) &&
         g_signal_has_handler_pending (self, signals[CHANNEL], 0, FALSE))
    {
      g_autoptr (BhProcess) channel = g_queue_pop_head (&self->channels);

      g_signal_emit (self, signals[CHANNEL], 0, channel);
    }
  if (!g_queue_is_empty (&self->channels) && self->channels_timer == 0)
    {
      self->channels_ms = MIN (self->channels_ms * 2, 1000);
      self->channels_timer = g_timeout_add (self->channels_ms, emit_channels, self);
    }
  return G_SOURCE_REMOVE;
}

/* A box names its channels as soon as it is connected, which may be before whoever asked for the box has
 * resumed and connected to the signal: then it is held until someone has. */
static gboolean
receive_channel (BhBox *self, const BhFrame *frame)
{
  guint32 id = frame->header.id;

  if (id < BH_WIRE_FIRST_CHANNEL)
    return FALSE;
  if (g_hash_table_contains (self->announced, GUINT_TO_POINTER (id)))
    return TRUE;
  if (g_hash_table_size (self->announced) >= ANNOUNCED_MAX)
    return FALSE;
  g_hash_table_add (self->announced, GUINT_TO_POINTER (id));
  g_queue_push_tail (&self->channels, g_object_ref (bh_box_process (self, id)));
  g_clear_handle_id (&self->channels_timer, g_source_remove);
  self->channels_ms = 10;
  emit_channels (self);
  return TRUE;
}

static gboolean
is_release_answer (BhBox *self, const BhFrame *frame)
{
  guint at = frame->header.type == BH_WIRE_ERROR ? 4 : 0;

  if (frame->header.length <= at || frame->payload[at] != BH_WIRE_RELEASE)
    return FALSE;
  g_hash_table_remove (self->releases, GUINT_TO_POINTER (frame->header.id));
  /* the box does not name it again */
  g_hash_table_remove (self->announced, GUINT_TO_POINTER (frame->header.id));
  return TRUE;
}

gboolean
bh_box_receive (BhBox *self, const BhFrame *frame)
{
  g_autoptr (BhProcess) process = NULL;
  guint8 type = frame->header.type;
  gboolean is_answer = type == BH_WIRE_DONE || type == BH_WIRE_ERROR;

  if (type == BH_WIRE_HELLO)
    return receive_hello (self, frame);
  if (!self->greeted || self->gone_reason != NULL)
    return FALSE;
  if (type == BH_WIRE_CHANNEL)
    return receive_channel (self, frame);
  if ((is_answer && is_release_answer (self, frame)) || bh_box_requests_receive (&self->requests, frame) ||
      type == BH_WIRE_DONE || type == BH_WIRE_FILE || type == BH_WIRE_STATS || type == BH_WIRE_LIST)
    return TRUE;
  /* frames of what was released a moment ago may still be under way */
  g_set_object (&process, g_hash_table_lookup (self->processes, GUINT_TO_POINTER (frame->header.id)));
  return process != NULL ? bh_process_receive (process, frame) : TRUE;
}

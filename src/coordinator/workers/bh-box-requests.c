/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/workers/bh-box-requests.h"

static BhBoxReply *
reply_new (guint8 flags, GBytes *bytes)
{
  BhBoxReply *self = g_new (BhBoxReply, 1);

  self->flags = flags;
  self->bytes = bytes;
  return self;
}

static BhBoxReply *
reply_copy (BhBoxReply *self)
{
  return reply_new (self->flags, g_bytes_ref (self->bytes));
}

void
bh_box_reply_free (BhBoxReply *self)
{
  g_bytes_unref (self->bytes);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (BhBoxReply, bh_box_reply, reply_copy, bh_box_reply_free)

static void
request_free (gpointer data)
{
  BhBoxRequest *request = data;

  g_clear_pointer (&request->payload, g_bytes_unref);
  dex_unref (request->promise);
  g_free (request);
}

void
bh_box_requests_init (BhBoxRequests *self)
{
  g_queue_init (&self->pending);
}

void
bh_box_requests_clear (BhBoxRequests *self)
{
  /* a future that nobody holds any more would wait for its answer for ever, with all it holds */
  for (GList *link = self->pending.head; link != NULL; link = link->next)
    dex_promise_reject (((BhBoxRequest *) link->data)->promise,
                        bh_error_new (BH_ERROR_DEVBOX_GONE, NULL,
                                      "The DevBox is not looked after any more."));
  g_queue_clear_full (&self->pending, request_free);
}

BhBoxRequest *
bh_box_requests_add (BhBoxRequests *self, const struct bh_wire_header *header, GBytes *payload)
{
  BhBoxRequest *request = g_new0 (BhBoxRequest, 1);

  request->header = *header;
  request->payload = payload != NULL ? g_bytes_ref (payload) : NULL;
  request->promise = dex_promise_new ();
  g_queue_push_tail (&self->pending, request);
  return request;
}

/* Answers come in the order of the questions, so the first that matches is meant. */
static BhBoxRequest *
steal (BhBoxRequests *self, guint8 type, guint32 id)
{
  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      BhBoxRequest *request = link->data;

      if (request->header.type != type || request->header.id != id)
        continue;
      g_queue_delete_link (&self->pending, link);
      return request;
    }
  return NULL;
}

gboolean
bh_box_requests_receive (BhBoxRequests *self, const BhFrame *frame)
{
  g_autoptr (GError) error = NULL;
  BhBoxRequest *request;
  guint8 type = 0;
  int errsv;

  switch (frame->header.type)
    {
    case BH_WIRE_FILE:
      type = BH_WIRE_GET;
      break;
    case BH_WIRE_STATS:
    case BH_WIRE_LIST:
      type = frame->header.type;
      break;
    case BH_WIRE_DONE:
      if (!bh_frame_get_done (frame, &type))
        return FALSE;
      break;
    case BH_WIRE_ERROR:
      error = bh_frame_get_error (frame, &type, &errsv);
      break;
    default:
      return FALSE;
    }
  request = steal (self, type, frame->header.id);
  if (request == NULL)
    return FALSE;
  if (error != NULL)
    dex_promise_reject (request->promise, g_steal_pointer (&error));
  else
    dex_promise_resolve_boxed (request->promise, BH_TYPE_BOX_REPLY,
                               reply_new (frame->header.flags, bh_frame_slice (frame, 0)));
  request_free (request);
  return TRUE;
}

void
bh_box_requests_fail (BhBoxRequests *self, const GError *error)
{
  BhBoxRequest *request;

  while ((request = g_queue_pop_head (&self->pending)) != NULL)
    {
      dex_promise_reject (request->promise, g_error_copy (error));
      request_free (request);
    }
}

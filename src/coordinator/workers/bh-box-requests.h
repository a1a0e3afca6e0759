/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What a box was asked and has not answered yet, in order. */

#include "coordinator/workers/bh-box-frames.h"

G_BEGIN_DECLS

typedef struct
{
  guint8 flags; /* of the frame that answered */
  GBytes *bytes;
} BhBoxReply;
#define BH_TYPE_BOX_REPLY (bh_box_reply_get_type ())
GType bh_box_reply_get_type (void);
void bh_box_reply_free (BhBoxReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhBoxReply, bh_box_reply_free)

typedef struct
{
  struct bh_wire_header header;
  GBytes *payload; /* nullable */
  DexPromise *promise;
} BhBoxRequest;

typedef struct
{
  GQueue pending; /* BhBoxRequest */
} BhBoxRequests;

void bh_box_requests_init (BhBoxRequests *self);
void bh_box_requests_clear (BhBoxRequests *self);
/* (transfer none) */
BhBoxRequest *bh_box_requests_add (BhBoxRequests *self, const struct bh_wire_header *header, GBytes *payload);
/* FALSE if the frame answers none of them. */
gboolean bh_box_requests_receive (BhBoxRequests *self, const BhFrame *frame);
/* All of them reject. */
void bh_box_requests_fail (BhBoxRequests *self, const GError *error);

G_END_DECLS

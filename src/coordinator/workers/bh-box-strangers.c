/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */

#include "coordinator/workers/bh-box-private.h"

#include <signal.h>

/* What a coordinator that was killed left running in a box and nobody will ever look at again. */

static void
hang_up (BhBox *self, guint32 id)
{
  BhProcess *process = bh_box_process (self, id);

  dex_future_disown (bh_process_signal (process, SIGHUP, BH_SIGNAL_GROUP));
  bh_process_release (process);
}

static DexFuture *
hang_up_listed (DexFuture *future, gpointer user_data)
{
  BhBox *self = user_data;
  BhBoxReply *reply = g_value_get_boxed (dex_future_get_value (future, NULL));
  gsize size;
  const guint8 *entry = g_bytes_get_data (reply->bytes, &size);
  guint n = 0;

  if (size % BH_WIRE_LISTED_SIZE != 0)
    return dex_future_new_reject (BH_ERROR, BH_ERROR_INTERNAL, "The DevBox sent a list that makes no sense.");
  for (const guint8 *end = entry + size; entry < end; entry += BH_WIRE_LISTED_SIZE)
    {
      guint32 id = bh_wire_get32 (entry);

      if (id < BH_BOX_FIRST_UNOWNED || id >= BH_WIRE_FIRST_CHANNEL || bh_box_knows (self, id))
        continue;
      hang_up (self, id);
      n++;
    }
  return dex_future_new_for_uint (n);
}

DexFuture *
bh_box_hang_up_strangers (BhBox *self)
{
  dex_return_error_if_fail (BH_IS_BOX (self));
  return dex_future_then (bh_box_request (self, BH_WIRE_LIST, 0, bh_box_next_request_id (self), 0, NULL),
                          hang_up_listed, g_object_ref (self), g_object_unref);
}

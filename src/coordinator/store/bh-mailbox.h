/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* From the database's threads to the main context: any number of deliveries cost one wakeup. */

#include <libdex.h>
#include "coordinator/store/bh-change.h"

G_BEGIN_DECLS

typedef enum
{
  BH_DELIVERY_COMMITTED, /* change */
  BH_DELIVERY_RECOVERED, /* epoch */
  BH_DELIVERY_DONE,      /* count: so many requests, after all that came of them */
  BH_DELIVERY_PROMISE,   /* promise, and value or error */
} BhDeliveryKind;

typedef struct
{
  BhDeliveryKind kind;
  BhChange *change;
  guint epoch;
  guint count;
  DexPromise *promise;
  GValue value;
  GError *error;
} BhDelivery;

typedef struct _BhMailbox BhMailbox;
/* Called in the main context for COMMITTED, RECOVERED and DONE; promises are settled by the mailbox itself.
 */
typedef void (*BhMailboxFunc) (const BhDelivery *delivery, gpointer user_data);

/* Delivers in the thread-default main context of the caller. */
BhMailbox *bh_mailbox_new (BhMailboxFunc func, gpointer user_data);
/* Main context only: nothing is delivered any more; promises still in there are rejected. */
void bh_mailbox_free (BhMailbox *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhMailbox, bh_mailbox_free)

/* Any thread. Takes what the deliveries hold. */
void bh_mailbox_post (BhMailbox *self, const BhDelivery *deliveries, guint count);
/* One promise: resolves it if `error` is NULL. Takes all of them; `value` is cleared. */
void bh_mailbox_settle (BhMailbox *self, DexPromise *promise, GValue *value, GError *error);

G_END_DECLS

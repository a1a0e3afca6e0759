/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Which Runs are unread, from one start of the app to the next: those that were, and those that ended while
 * nobody looked. */

#include "client/bh-connections.h"

G_BEGIN_DECLS

#define BH_TYPE_UNREAD (bh_unread_get_type ())
G_DECLARE_FINAL_TYPE (BhUnread, bh_unread, BH, UNREAD, GObject)

/* Marks what comes to be known, and follows it, as long as it lives. */
BhUnread *bh_unread_new (BhConnections *connections, GSettings *settings);

G_END_DECLS

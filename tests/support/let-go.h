/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Whether what a test had is let go of: objects that nobody frees are no leak to a leak checker as long as
 * anything still points at them. */

#include "client/bh-connections.h"

G_BEGIN_DECLS

/* Objects that are to go, each known by its type. */
typedef struct _LetGo LetGo;

LetGo *let_go_new (void);
void let_go_free (LetGo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LetGo, let_go_free)
void let_go_add (LetGo *self, gpointer object);
/* Of a widget and all below it those that are ours. */
void let_go_add_ours (LetGo *self, gpointer widget);
guint let_go_count (LetGo *self);
/* Turns the main loop until none is left. Ends the test, naming those that are, when that takes too long. */
void let_go_wait (LetGo *self);

/* Closes and forgets, and waits until nothing that was under way holds them any more. */
void let_go_of_connections (BhConnections **connections);
void let_go_of_connection (BhConnection **connection);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Starts the local coordinator where nothing else does. */

#include <libdex.h>

G_BEGIN_DECLS

typedef struct _BhClientStart BhClientStart;

/* Asks D-Bus to start the coordinator of the default socket, else starts it detached from everything of this
 * process, its output going to coordinator.log in the data folder. Must be called on a fiber; returns once
 * the program runs. */
BhClientStart *bh_client_start (const char *socket_path, GError **error);
/* TRUE when the program that was started has ended. */
gboolean bh_client_start_has_ended (BhClientStart *self);
/* The last lines that this start has written to its log, "" if none. (transfer full) */
char *bh_client_start_last_words (BhClientStart *self);
void bh_client_start_free (BhClientStart *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhClientStart, bh_client_start_free)

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Waiting for what the main loop brings about. */

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint source;
  gboolean late;
} Wait;

void wait_begin (Wait *self);
/* Turns the main loop once. FALSE: it has taken too long. */
gboolean wait_turn (Wait *self);
void wait_end (Wait *self);

/* Turns the main loop until `condition` holds. Ends the test, saying what was waited for, when that takes too
 * long. */
#define WAIT_UNTIL(condition, what)                                                                          \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    Wait wait_;                                                                                              \
    wait_begin (&wait_);                                                                                     \
    while (!(condition))                                                                                     \
      if (!wait_turn (&wait_))                                                                               \
        g_error ("timed out waiting for %s", what);                                                          \
    wait_end (&wait_);                                                                                       \
  }                                                                                                          \
  G_STMT_END

#define WAIT_FOR(condition) WAIT_UNTIL (condition, #condition)

G_END_DECLS

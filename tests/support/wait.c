/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "support/wait.h"

#define WAIT_MS 20000

static gboolean
late_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

void
wait_begin (Wait *self)
{
  self->late = FALSE;
  self->source = g_timeout_add (WAIT_MS, late_cb, &self->late);
}

gboolean
wait_turn (Wait *self)
{
  g_main_context_iteration (NULL, TRUE);
  return !self->late;
}

void
wait_end (Wait *self)
{
  g_source_remove (self->source);
}

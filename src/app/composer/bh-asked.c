/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "config.h"

#include "app/composer/bh-asked.h"

BhAsked *
bh_asked_new (BhChoiceRow *row, BhConnection *connection, const char *worker, const char *image)
{
  BhAsked *self = g_new0 (BhAsked, 1);

  g_weak_ref_init (&self->row, row);
  self->connection = g_object_ref (connection);
  self->worker = g_strdup (worker);
  self->image = g_strdup (image);
  return self;
}

void
bh_asked_free (gpointer data)
{
  BhAsked *self = data;

  g_weak_ref_clear (&self->row);
  g_object_unref (self->connection);
  g_free (self->worker);
  g_free (self->image);
  g_free (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A group of preferences that shows records of a coordinator, a row for each, and changes them. What is wrong
 * with either is said where its description stands otherwise. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

#define BH_TYPE_RECORDS_GROUP (bh_records_group_get_type ())
G_DECLARE_DERIVABLE_TYPE (BhRecordsGroup, bh_records_group, BH, RECORDS_GROUP, AdwPreferencesGroup)

struct _BhRecordsGroupClass
{
  AdwPreferencesGroupClass parent_class;

  /* A GPtrArray of records. */
  DexFuture *(*list) (BhConnection *connection);
  GtkWidget *(*make_row) (BhRecordsGroup *self);
  /* Also called again, for a row that shows another record. */
  void (*show) (BhRecordsGroup *self, GtkWidget *row, gpointer record);
};

/* Of a subclass; lists whenever it is shown, and when its connection comes. */
AdwPreferencesGroup *bh_records_group_new (GType type, BhConnection *connection, const char *description);
/* Takes `change`, and lists again when it is done. */
void bh_records_group_await (BhRecordsGroup *self, DexFuture *change);
/* NULL once it has been disposed of. */
BhConnection *bh_records_group_get_connection (BhRecordsGroup *self);

G_END_DECLS

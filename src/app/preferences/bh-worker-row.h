/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A worker in the preferences: how it is, and on expanding it its images. */

#include <adwaita.h>

#include "client/bh-connection.h"
#include "client/bh-info-item.h"

G_BEGIN_DECLS

#define BH_TYPE_WORKER_ROW (bh_worker_row_get_type ())
G_DECLARE_FINAL_TYPE (BhWorkerRow, bh_worker_row, BH, WORKER_ROW, AdwExpanderRow)

GtkWidget *bh_worker_row_new (BhConnection *connection, BhInfoItem *worker);

G_END_DECLS

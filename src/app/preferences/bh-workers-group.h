/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The workers of a connection. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

#define BH_TYPE_WORKERS_GROUP (bh_workers_group_get_type ())
G_DECLARE_FINAL_TYPE (BhWorkersGroup, bh_workers_group, BH, WORKERS_GROUP, AdwPreferencesGroup)

AdwPreferencesGroup *bh_workers_group_new (BhConnection *connection);

G_END_DECLS

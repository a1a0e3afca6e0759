/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The DevBoxes of a connection; listed again whenever a worker says something. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

#define BH_TYPE_BOXES_GROUP (bh_boxes_group_get_type ())
G_DECLARE_FINAL_TYPE (BhBoxesGroup, bh_boxes_group, BH, BOXES_GROUP, AdwPreferencesGroup)

AdwPreferencesGroup *bh_boxes_group_new (BhConnection *connection);

G_END_DECLS

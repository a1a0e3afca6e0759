/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The engines of a connection. */

#include <adwaita.h>

#include "client/bh-connection.h"

G_BEGIN_DECLS

#define BH_TYPE_ENGINES_GROUP (bh_engines_group_get_type ())
G_DECLARE_FINAL_TYPE (BhEnginesGroup, bh_engines_group, BH, ENGINES_GROUP, AdwPreferencesGroup)

AdwPreferencesGroup *bh_engines_group_new (BhConnection *connection);

G_END_DECLS

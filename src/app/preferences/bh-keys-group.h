/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* API keys of engines: which are stored; to set, replace and remove. Never a value. */

#include "app/preferences/bh-records-group.h"

G_BEGIN_DECLS

#define BH_TYPE_KEYS_GROUP (bh_keys_group_get_type ())
G_DECLARE_FINAL_TYPE (BhKeysGroup, bh_keys_group, BH, KEYS_GROUP, BhRecordsGroup)

AdwPreferencesGroup *bh_keys_group_new (BhConnection *connection);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Whether engines' own sign-ins may be let into DevBoxes. */

#include "app/preferences/bh-records-group.h"

G_BEGIN_DECLS

#define BH_TYPE_SIGN_INS_GROUP (bh_sign_ins_group_get_type ())
G_DECLARE_FINAL_TYPE (BhSignInsGroup, bh_sign_ins_group, BH, SIGN_INS_GROUP, BhRecordsGroup)

AdwPreferencesGroup *bh_sign_ins_group_new (BhConnection *connection);

G_END_DECLS

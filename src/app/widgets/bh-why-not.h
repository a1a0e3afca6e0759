/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* NULL, or why an engine cannot be used: in the person's language, or in the coordinator's words where it has
 * a reason that is not known here. (transfer full) */
char *bh_why_not_text (const BhEngineInfo *info);

G_END_DECLS

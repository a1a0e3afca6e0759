/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include <glib.h>

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* What is known of an engine, in a line, no markup: why it cannot be used; else its version and where it was
 * found, in the image or among the person's own programs; else that it is looked for, now or later. (transfer
 * full) */
char *bh_engine_text (const BhEngineInfo *info, gboolean is_looking);

G_END_DECLS

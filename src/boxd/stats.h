/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "boxd/box.h"
#include "wire/wire.h"

/* What the box uses. 0 or an errno. */
int stats_read (const struct box *box, struct bh_wire_stats *stats);
/* The "Pss:" line of smaps_rollup in bytes, or UINT64_MAX when there is none. */
uint64_t stats_parse_rollup (const char *text);

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Channels: the connections that programs of the box make to box.sock. */

#include "boxd/unit.h"

/* Accepts what waits at box->programs. */
void channels_accept (struct box *box);
/* After each turn of the loop: goes on accepting when a channel has become free. */
void channels_watch (struct box *box);

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Just enough to write JSON. */

#include "boxd/buffer.h"

/* Appends the text as a JSON string, quotes included; what is not UTF-8 becomes U+FFFD. False without memory.
 */
bool json_append_string (struct buffer *out, const char *text);
/* Bytes of the valid UTF-8 sequence at `p`, of which `left` bytes may be read; 0 when it is not one. */
size_t json_utf8_length (const uint8_t *p, size_t left);

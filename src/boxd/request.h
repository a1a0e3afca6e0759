/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What comes from outside, frame by frame. */

#include "wire/wire.h"

struct conn;

enum request_result
{
  REQUEST_DONE,  /* the next frame can be handled */
  REQUEST_WAITS, /* the same frame is to be handled again when box->recheck is set */
  REQUEST_BAD,   /* it breaks the protocol: close the connection */
};

/* Whether a frame of this type, length and id may come from outside now. Touches nothing. */
bool request_is_valid (const struct bh_wire_header *header, bool greeted);
enum request_result
request_handle (struct conn *conn, const struct bh_wire_header *header, const uint8_t *payload);

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Bytes in order: appended at the end, taken from the beginning. Who appends checks the bound it keeps.
 * An empty buffer holds no memory. */

#include "boxd/util.h"

struct buffer
{
  uint8_t *data;
  size_t head;   /* of the first byte in use */
  size_t length; /* in use */
  size_t size;   /* allocated */
};

static inline const uint8_t *
buffer_bytes (const struct buffer *self)
{
  return self->data + self->head;
}

/* Room for `more` bytes at the end; NULL and errno ENOMEM without memory. buffer_added() says how many came.
 */
uint8_t *buffer_reserve (struct buffer *self, size_t more);
void buffer_added (struct buffer *self, size_t length);
/* False without memory; the buffer is then as it was. */
bool buffer_append (struct buffer *self, const void *data, size_t length);
/* Drops `length` bytes from the beginning. */
void buffer_consume (struct buffer *self, size_t length);
void buffer_clear (struct buffer *self);

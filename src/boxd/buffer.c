/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "boxd/buffer.h"

#include <stdlib.h>
#include <string.h>

#define SMALLEST 512

static bool
grow (struct buffer *self, size_t size)
{
  uint8_t *data = malloc (size);

  if (data == NULL)
    return false;
  if (self->length > 0)
    memcpy (data, buffer_bytes (self), self->length);
  free (self->data);
  self->data = data;
  self->head = 0;
  self->size = size;
  return true;
}

uint8_t *
buffer_reserve (struct buffer *self, size_t more)
{
  size_t need = self->length + more;

  if (self->head + need > self->size)
    {
      /* moving down is enough when that frees at least half, else it would be done for every few bytes */
      if (need <= self->size / 2)
        {
          memmove (self->data, buffer_bytes (self), self->length);
          self->head = 0;
        }
      else if (!grow (self, MAX_OF (need + need / 2, (size_t) SMALLEST)))
        return NULL;
    }
  return self->data + self->head + self->length;
}

void
buffer_added (struct buffer *self, size_t length)
{
  self->length += length;
}

bool
buffer_append (struct buffer *self, const void *data, size_t length)
{
  uint8_t *end;

  if (length == 0)
    return true;
  end = buffer_reserve (self, length);
  if (end == NULL)
    return false;
  memcpy (end, data, length);
  self->length += length;
  return true;
}

void
buffer_consume (struct buffer *self, size_t length)
{
  self->head += length;
  self->length -= length;
  if (self->length == 0)
    buffer_clear (self);
}

void
buffer_clear (struct buffer *self)
{
  free (self->data);
  memset (self, 0, sizeof *self);
}

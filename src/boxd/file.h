/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Files of the box, for outside. boxd does this itself, so nothing a program of the box puts at a path (a
 * pipe, a terminal, a link into /proc) may make it wait or write to itself. */

#include <limits.h>
#include "boxd/util.h"

#define FILE_PATH_MAX (PATH_MAX - 1)

struct file_put
{
  mode_t mode;
  char path[PATH_MAX];
  const uint8_t *data; /* in the payload */
  size_t length;
};

struct file_get
{
  uint32_t most; /* bytes */
  char path[PATH_MAX];
};

/* False when the payload is not what wire.h says. */
bool file_parse_put (struct file_put *self, const uint8_t *payload, size_t length);
bool file_parse_get (struct file_get *self, const uint8_t *payload, size_t length);
/* 0 or an errno. */
int file_put (const struct file_put *self, uint64_t offset);
/* Bytes read, or -1 with errno. `last`: the end of the file was reached. */
ssize_t file_get (const struct file_get *self, uint64_t offset, uint8_t *data, bool *last);

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The payload of SPAWN: foreign bytes. Touches nothing but memory. */

#include "boxd/util.h"

struct spawn_request
{
  uint32_t flags; /* BH_SPAWN_* */
  uint16_t rows, columns;
  const char *cwd; /* these point into the payload */
  char **argv;     /* NULL-terminated */
  char **env;      /* NULL-terminated, "NAME=value" */
  char **strings;  /* owned: what argv and env lie in */
};

/* 0, or an errno: EINVAL when the payload is not what wire.h says, ENOMEM. */
int spawn_parse (struct spawn_request *self, const uint8_t *payload, size_t length);
void spawn_clear (struct spawn_request *self);
/* The paths at which the program is to be looked for, in order, NULL-terminated and in one piece of memory to
 * be freed: argv[0] itself when it has a slash, else what PATH of the request makes of it. NULL without
 * memory. */
char **spawn_candidates (const struct spawn_request *self);

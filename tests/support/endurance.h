/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "recorder.h"

G_BEGIN_DECLS

/* What a dialect remembers in sessions without end. In the lines "@" stands for a number that is another one
 * each time. */
typedef struct
{
  BhDialect *(*make) (void);
  const char *const *opening; /* NULL-terminated: the engine's, until there is a session */
  const char *const *turn;    /* likewise: a turn; the last line is its end */
  const char *ending;         /* lines with this in them end what others have begun */
} Endurance;

/* Tests below `path`, such as "/codex". */
void endurance_add_tests (const char *path, const Endurance *self);

G_END_DECLS

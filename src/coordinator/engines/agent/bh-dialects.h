/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The wire protocols that are known. */

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

/* (transfer full) (nullable) by the name that keyfiles use */
BhDialect *bh_dialect_new (const char *protocol);

G_END_DECLS

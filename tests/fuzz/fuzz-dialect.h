/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

/* Whatever an engine says. A line of input is a line of the engine, in which "$" is the id of our last
 * request; or what is done with the dialect: p(rompt), c(ancel), y(es), n(o), a(nswer), d(ecline), r(estart),
 * m: with a mode and a model to set. The recorder looks at all that is told. */
void fuzz_dialect (BhDialect *(*make) (void), const guint8 *data, gsize size);

G_END_DECLS

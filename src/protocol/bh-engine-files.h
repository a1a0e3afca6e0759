/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The engine files of this machine: those that came with Bellhop, each replaced by one of the same name in
 * $XDG_CONFIG_HOME/bellhop/engines/. */

#include "protocol/bh-engine-file.h"

G_BEGIN_DECLS

/* (transfer full) BhEngineFile, best rank first. A bad one is logged with its path, key and what is wrong,
 * and left out. */
GPtrArray *bh_engine_files_load (void);

G_END_DECLS

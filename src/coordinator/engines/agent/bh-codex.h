/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Codex' own CLI (package @openai/codex), spoken to as `codex app-server`: JSON-RPC without its "jsonrpc"
 * member. `mode` of the spec is the sandbox that Codex is to put around its commands ("workspace-write" if
 * not said), `auth` is not looked at. A thread that is to be resumed and is not there is begun anew. */

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

#define BH_TYPE_CODEX (bh_codex_get_type ())
G_DECLARE_FINAL_TYPE (BhCodex, bh_codex, BH, CODEX, GObject)

BhDialect *bh_codex_new (void);

G_END_DECLS

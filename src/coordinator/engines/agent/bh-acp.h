/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The Agent Client Protocol, version 1 (agentclientprotocol.com): newline-delimited JSON-RPC 2.0. What
 * differs between the engines that speak it is said by their keyfiles; here only what each of them was seen
 * to do. */

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

#define BH_TYPE_ACP (bh_acp_get_type ())
G_DECLARE_FINAL_TYPE (BhAcp, bh_acp, BH, ACP, GObject)

BhDialect *bh_acp_new (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/agent/bh-dialects.h"

#include "coordinator/engines/agent/bh-acp.h"
#include "coordinator/engines/agent/bh-claude-stream.h"
#include "coordinator/engines/agent/bh-codex.h"
#include "protocol/bh-engine-file.h"

BhDialect *
bh_dialect_new (const char *protocol)
{
  static const struct
  {
    const char *name;
    BhDialect *(*make) (void);
  } dialects[] = {
    { BH_PROTOCOL_ACP, bh_acp_new },
    { BH_PROTOCOL_CLAUDE, bh_claude_stream_new },
    { BH_PROTOCOL_CODEX, bh_codex_new },
  };

  for (guint i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (g_strcmp0 (protocol, dialects[i].name) == 0)
      return dialects[i].make ();
  return NULL;
}

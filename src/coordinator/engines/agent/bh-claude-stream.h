/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Claude Code's own CLI (package @anthropic-ai/claude-code), spoken to as
 *   claude -p --input-format stream-json --output-format stream-json --verbose --include-partial-messages
 *          --permission-mode manual --permission-prompt-tool stdio [--resume ID] …
 * What is passed there is not said again: `resume` and `mcp_argv` of the spec are the argv's business.
 *
 * - The CLI names its session only when the first turn has begun. So sink->session() is called when it is
 *   ready, with the id that is to be resumed or else an empty one, and once more if another id shows.
 * - When the session to be resumed is not there any more, the CLI says so and ends before there is a session.
 *   Nothing is told then: it is to be started again without --resume.
 * - Prompts that begin with "/" are commands to the CLI. */

#include "coordinator/engines/agent/bh-dialect.h"

G_BEGIN_DECLS

#define BH_TYPE_CLAUDE_STREAM (bh_claude_stream_get_type ())
G_DECLARE_FINAL_TYPE (BhClaudeStream, bh_claude_stream, BH, CLAUDE_STREAM, GObject)

BhDialect *bh_claude_stream_new (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "replay-recordings.h"

static const char *const mcp_argv[] = { "/run/bellhop/bin/bellhop-boxd", "mcp", NULL };

#define CLAUDE { .cwd = "/workspace" }
#define CODEX { .cwd = "/workspace", .mcp_argv = mcp_argv }

const ReplayRecording replay_recordings[] = {
  { "claude-acp.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv, .mode = "default" } },
  { "claude-acp-noauth.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv, .mode = "default" } },
  { "codex-acp.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv, .model = "fake-model" } },
  { "codex-acp-noauth.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv } },
  { "copilot-acp.jsonl", &replay_acp, { .cwd = "/work", .mode = "agent" } },
  { "copilot-acp-noauth.jsonl", &replay_acp, { .cwd = "/work" } },
  { "gemini-acp.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv, .auth = "gemini-api-key" } },
  { "gemini-acp-noauth.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv } },
  { "goose-acp.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv } },
  { "opencode-acp.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv, .model = "other/model" } },
  { "opencode-acp-noauth.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv } },
  { "qwen-acp.jsonl", &replay_acp, { .cwd = "/work", .mode = "default", .auth = "openai" } },
  { "synthetic-acp.jsonl", &replay_acp, { .cwd = "/work", .mcp_argv = mcp_argv } },
  { "claude-stream.jsonl", &replay_claude, CLAUDE },
  { "claude-stream-401.jsonl", &replay_claude, CLAUDE },
  { "claude-stream-500.jsonl", &replay_claude, CLAUDE },
  { "claude-stream-noauth.jsonl", &replay_claude, CLAUDE },
  { "claude-stream-tools.jsonl", &replay_claude, CLAUDE },
  { "claude-stream-decide.jsonl", &replay_claude, CLAUDE },
  { "claude-stream-gone.jsonl", &replay_claude, CLAUDE },
  { "synthetic-claude-stream.jsonl", &replay_claude, CLAUDE },
  { "codex-app-server.jsonl", &replay_codex, CODEX },
  { "codex-app-server-401.jsonl", &replay_codex, CODEX },
  { "codex-app-server-500.jsonl", &replay_codex, CODEX },
  { "codex-app-server-gone.jsonl", &replay_codex, CODEX },
  { "codex-app-server-turns.jsonl", &replay_codex, CODEX },
  { "synthetic-codex-app-server.jsonl", &replay_codex, CODEX },
};
const guint replay_n_recordings = G_N_ELEMENTS (replay_recordings);

static void
test_recording (gconstpointer data)
{
  replay_check (data);
}

void
replay_add_tests (const char *prefix, const ReplayProtocol *protocol)
{
  for (guint i = 0; i < replay_n_recordings; i++)
    {
      g_autofree char *path = g_strconcat (prefix, "/", replay_recordings[i].file, NULL);

      if (replay_recordings[i].protocol == protocol)
        g_test_add_data_func (path, &replay_recordings[i], test_recording);
    }
}

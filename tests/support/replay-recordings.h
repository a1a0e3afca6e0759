/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The transcripts of tests/fixtures/engines, and how those of each wire protocol are played. */

#include "replay.h"

G_BEGIN_DECLS

extern const ReplayProtocol replay_acp, replay_claude, replay_codex;
extern const ReplayRecording replay_recordings[];
extern const guint replay_n_recordings;

/* replay_check() of each of a protocol's, as tests of these names. */
void replay_add_tests (const char *prefix, const ReplayProtocol *protocol);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* What tests of the ACP dialect have an engine say. */

#include "support/talk.h"

Talk *acp_talk_new (void);
/* Starts it; the engine has these capabilities. */
void acp_start (Talk *talk, const BhSessionSpec *spec, const char *capabilities);
/* Up to a session without anything special. */
void acp_start_session (Talk *talk);
/* The engine answers our last request: "result" or "error" and its value. */
void acp_reply (Talk *talk, const char *what);
/* The members of a session/update. */
void acp_update (Talk *talk, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* A question and a request for permission. */
void acp_ask_and_permit (Talk *talk, guint number);

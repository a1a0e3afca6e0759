/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

#include "recorder.h"

G_BEGIN_DECLS

/* A dialect and what it tells its sink: the test is the engine, and the person who allows things. */
typedef struct
{
  Recorder *recorder;
  BhDialect *dialect;
  gint64 last_id;     /* of our requests, in JSON-RPC */
  char *last_request; /* (nullable) the same of Claude Code's control requests */
  char *request;      /* the last that was asked of us */
  guint asks, permits, withdrawn, turns, failures, sessions;
} Talk;

Talk *talk_new (BhDialect *(*make) (void) );
/* It must be the last to hold them. */
void talk_free (Talk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Talk, talk_free)

void talk_start (Talk *self, const BhSessionSpec *spec);
void talk_prompt (Talk *self);
/* The engine says this line of JSON. */
void talk_hear (Talk *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* What was told since the last call. (transfer full) */
char *talk_told (Talk *self);
/* The title in the last that was told, which is asked to be permitted. (transfer full) */
char *talk_permit_title (Talk *self);
/* What is told when the last request is permitted so. (transfer full) */
char *talk_permit (Talk *self, BhPermit permit);

G_END_DECLS

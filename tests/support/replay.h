/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* Plays a recorded transcript of an engine (tests/fixtures/engines) to a dialect: what the recorded client
 * did is done with the dialect, what the engine said is fed to it, and everything it tells its sink is
 * written down as text. */

#include "recorder.h"

G_BEGIN_DECLS

typedef struct _Replay Replay;

/* What a wire protocol's test has to say. For JSON-RPC take the replay_rpc_…() functions. */
typedef struct
{
  BhDialect *(*make) (void);
  /* The recorded client said this: do the like by replay_prompt() and so on. The beginning of a process is
   * done already. */
  void (*client) (Replay *self, JsonObject *line);
  /* The dialect sent this. */
  void (*sent) (Replay *self, JsonObject *line);
  /* The recorded engine said this. What the dialect is to be told instead: with its own ids; NULL if it never
   * asked for it. (transfer full) */
  JsonObject *(*agent) (Replay *self, JsonObject *line);
  /* (nullable) (transfer full) the id of the engine's request, if this line is one: under this name
   * replay_permit() and replay_answer() know it. */
  char *(*request) (JsonObject *line);
  /* JSON-RPC only. Requests of one class answer for each other ("session/new" and "session/load"). NULL: the
   * recording does not matter, such a request is answered with an empty result. */
  const char *(*class_of) (const char *method);
  /* What a new process may know of the one before, by its keys in the state; NULL at the end. */
  const char *const *lasting;
} ReplayProtocol;

typedef struct
{
  const char *file; /* its name in tests/fixtures/engines */
  const ReplayProtocol *protocol;
  BhSessionSpec spec; /* `resume` is filled in */
} ReplayRecording;

/* Plays it in all variants, and compares with FILE.expected. */
void replay_check (const ReplayRecording *recording);

/* What carries the engine's lines to the dialect, as the bytes that they are. */
typedef struct
{
  gpointer data;
  void (*put) (gpointer data, const char *bytes);
  /* (transfer full) the next line */
  char *(*get) (gpointer data);
} ReplayWire;
/* Plays it once, and gives what the sink was told. With `wire` (nullable) what the engine says goes over
 * that, several lines at a time where nothing that the client did lies between them. `also` (nullable) is
 * told of what belongs on the timeline, too. (transfer full) */
char *replay_play (const ReplayRecording *recording, const ReplayWire *wire, BhDialectSink *also);
/* Compares with FILE.SUFFIX. With BELLHOP_UPDATE_EXPECTED set that is written anew, to be looked at before it
 * is committed. */
void replay_compare (const char *file, const char *suffix, const char *text);
/* (transfer full) the lines of the engine in a transcript, as JSON texts. */
GPtrArray *replay_engine_lines (const char *file);

/* For ReplayProtocol.client. Each is ignored when the dialect is not in a state for it. */
void replay_prompt (Replay *self, const char *text);
void replay_cancel (Replay *self);
void replay_permit (Replay *self, const char *request, gboolean allowed);
/* `texts`: one a question, the label of an option or else free text; several labels are separated by "\n".
 * NULL: nobody answers. */
void replay_answer (Replay *self, const char *request, const char *const *texts);
/* To be fed to the dialect when it has returned. Takes `line`. */
void replay_feed (Replay *self, JsonObject *line);
/* Feeds it now; only from ReplayProtocol.client. */
void replay_flush (Replay *self);
/* To be fed to it when the recorded client speaks next: behind all that the engine says until then. */
void replay_feed_later (Replay *self, JsonObject *line);
const ReplayProtocol *replay_protocol (Replay *self);
/* For what a protocol has to remember; forgotten with the process. */
void replay_note (Replay *self, const char *key, const char *value);
const char *replay_noted (Replay *self, const char *key);

/* JSON-RPC, with or without its "jsonrpc" member. Calls class_of. */
void replay_rpc_client (Replay *self, JsonObject *line); /* notes ids; call it first */
void replay_rpc_sent (Replay *self, JsonObject *line);
JsonObject *replay_rpc_agent (Replay *self, JsonObject *line);
char *replay_rpc_request (JsonObject *line);

G_END_DECLS

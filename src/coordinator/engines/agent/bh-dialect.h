/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The wire protocol of an engine's CLI, without I/O: JSON lines in, calls of its sink out. Nothing here
 * waits, and nothing is kept but in the sink's state, which is stored in the same transaction as what a line
 * caused: a dialect made anew over the same state goes on in the middle of a turn. */

#include "protocol/bh-records.h"

G_BEGIN_DECLS

/* What is said in prose. */
typedef enum
{
  BH_SAID_MESSAGE,
  BH_SAID_THOUGHT,
} BhSaid;

typedef enum
{
  BH_TOOL_UNCHANGED, /* the update says nothing of it */
  BH_TOOL_PENDING,   /* announced; its call may still be incomplete */
  BH_TOOL_RUNNING,
  BH_TOOL_COMPLETED,
  BH_TOOL_FAILED,
} BhToolState;

/* One word about a tool call. Updates are upserts: any of them may be the first. NULL says nothing new. */
typedef struct
{
  const char *id;    /* the engine's, unique within its session */
  const char *tool;  /* "Bash", "edit": what the engine calls it */
  const char *title; /* one line */
  BhToolState state;
  const char *call;   /* the exact call, as known now */
  const char *result; /* the exact result, whole */
  const char *output; /* a piece of output, to be appended; of a tool that streams */
  const char *detail; /* diffs, locations: appended to the result */
  int exit_status;    /* -1: none */
} BhToolUpdate;
#define BH_TOOL_UPDATE_INIT { .state = BH_TOOL_UNCHANGED, .exit_status = -1 }

typedef enum
{
  BH_PLAN_PENDING,
  BH_PLAN_IN_PROGRESS,
  BH_PLAN_COMPLETED,
} BhPlanState;
typedef struct
{
  const char *text;
  BhPlanState state;
} BhPlanEntry;

/* What an engine says it has used; -1 where it does not say. */
typedef struct
{
  gint64 context_used, context_size;  /* tokens in the model's window now, and how many fit */
  gint64 input_tokens, output_tokens; /* of the turn that has ended */
  double cost;                        /* of the session, in `currency` */
  const char *currency;               /* ISO 4217 */
} BhUsage;
#define BH_USAGE_INIT { -1, -1, -1, -1, -1.0, NULL }

/* How a turn ended, in the engine's own words; the driver does not have to believe it. */
typedef enum
{
  BH_TURN_DONE,
  BH_TURN_CANCELLED,
  BH_TURN_REFUSED, /* the model would not */
  BH_TURN_LIMITED, /* out of tokens, requests or money */
  BH_TURN_FAILED,  /* an error of the model or the engine */
} BhTurnEnd;

/* What an engine wants to be permitted. Its words, as foreign as all it says. */
typedef struct
{
  const char *tool;  /* (nullable) id of the call */
  const char *title; /* (nullable) one line, which a model may have written */
  /* (nullable) what exactly would be done */
  const char *call;
  /* (nullable) what may be permitted for longer than this once; NULL: nothing is offered */
  const char *always;
} BhPermission;

typedef enum
{
  BH_PERMIT_REJECT,
  BH_PERMIT_ONCE,
  BH_PERMIT_ALWAYS, /* what was offered as that, else once */
} BhPermit;

/* How a session came to be. */
typedef enum
{
  BH_SESSION_NEW,     /* also: the one that was to be resumed is not known any more */
  BH_SESSION_RESUMED, /* it knows what was said before */
} BhSessionHow;

/* Why an engine cannot be talked to. */
typedef enum
{
  BH_DIALECT_SIGNED_OUT,
  BH_DIALECT_REFUSED, /* it answered a request that it must not refuse with an error */
  BH_DIALECT_BROKEN,  /* what it says makes no sense */
} BhDialectFailure;

/* What the engine's session is to be. All (transfer none), alive during the call. */
typedef struct
{
  const char *cwd;             /* in the box */
  const char *resume;          /* (nullable) the session to take up again */
  const char *const *mcp_argv; /* (nullable) our MCP server as a stdio command; NULL: passed in argv */
  const char *mode;            /* (nullable) mode to set */
  const char *model;           /* (nullable) model to set */
  const char *auth;            /* (nullable) method to authenticate with */
} BhSessionSpec;

/* The name under which our MCP server is told to engines. */
#define BH_MCP_SERVER_NAME "bellhop"

#define BH_TYPE_DIALECT_SINK (bh_dialect_sink_get_type ())
G_DECLARE_INTERFACE (BhDialectSink, bh_dialect_sink, BH, DIALECT_SINK, GObject)
struct _BhDialectSinkInterface
{
  GTypeInterface parent;
  /* One line for the engine's stdin (takes nothing; no newline). */
  void (*send) (BhDialectSink *self, JsonNode *line);
  /* Small texts by key, stored with everything else of this line; NULL removes. */
  const char *(*get_state) (BhDialectSink *self, const char *key);
  void (*set_state) (BhDialectSink *self, const char *key, const char *value);
  /* Such a value that is JSON of ours, a number too. (nullable) as the one above */
  void (*set_json) (BhDialectSink *self, const char *key, const char *value);
  /* The session is there: prompts may come. `id` may be empty, or the one to be resumed, for an engine that
   * names its session with its first turn; then it is told again, if it is another. */
  void (*session) (BhDialectSink *self, const char *id, BhSessionHow how);
  void (*failed) (BhDialectSink *self, BhDialectFailure failure, const char *detail);
  /* A piece of prose. Pieces of one `id` (nullable: of whatever is being said) belong together. */
  void (*said) (BhDialectSink *self, BhSaid what, const char *id, const char *text);
  void (*tool) (BhDialectSink *self, const BhToolUpdate *update);
  void (*plan) (BhDialectSink *self, const BhPlanEntry *entries, guint n_entries);
  void (*usage) (BhDialectSink *self, const BhUsage *usage);
  /* Something worth a line of its own: a retry, a compaction, an update of a kind that is not known. */
  void (*notice) (BhDialectSink *self, const char *text);
  /* A question of the engine's own; answered by bh_dialect_answer(). */
  void (*ask) (BhDialectSink *self, const char *request, BhQuestionSet *set);
  /* May it? Answered by bh_dialect_permit(). */
  void (*permit) (BhDialectSink *self, const char *request, const BhPermission *permission);
  /* The engine withdrew a question or request for permission. */
  void (*withdrawn) (BhDialectSink *self, const char *request);
  void (*turn_ended) (BhDialectSink *self, BhTurnEnd end, const char *detail);
  /* (transfer full) A text with secrets hidden, before it is cut: half of one would not be known any more.
   * Left out: there are none. */
  char *(*masked) (BhDialectSink *self, const char *text);
};
void bh_dialect_sink_send (BhDialectSink *self, JsonNode *line);
const char *bh_dialect_sink_get_state (BhDialectSink *self, const char *key);
void bh_dialect_sink_set_state (BhDialectSink *self, const char *key, const char *value);
void bh_dialect_sink_set_json (BhDialectSink *self, const char *key, const char *value);
void bh_dialect_sink_session (BhDialectSink *self, const char *id, BhSessionHow how);
void bh_dialect_sink_failed (BhDialectSink *self, BhDialectFailure failure, const char *detail);
void bh_dialect_sink_said (BhDialectSink *self, BhSaid what, const char *id, const char *text);
void bh_dialect_sink_tool (BhDialectSink *self, const BhToolUpdate *update);
void bh_dialect_sink_plan (BhDialectSink *self, const BhPlanEntry *entries, guint n_entries);
void bh_dialect_sink_usage (BhDialectSink *self, const BhUsage *usage);
void bh_dialect_sink_notice (BhDialectSink *self, const char *text);
void bh_dialect_sink_ask (BhDialectSink *self, const char *request, BhQuestionSet *set);
void bh_dialect_sink_permit (BhDialectSink *self, const char *request, const BhPermission *permission);
void bh_dialect_sink_withdrawn (BhDialectSink *self, const char *request);
void bh_dialect_sink_turn_ended (BhDialectSink *self, BhTurnEnd end, const char *detail);
char *bh_dialect_sink_masked (BhDialectSink *self, const char *text);

#define BH_TYPE_DIALECT (bh_dialect_get_type ())
G_DECLARE_INTERFACE (BhDialect, bh_dialect, BH, DIALECT, GObject)
struct _BhDialectInterface
{
  GTypeInterface parent;
  void (*start) (BhDialect *self, BhDialectSink *sink, const BhSessionSpec *spec);
  void (*prompt) (BhDialect *self, BhDialectSink *sink, const char *text);
  void (*cancel) (BhDialect *self, BhDialectSink *sink);
  void (*receive) (BhDialect *self, BhDialectSink *sink, JsonObject *line);
  void (*answer) (BhDialect *self, BhDialectSink *sink, const char *request, const BhQuestionSet *set);
  void (*permit_reply) (BhDialect *self, BhDialectSink *sink, const char *request, BhPermit permit);
};
/* First words to a process that was just started; forgets what state says of an earlier one. The sink is told
 * of the session, or of the failure. */
void bh_dialect_start (BhDialect *self, BhDialectSink *sink, const BhSessionSpec *spec);
/* Begins a turn. Only when there is a session and no turn. */
void bh_dialect_prompt (BhDialect *self, BhDialectSink *sink, const char *text);
/* Asks the engine to end its turn; it still ends by turn_ended. */
void bh_dialect_cancel (BhDialect *self, BhDialectSink *sink);
/* One line of the engine. Foreign: whatever it holds is answered, shown or ignored, and never trusted. */
void bh_dialect_receive (BhDialect *self, BhDialectSink *sink, JsonObject *line);
/* `set`: answered; NULL: nobody will answer, decide yourself. A request that is not known is ignored. */
void bh_dialect_answer (BhDialect *self, BhDialectSink *sink, const char *request, const BhQuestionSet *set);
void bh_dialect_permit (BhDialect *self, BhDialectSink *sink, const char *request, BhPermit permit);

/* (transfer none) (nullable) which of our own tools ("ask_human", "report_result", "delegate") is called so;
 * where it is known that the tool is our server's. */
const char *bh_dialect_own_tool (const char *name);
/* The same by a name that says whose the tool is, such as "mcp__bellhop__ask_human", "bellhop_ask_human" or
 * "bellhop/ask_human". Other servers and engines themselves (Goose) have a "delegate", too. */
const char *bh_dialect_own_call (const char *name);

G_END_DECLS

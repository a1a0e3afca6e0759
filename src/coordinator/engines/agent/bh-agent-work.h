/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* The work of one BhAgent on one Run: where it stands (all of it in the Run's state), and the sink of its
 * dialect. What the dialect says is staged on the timeline at once; what needs an answer that another part
 * has to give is kept in a queue and told by a wake-up. Private to the agent. */

#include "coordinator/engines/agent/bh-dialect.h"
#include "coordinator/engines/agent/bh-turn-log.h"
#include "protocol/bh-engine-file.h"
#include "coordinator/engines/bh-engine.h"
#include "coordinator/runs/bh-line-pipe.h"

G_BEGIN_DECLS

typedef enum
{
  BH_PHASE_NONE,     /* no process */
  BH_PHASE_STARTING, /* a process, no session yet */
  BH_PHASE_READY,    /* a session, no turn */
  BH_PHASE_TURN,
} BhPhase;

/* Names in the Run's state. */
#define BH_AGENT_PROCESS "agent.process" /* id of the process */
#define BH_AGENT_COUNT "agent.count"     /* of the whole Run: an id of a process is never used again */
#define BH_AGENT_PHASE "agent.phase"
#define BH_AGENT_TURN "agent.turn" /* of the Run: a new one begins with nothing under way */
#define BH_AGENT_SESSION "agent.session"
#define BH_AGENT_STALE "agent.stale"   /* the session that was to be resumed is not known any more */
#define BH_AGENT_STORY "agent.story"   /* the session knows nothing of what was said before */
#define BH_AGENT_BEGUN "agent.begun"   /* the instructions were sent */
#define BH_AGENT_PROMPT "agent.prompt" /* of the turn under way */
#define BH_AGENT_DEATHS "agent.deaths" /* of processes since a turn ended by itself */
#define BH_AGENT_DIED "agent.died"     /* how the last process ended, in the middle of a turn */
#define BH_AGENT_SAID "said"
#define BH_AGENT_STEPPED "stepped"
/* the value of BH_AGENT_DIED for one that had to be killed to be interrupted */
#define BH_AGENT_DIED_CUT "interrupted"
#define BH_AGENT_DIED_STOPPED "stopped"
/* the process that is being ended */
#define BH_AGENT_ENDING "agent.ending"
#define BH_AGENT_KILLING "agent.killing" /* with all that it ever started */
#define BH_AGENT_CUT "agent.cut"         /* the turn is to be cut short */
#define BH_AGENT_END "agent.end"         /* how the last turn ended, and in which words */
#define BH_AGENT_END_WHY "agent.end.why"
#define BH_AGENT_SUMMARY "agent.summary"
#define BH_AGENT_DID "agent.did" /* "said" or "stepped": what the last turn did */
/* the call that the person did not allow; gone with what came after it */
#define BH_AGENT_REJECTED "agent.rejected"
#define BH_AGENT_TOKENS "agent.tokens"   /* the model has written something in it, the engine says */
#define BH_AGENT_FAILURE "agent.failure" /* why this engine cannot go on */
#define BH_AGENT_ASKS "agent.asks"       /* its own questions under way: "KEY REQUEST", one a line */
#define BH_AGENT_STRAYED "agent.strayed" /* this process printed what is no message, and that was told */
#define BH_AGENT_ERR "agent.err"         /* offset read of its stderr */

#define BH_TYPE_AGENT_WORK (bh_agent_work_get_type ())
G_DECLARE_FINAL_TYPE (BhAgentWork, bh_agent_work, BH, AGENT_WORK, GObject)

struct _BhAgentWork
{
  GObject parent_instance;

  const BhEngineFile *file; /* borrowed */
  BhEngineHost *host;
  BhJournal *journal;
  BhStateView *states;
  gboolean delegated; /* by another engine: messages of the person are not for it */
  BhDialect *dialect;
  BhTurnLog *log;
  BhProcess *process;  /* (nullable) */
  BhLinePipe *pipe;    /* (nullable) of the process */
  DexFuture *err_read; /* (nullable) resolves when its stderr was read to the end */
  GHashTable *keys;    /* (nullable) what it gets of the stored keys, name -> value */
  GString *strays;     /* the last lines that were no JSON, and what stderr said */
  DexPromise *wake;    /* resolved, and replaced, when something happened that is not a line */
  GQueue answers;      /* BhAgentAnswer */
  GHashTable *watched; /* keys of questions that are waited for */
  GQueue asked;        /* BhAgentAsked: questions of the line being read */
  gint64 started_at;   /* monotonic: when the process was opened */
  GQueue permits;      /* BhAgentPermit: of the line being read */
  gboolean talked;     /* lines were staged for the engine: to be written after the commit */
  gint64 cancelled_at; /* monotonic; 0: the turn was not asked to end */
  gint64 heard_at;     /* monotonic: when the engine last said anything that is on the timeline */
  struct
  {
    gint64 context_used, context_size, input_tokens, output_tokens;
    double cost;
    char *currency;
    gboolean told; /* something that is not staged */
    gint64 staged_at;
  } usage;
  guint quiet_notices; /* said in this silence */
};

/* What helps when whatever was in the way is gone. */
#define BH_AGENT_AGAIN "Send a message to let it try again."

/* A question that the engine asked by its own protocol. */
typedef struct
{
  char *request;
  BhQuestionSet *set;
} BhAgentAsked;

/* What it wants to be permitted. */
typedef struct
{
  char *request;
  char *tool, *title, *call, *always; /* as in BhPermission */
} BhAgentPermit;

/* An answered question that the engine has to be told of. */
typedef struct
{
  char *key;
  BhQuestionSet *set; /* (nullable) nobody answers */
} BhAgentAnswer;
void bh_agent_answer_free (BhAgentAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhAgentAnswer, bh_agent_answer_free)

BhAgentWork *bh_agent_work_new (const BhEngineFile *file, BhDialect *dialect, BhEngineHost *host);

const char *bh_agent_work_get (BhAgentWork *self, const char *key);
void bh_agent_work_set (BhAgentWork *self, const char *key, const char *value);
BhPhase bh_agent_work_get_phase (BhAgentWork *self);
void bh_agent_work_set_phase (BhAgentWork *self, BhPhase phase);
/* Wakes whoever awaits `wake`. */
void bh_agent_work_wake (BhAgentWork *self);
/* Its silence begins now. */
void bh_agent_work_heard (BhAgentWork *self);
/* One line of the engine. */
void bh_agent_work_take_line (BhAgentWork *self, GBytes *line);
/* A line was too long to be taken. */
void bh_agent_work_note_skipped (BhAgentWork *self, guint64 bytes);
/* (nullable) an answer that is owed and has come */
BhAgentAnswer *bh_agent_work_next_answer (BhAgentWork *self);
void bh_agent_work_add_stray (BhAgentWork *self, const char *text);
/* Notes why this engine cannot go on: what happened, and what a person can do. Its last lines, which may
 * still be on their way, are added when the verdict is given. */
void bh_agent_work_fail (BhAgentWork *self, const char *what, const char *advice);
/* " It printed nothing that says why.", unless it printed something. */
const char *bh_agent_work_nothing_printed (BhAgentWork *self);
/* What happened, what can be done (nullable: that says it, too), and the engine's last lines if there are
 * any. (transfer full) */
char *bh_agent_work_explain (BhAgentWork *self, const char *what, const char *advice);
/* It could not take up its session again, for that reason: it is to be started without it. FALSE when there
 * is no session, or that was given up already. */
gboolean bh_agent_work_give_up_session (BhAgentWork *self, const char *why);
/* Commits what is staged and lets the lines among it go out. Fibers only. */
gboolean bh_agent_work_talk (BhAgentWork *self, GError **error);

G_END_DECLS

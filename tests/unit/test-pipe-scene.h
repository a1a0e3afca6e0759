/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* A BhLinePipe with a real store, and a box that the test plays. Only in fibers. */

#include "coordinator/runs/bh-line-pipe.h"
#include "test-box-scene.h"
#include "test-store-util.h"

#define PIPE_KEY "agent.1"
#define PIPE_ID 7
#define PIPE_RUNNING "[{\"id\":\"b_1\",\"state\":\"running\"}]"

/* All that outlives a restart: the database, and what boxd holds. */
typedef struct
{
  BhStore *store;
  char *run;
  GString *output; /* of the process, from its beginning */
  gboolean ended;
  GString *input;  /* accepted */
  gsize piece;     /* at most so much goes in one frame */
  gsize ends;      /* > 0: only so much at both ends of a line does, what lies between them in large pieces */
  guint64 trimmed; /* the furthest */
  gboolean deaf;   /* stdin is not read at the moment */
} PipeWorld;

/* One life of the coordinator. */
typedef struct
{
  PipeWorld *world;
  Fake *fake;
  Peer *peer;
  BhBox *box;
  BhJournal *journal;
  BhLinePipe *pipe;
  gboolean attached;
  guint64 sent, limit;
} PipeLife;

/* Runs the test's body in a fiber, with a world of its own. */
void pipe_run (void (*body) (PipeWorld *world));

PipeLife *pipe_life_new (PipeWorld *world, gsize line_max);
/* As with kill -9: what was not committed never happened. */
void pipe_life_free (PipeLife *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PipeLife, pipe_life_free)
/* What journal and pipe are made of, once more in the same life. */
void pipe_load_journal (PipeLife *self);
void pipe_open (PipeLife *self, gsize line_max);
/* What boxd does with what has come. */
void pipe_serve (PipeLife *self);
void pipe_await (PipeLife *self, DexFuture *future);
/* The next line, "+N" for one of N bytes that was skipped, NULL at the end. (transfer full) */
char *pipe_next (PipeLife *self);
void pipe_commit (PipeLife *self);
/* At the end: nothing of the pipe is left in the journal. The world is as new. */
void pipe_forget (PipeLife *self);

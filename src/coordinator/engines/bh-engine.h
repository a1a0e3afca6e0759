/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An engine at work on one Run. Adapters know the timeline (BhJournal), the box (BhBox) and their host; they
 * know nothing of HTTP or SQLite. */

#include "coordinator/runs/bh-journal.h"
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

/* What the Run's driver offers its engine. */
#define BH_TYPE_ENGINE_HOST (bh_engine_host_get_type ())
G_DECLARE_INTERFACE (BhEngineHost, bh_engine_host, BH, ENGINE_HOST, GObject)
struct _BhEngineHostInterface
{
  GTypeInterface parent;
  BhJournal *(*get_journal) (BhEngineHost *self);
  BhBox *(*get_box) (BhEngineHost *self);
  DexFuture *(*ask) (BhEngineHost *self, BhQuestionSet *set, const char *key);
  BhMessage *(*next_message) (BhEngineHost *self);
  void (*take_up) (BhEngineHost *self, BhMessage *message);
  GHashTable *(*get_env) (BhEngineHost *self);
};
/* (transfer none) */
BhJournal *bh_engine_host_get_journal (BhEngineHost *self);
BhBox *bh_engine_host_get_box (BhEngineHost *self);
/* (transfer none) the person's environment variables for this Run: name -> value */
GHashTable *bh_engine_host_get_env (BhEngineHost *self);
/* Puts the set on the timeline and pauses the Run; resolves the answered BhQuestionSet, however long that
 * takes. `key` names the question within the Run: asked again with the same key (after a restart) it is the
 * same question, or its answer at once. Interactive Runs only: in autonomous ones rejects with
 * BH_ERROR_UNAVAILABLE. Rejects with BH_ERROR_QUESTION_CLOSED when the Run was stopped. */
DexFuture *
bh_engine_host_ask (BhEngineHost *self, BhQuestionSet *set, const char *key) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) (nullable) the oldest queued message, now staged as delivered: call at a turn or block
 * boundary, stage its consequences, mark it taken up with bh_engine_host_take_up(), then commit: one
 * transaction. */
BhMessage *bh_engine_host_next_message (BhEngineHost *self);
/* Stages the receipt "taken up". */
void bh_engine_host_take_up (BhEngineHost *self, BhMessage *message);

/* How a turn ended. */
typedef struct
{
  BhRunState outcome; /* BH_RUN_COMPLETED or BH_RUN_FAILED */
  char *summary;      /* one paragraph */
  char *reason;       /* failed: why, and what to do */
} BhVerdict;
BhVerdict *bh_verdict_new (BhRunState outcome, const char *summary, const char *reason);
void bh_verdict_free (BhVerdict *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BhVerdict, bh_verdict_free)
#define BH_TYPE_VERDICT (bh_verdict_get_type ())
GType bh_verdict_get_type (void);

#define BH_TYPE_ENGINE (bh_engine_get_type ())
G_DECLARE_INTERFACE (BhEngine, bh_engine, BH, ENGINE, GObject)
struct _BhEngineInterface
{
  GTypeInterface parent;
  DexFuture *(*work) (BhEngine *self, BhEngineHost *host);
  void (*interrupt) (BhEngine *self);
};
/* Works on the Run until nothing is left to do: starts, or goes on from what the journal's state says. For a
 * Run that had ended, there is a new message waiting in the host. Resolves a BhVerdict. Rejects when the box
 * is gone. Call from a fiber-friendly place; it spawns its own fiber. Dropping the future abandons the work
 * (the box is left as it is). */
DexFuture *bh_engine_work (BhEngine *self, BhEngineHost *host) G_GNUC_WARN_UNUSED_RESULT;
/* Cut what is being done now short; the engine goes on at its next boundary, where the message waits. */
void bh_engine_interrupt (BhEngine *self);

G_END_DECLS

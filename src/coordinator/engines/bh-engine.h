/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#pragma once

/* An engine at work on one Run. Adapters know the timeline (BhJournal), the box (BhBox) and their host; they
 * know nothing of HTTP or SQLite. */

#include "coordinator/runs/bh-state-view.h"
#include "coordinator/workers/bh-box.h"

G_BEGIN_DECLS

/* What an engine is to do. */
typedef struct
{
  BhStateView *states;      /* (nullable) where it remembers itself; NULL: as the Run's own engine */
  const char *instructions; /* (nullable) NULL: all of them come as messages */
  gint64 turn;              /* another number than before: nothing of before is under way */
  const char *giver;        /* (nullable) the engine that delegated a part of the Run to this one, by name */
} BhEngineTask;

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
  DexFuture *(*get_keys) (BhEngineHost *self, const char *const *names);
  gboolean (*has_message) (BhEngineHost *self);
  DexFuture *(*sign_in) (BhEngineHost *self, const char *engine);
  gboolean (*may_ask) (BhEngineHost *self);
  void (*take_back) (BhEngineHost *self, const char *key);
  void (*get_task) (BhEngineHost *self, BhEngineTask *task);
};
/* (transfer none) */
BhJournal *bh_engine_host_get_journal (BhEngineHost *self);
BhBox *bh_engine_host_get_box (BhEngineHost *self);
/* (transfer none) the person's environment variables for this Run: name -> value */
GHashTable *bh_engine_host_get_env (BhEngineHost *self);
/* Resolves a boxed GHashTable, name -> value, of those API keys that the person has stored. From now on they
 * are hidden in what the Run's journal stages, also after a restart. */
DexFuture *bh_engine_host_get_keys (BhEngineHost *self, const char *const *names) G_GNUC_WARN_UNUSED_RESULT;
/* Puts the set on the timeline and pauses the Run; resolves the answered BhQuestionSet, however long that
 * takes. `key` names the question within the Run: asked again with the same key (after a restart) it is the
 * same question, or its answer at once. Interactive Runs only: in autonomous ones rejects with
 * BH_ERROR_UNAVAILABLE. Rejects with BH_ERROR_QUESTION_CLOSED when the Run was stopped, and with
 * BH_ERROR_TOO_LARGE unless bh_engine_host_may_ask(). */
DexFuture *
bh_engine_host_ask (BhEngineHost *self, BhQuestionSet *set, const char *key) G_GNUC_WARN_UNUSED_RESULT;
/* Not too many questions of the Run are open for one more. */
gboolean bh_engine_host_may_ask (BhEngineHost *self);
/* The question of that key is not needed any more, and nothing is asked with this key again: stages that it
 * is withdrawn, if it is open, and that nothing is remembered of the key. */
void bh_engine_host_take_back (BhEngineHost *self, const char *key);
/* Before a process of the engine starts: the person's sign-in to it is in the box as it is at home now, if
 * that was let in. Resolves TRUE; rejects with what hinders that. */
DexFuture *bh_engine_host_sign_in (BhEngineHost *self, const char *engine) G_GNUC_WARN_UNUSED_RESULT;
/* (transfer full) (nullable) the oldest queued message, now staged as delivered: call at a turn or block
 * boundary, stage its consequences, mark it taken up with bh_engine_host_take_up(), then commit: one
 * transaction. */
BhMessage *bh_engine_host_next_message (BhEngineHost *self);
/* bh_engine_host_next_message() would give one. */
gboolean bh_engine_host_has_message (BhEngineHost *self);
/* Stages the receipt "taken up". */
void bh_engine_host_take_up (BhEngineHost *self, BhMessage *message);

/* All (transfer none), alive as long as the host. Unless the host says otherwise: to work on the Run itself.
 */
void bh_engine_host_get_task (BhEngineHost *self, BhEngineTask *task);

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
  void (*nudge) (BhEngine *self);
};
/* Works on the Run until nothing is left to do: starts, or goes on from what the journal's state says. For a
 * Run that had ended, there is a new message waiting in the host. Resolves a BhVerdict. Rejects when the box
 * is gone. Call from a fiber-friendly place; it spawns its own fiber. Dropping the future abandons the work
 * (the box is left as it is). */
DexFuture *bh_engine_work (BhEngine *self, BhEngineHost *host) G_GNUC_WARN_UNUSED_RESULT;
/* Cut what is being done now short; the engine goes on at its next boundary, where the message waits. Stages,
 * and commits nothing. */
void bh_engine_interrupt (BhEngine *self);
/* Something that it may be waiting for has happened. */
void bh_engine_nudge (BhEngine *self);

G_END_DECLS

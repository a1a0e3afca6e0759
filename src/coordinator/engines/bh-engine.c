/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/engines/bh-engine.h"

G_DEFINE_INTERFACE (BhEngineHost, bh_engine_host, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (BhEngine, bh_engine, G_TYPE_OBJECT)

static void
get_whole_task (BhEngineHost *host, BhEngineTask *task)
{
  const BhRun *run = bh_journal_get_run (bh_engine_host_get_journal (host));

  task->states = NULL;
  task->instructions = run->instructions;
  task->turn = run->turns;
  task->giver = NULL;
}

static void
bh_engine_host_default_init (BhEngineHostInterface *iface)
{
  iface->get_task = get_whole_task;
}

static void
bh_engine_default_init (BhEngineInterface *iface)
{
}

BhJournal *
bh_engine_host_get_journal (BhEngineHost *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_HOST (self), NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->get_journal (self);
}

BhBox *
bh_engine_host_get_box (BhEngineHost *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_HOST (self), NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->get_box (self);
}

GHashTable *
bh_engine_host_get_env (BhEngineHost *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_HOST (self), NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->get_env (self);
}

DexFuture *
bh_engine_host_get_keys (BhEngineHost *self, const char *const *names)
{
  dex_return_error_if_fail (BH_IS_ENGINE_HOST (self));
  dex_return_error_if_fail (names != NULL);
  dex_return_error_if_fail (BH_ENGINE_HOST_GET_IFACE (self)->get_keys != NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->get_keys (self, names);
}

DexFuture *
bh_engine_host_ask (BhEngineHost *self, BhQuestionSet *set, const char *key)
{
  dex_return_error_if_fail (BH_IS_ENGINE_HOST (self));
  dex_return_error_if_fail (set != NULL && key != NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->ask (self, set, key);
}

gboolean
bh_engine_host_may_ask (BhEngineHost *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_HOST (self), FALSE);
  return BH_ENGINE_HOST_GET_IFACE (self)->may_ask (self);
}

void
bh_engine_host_take_back (BhEngineHost *self, const char *key)
{
  g_return_if_fail (BH_IS_ENGINE_HOST (self) && key != NULL);
  BH_ENGINE_HOST_GET_IFACE (self)->take_back (self, key);
}

DexFuture *
bh_engine_host_sign_in (BhEngineHost *self, const char *engine)
{
  dex_return_error_if_fail (BH_IS_ENGINE_HOST (self));
  dex_return_error_if_fail (engine != NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->sign_in (self, engine);
}

BhMessage *
bh_engine_host_next_message (BhEngineHost *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_HOST (self), NULL);
  return BH_ENGINE_HOST_GET_IFACE (self)->next_message (self);
}

gboolean
bh_engine_host_has_message (BhEngineHost *self)
{
  g_return_val_if_fail (BH_IS_ENGINE_HOST (self), FALSE);
  return BH_ENGINE_HOST_GET_IFACE (self)->has_message (self);
}

void
bh_engine_host_take_up (BhEngineHost *self, BhMessage *message)
{
  g_return_if_fail (BH_IS_ENGINE_HOST (self));
  g_return_if_fail (message != NULL);
  BH_ENGINE_HOST_GET_IFACE (self)->take_up (self, message);
}

void
bh_engine_host_get_task (BhEngineHost *self, BhEngineTask *task)
{
  g_return_if_fail (BH_IS_ENGINE_HOST (self) && task != NULL);
  BH_ENGINE_HOST_GET_IFACE (self)->get_task (self, task);
}

static BhVerdict *
bh_verdict_copy (BhVerdict *self)
{
  return bh_verdict_new (self->outcome, self->summary, self->reason);
}

G_DEFINE_BOXED_TYPE (BhVerdict, bh_verdict, bh_verdict_copy, bh_verdict_free)

BhVerdict *
bh_verdict_new (BhRunState outcome, const char *summary, const char *reason)
{
  BhVerdict *self;

  g_return_val_if_fail (outcome == BH_RUN_COMPLETED || outcome == BH_RUN_FAILED, NULL);
  self = g_new0 (BhVerdict, 1);
  self->outcome = outcome;
  self->summary = g_strdup (summary);
  self->reason = g_strdup (reason);
  return self;
}

void
bh_verdict_free (BhVerdict *self)
{
  g_free (self->summary);
  g_free (self->reason);
  g_free (self);
}

DexFuture *
bh_engine_work (BhEngine *self, BhEngineHost *host)
{
  dex_return_error_if_fail (BH_IS_ENGINE (self));
  dex_return_error_if_fail (BH_IS_ENGINE_HOST (host));
  return BH_ENGINE_GET_IFACE (self)->work (self, host);
}

void
bh_engine_interrupt (BhEngine *self)
{
  g_return_if_fail (BH_IS_ENGINE (self));
  BH_ENGINE_GET_IFACE (self)->interrupt (self);
}

void
bh_engine_nudge (BhEngine *self)
{
  g_return_if_fail (BH_IS_ENGINE (self));
  if (BH_ENGINE_GET_IFACE (self)->nudge != NULL)
    BH_ENGINE_GET_IFACE (self)->nudge (self);
}

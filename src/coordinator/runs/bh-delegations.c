/* SPDX-License-Identifier: GPL-3.0-or-later
 * Copyright The Bellhop authors */
#include "coordinator/runs/bh-delegations.h"

struct _BhDelegations
{
  GObject parent_instance;

  BhJournal *journal;
  DexPromise *over; /* (nullable) somebody waits for the one at work */
  GError *closed;   /* (nullable) */
};

G_DEFINE_FINAL_TYPE (BhDelegations, bh_delegations, G_TYPE_OBJECT)

enum
{
  BEGUN,
  ENDED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void
bh_delegations_finalize (GObject *object)
{
  BhDelegations *self = BH_DELEGATIONS (object);

  bh_delegations_close (self, NULL);
  g_clear_error (&self->closed);
  g_clear_object (&self->journal);
  G_OBJECT_CLASS (bh_delegations_parent_class)->finalize (object);
}

static void
bh_delegations_class_init (BhDelegationsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = bh_delegations_finalize;
  signals[BEGUN] = g_signal_new ("begun", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
bh_delegations_init (BhDelegations *self)
{
}

BhDelegations *
bh_delegations_new (BhJournal *journal)
{
  BhDelegations *self;

  g_return_val_if_fail (BH_IS_JOURNAL (journal), NULL);
  self = g_object_new (BH_TYPE_DELEGATIONS, NULL);
  self->journal = g_object_ref (journal);
  return self;
}

void
bh_delegations_begin (BhDelegations *self, const char *key, const char *engine, const char *instructions)
{
  g_return_if_fail (BH_IS_DELEGATIONS (self));

  if (self->closed != NULL)
    return;
  bh_delegation_begin (self->journal, key, engine, instructions);
  g_signal_emit (self, signals[BEGUN], 0);
}

DexFuture *
bh_delegations_await (BhDelegations *self, const char *key)
{
  g_autoptr (BhDelegation) current = NULL;

  dex_return_error_if_fail (BH_IS_DELEGATIONS (self) && key != NULL);

  if (self->closed != NULL)
    return dex_future_new_for_error (g_error_copy (self->closed));
  current = bh_delegation_get_current (self->journal);
  if (current == NULL || !g_str_equal (current->key, key))
    return dex_future_new_true ();
  if (self->over == NULL)
    self->over = dex_promise_new ();
  return dex_ref (DEX_FUTURE (self->over));
}

void
bh_delegations_end (BhDelegations *self, gboolean failed, const char *report)
{
  g_autoptr (DexPromise) over = NULL;

  g_return_if_fail (BH_IS_DELEGATIONS (self));

  if (self->closed != NULL || !bh_delegation_is_at_work (self->journal))
    return;
  bh_delegation_end (self->journal, failed, report);
  over = g_steal_pointer (&self->over);
  if (over != NULL)
    dex_promise_resolve_boolean (over, TRUE);
  g_signal_emit (self, signals[ENDED], 0);
}

void
bh_delegations_close (BhDelegations *self, const GError *why)
{
  g_autoptr (DexPromise) over = NULL;

  g_return_if_fail (BH_IS_DELEGATIONS (self));

  if (self->closed == NULL)
    self->closed = why != NULL ? g_error_copy (why)
                               : bh_error_new (BH_ERROR_RUN_NOT_ACTIVE, NULL, "The work on Run %s has ended.",
                                               bh_journal_get_run_id (self->journal));
  over = g_steal_pointer (&self->over);
  if (over != NULL)
    dex_promise_reject (over, g_error_copy (self->closed));
}
